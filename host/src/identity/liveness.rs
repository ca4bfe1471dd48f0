//! The frames of a check: did a live person do what was asked, and is it the one in the state register (IDX-2, PHM-2).
//!
//! The check was counted when its challenge was handed out. The challenge is used up in a transaction before
//! anything is judged, so that neither a second upload nor a crash wins one. What does not arrive whole changes
//! nothing and may come again while the challenge is open; what was forged ends the check.

use axum::Json;
use axum::extract::Request;
use senim_core::Timestamp;
use senim_core::id::{Iin, SessionId};
use senim_core::identity::session::{Effect, Input};
use senim_core::identity::view::IdentityView;
use senim_core::journal::Event;
use senim_core::liveness::challenge::{Challenge, Nonce};
use senim_core::liveness::pack::{PACK_MAX, Pack, PackError};
use senim_core::problem::Problem;

use super::dialogue;
use super::verdict::{Arrived, Judging, Outcome};
use super::{iin, view};
use crate::app::App;
use crate::caller::browser::Browser;
use crate::http::body::{self, BodyMax, is_of_type};
use crate::http::problem::Refusal;
use crate::inference::Place;
use senim_core::evidence::bundle::Packed;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, StoreError, Tx};

pub const MEDIA_TYPE: &str = "application/vnd.senim.frames";

/// What is kept of a body while it is read.
pub const BODY_MAX: BodyMax = BodyMax(PACK_MAX);

/// `POST /api/identity/liveness`.
#[tracing::instrument(name = "identity.liveness", skip_all)]
pub async fn check(
    app: App,
    browser: Browser,
    request: Request,
) -> Result<Json<IdentityView>, Refusal> {
    if !is_of_type(&request, MEDIA_TYPE) {
        return Err(Refusal::detailed(Problem::FramesMalformed, format!("send {MEDIA_TYPE}")));
    }
    let (iin, challenge) = match expected(&app, &browser).await {
        Ok(open) => open,
        Err(refusal) => {
            // Who is still sending would see a broken connection in place of the answer.
            let _ = body::read(request).await;
            return Err(refusal);
        }
    };
    let bytes = body::read(request).await.map_err(|problem| {
        // Else the connection broke off.
        let large = problem == Problem::BodyTooLarge;
        if large { PackError::TooLarge.problem() } else { PackError::Cut.problem() }
    })?;
    let arrived_at = app.now();
    let (packed, about, frames) = match Pack::read(&bytes, &challenge.nonce) {
        Ok(pack) => {
            let packed = Packed::of(&bytes, &pack);
            let frames = pack.frames.iter().map(|it| Arrived::of(it, &bytes)).collect();
            (packed, pack.about, frames)
        }
        Err(error) if error.may_be_sent_again() => return Err(error.problem().into()),
        Err(error) => return Err(forged(&app, &browser, challenge.nonce, error, &bytes).await),
    };
    let photo = match iin::registered(&app, &iin).await? {
        Some(person) => person.photo,
        // Struck from the register since the session began.
        None => return Err(Problem::IdentitySourceDown.into()),
    };
    let judging = Judging {
        faces: app.faces()?,
        judge: app.judge()?,
        challenge,
        packed,
        about,
        frames,
        bytes,
        photo,
        arrived_at,
    };
    // Where there is none the challenge stays open, and the frames may come again.
    let place = app.budgets.inference.place()?;
    // In a task of its own: a browser that hangs up must not undo a judgement.
    let task = tokio::spawn(async move {
        let dialogue = judged(&app, &browser, judging, place).await?;
        Ok(Json(view::of(&dialogue, app.now())))
    });
    task.await.map_err(Refusal::internal)?
}

/// Until when liveness is blocked for whom the session is about.
pub(super) async fn blocked_until(
    tx: &mut Tx,
    dialogue: &Dialogue,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    match dialogue.content.session.person() {
        Some(person) => store::identity::blocked_until(tx, &person.iin, now).await,
        None => Ok(None),
    }
}

/// Whose face is to be seen doing what; refuses before the frames are read where nothing is open.
async fn expected(app: &App, browser: &Browser) -> Result<(Iin, Challenge), Refusal> {
    let now = app.now();
    let dialogue = app
        .store
        .read("identity.liveness.expected", async |tx| dialogue::open(tx, app, browser).await)
        .await?;
    let session = dialogue.content.session;
    let open = session.person().map(|it| it.iin.clone()).zip(session.challenge().cloned());
    let nonce = open.as_ref().map_or(Nonce([0; 32]), |(_, challenge)| challenge.nonce);
    let input = Input::CheckStarted { nonce, blocked_until: None };
    let (_, effects) = session.handle(input.clone(), now)?;
    match open {
        Some(open) if effects.iter().any(|it| matches!(it, Effect::Judge { .. })) => Ok(open),
        // What time has changed meanwhile is saved and told.
        _ => {
            dialogue::step(app, "identity.liveness.late", browser, None, |_| input.clone()).await?;
            Err(Problem::ChallengeNone.into())
        }
    }
}

/// What could not have been made for this challenge ends its check, and stays as evidence.
async fn forged(
    app: &App,
    browser: &Browser,
    nonce: Nonce,
    error: PackError,
    bytes: &[u8],
) -> Refusal {
    let (now, problem) = (app.now(), error.problem());
    let ended = app
        .store
        .transact("identity.liveness.forged", async |tx| {
            let dialogue = dialogue::open(tx, app, browser).await?;
            let number = dialogue.content.session.checks();
            let input = Input::CheckForged { nonce, problem };
            let open = dialogue.content.session.challenge().is_some_and(|it| it.nonce == nonce);
            let ended = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            if open {
                let id = ended.dialogue.id;
                arrive(tx, app, (id, number), bytes, now).await?;
                store::identity::check_ended(tx, id, number, problem.code(), now).await?;
                let event = Event::IdentityForged { check: number, problem };
                dialogue::record(tx, id, event, now).await?;
            }
            Ok::<_, Refusal>(ended)
        })
        .await;
    match ended.and_then(|it| dialogue::settle(app, it)) {
        Ok(_) => problem.into(),
        Err(refusal) => refusal,
    }
}

async fn judged(
    app: &App,
    browser: &Browser,
    judging: Judging,
    place: Place,
) -> Result<Dialogue, Refusal> {
    let now = app.now();
    let Judging { challenge, packed, bytes, .. } = &judging;
    let started = app
        .store
        .transact("identity.liveness.start", async |tx| {
            let dialogue = dialogue::open(tx, app, browser).await?;
            let blocked_until = blocked_until(tx, &dialogue, now).await?;
            let input = Input::CheckStarted { nonce: challenge.nonce, blocked_until };
            let started = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            let mut known = Vec::new();
            if let Some(number) = started.judge {
                let check = (started.dialogue.id, number);
                arrive(tx, app, check, bytes, now).await?;
                known = store::evidence::remember_digests(tx, check, &packed.frames, now).await?;
            }
            Ok::<_, Refusal>((started, known))
        })
        .await?;
    let (started, known) = started;
    let counted = started.judge;
    let dialogue = dialogue::settle(app, started)?;
    // Whatever did not start has been refused by now.
    let Some(number) = counted else { return Err(Problem::IdentityOutOfOrder.into()) };
    let participant = dialogue.content.request.as_ref().map(|it| it.consumer.bin);
    let turn = place.turn().await?;
    let outcome = judging.run(app, (dialogue.id, number), participant, known, turn).await?;
    record(app, browser, (dialogue.id, number), outcome).await
}

/// The frames have come: what they are stays, for as long as pictures are kept.
async fn arrive(
    tx: &mut Tx,
    app: &App,
    check: (SessionId, u8),
    bytes: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let kept = chrono::TimeDelta::days(app.config.evidence_frames_days.into());
    store::identity::check_arrived(tx, check.0, check.1, now).await?;
    store::evidence::add_frames(tx, check, bytes, now + kept).await
}

async fn record(
    app: &App,
    browser: &Browser,
    (id, number): (SessionId, u8),
    Outcome { judgement, bundle, digest, outcome, event }: Outcome,
) -> Result<Dialogue, Refusal> {
    let now = app.now();
    let digits = dialogue::draw(app);
    let code = dialogue::digest(app, id, &digits);
    // By itself: the evidence stays also where the session has gone on without this check.
    app.store
        .transact("identity.liveness.evidence", async |tx| {
            let kept = (bundle.as_slice(), digest.as_str());
            store::evidence::add_bundle(tx, (id, number), kept, now).await?;
            store::identity::check_ended(tx, id, number, &outcome, now).await?;
            dialogue::record(tx, id, event.clone(), now).await
        })
        .await?;
    let judged = app
        .store
        .transact("identity.liveness.judged", async |tx| {
            let dialogue = dialogue::open(tx, app, browser).await?;
            let input = Input::CheckJudged { check: number, judgement, code };
            dialogue::advance(tx, app, dialogue, input, Some(&digits), now).await
        })
        .await?;
    dialogue::settle(app, judged)
}
