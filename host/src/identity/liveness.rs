//! The frames of a check: did a live person perform the challenge and match the register's photo (IDX-2, PHM-2).
//!
//! The check was counted when its challenge was returned. The challenge is used up in a transaction before
//! anything is judged, so that neither a second upload nor a crash gains a try. An incomplete upload changes
//! nothing and can be repeated while the challenge is open; a forged one ends the check.
//!
//! Images are kept only of checks with a verdict; of other bodies, the digest and the first bytes.

use axum::Json;
use axum::extract::Request;
use bytes::Bytes;
use senim_channel::budget::Origin;
use senim_core::Timestamp;
use senim_core::agreement::Acceptance;
use senim_core::calendar;
use senim_core::id::SessionId;
use senim_core::identity::session::{Effect, Failure, Input, Judgement, Person};
use senim_core::identity::view::IdentityView;
use senim_core::journal::{Event, Look};
use senim_core::liveness::challenge::{Challenge, Nonce};
use senim_core::liveness::pack::{PACK_MAX, Pack, PackError};
use senim_core::problem::Problem;
use senim_core::solution::Fault;

use super::dialogue::{self, Device};
use super::verdict::{Arrived, Judging, Outcome};
use super::{iin, requester, view};
use crate::app::App;
use crate::caller::browser::{Page, Visitor};
use crate::http::body::{self, BodyMax, is_of_type};
use crate::http::problem::Refusal;
use crate::inference::Place;
use crate::solution;
use senim_core::evidence::bundle::Packed;
use senim_core::identity::dialogue::Dialogue;
use senim_core::jose::sha256;
use senim_store::evidence::Rejected;
use senim_store::solution::Outcome::Failed;
use senim_store::{self as store, StoreError, Tx};

pub const MEDIA_TYPE: &str = "application/vnd.senim.frames";

/// What is kept of a body while it is read.
pub const BODY_MAX: BodyMax = BodyMax(PACK_MAX);

/// Bytes that are kept of a body that was rejected.
const HEAD: usize = 256;

/// `POST /api/identity/liveness`.
#[tracing::instrument(name = "identity.liveness", skip_all)]
pub async fn check(
    app: App,
    page: Page,
    visitor: Visitor,
    request: Request,
) -> Result<Json<IdentityView>, Refusal> {
    if !is_of_type(&request, MEDIA_TYPE) {
        return Err(Refusal::detailed(Problem::BodyMediaType, format!("send {MEDIA_TYPE}")));
    }
    let Expected { session, device, person, challenge, agreement } =
        match expected(&app, &page).await {
            Ok(open) => open,
            Err(refusal) => {
                // A client that is still sending would see a reset connection instead of the response.
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
        Err(error) => return Err(forged(&app, &page, challenge.nonce, error, &bytes).await),
    };
    looked(&app, session).await?;
    let registered = iin::registered(&app, &person.iin).await?;
    let judging = Judging {
        faces: app.faces()?,
        judge: app.judge()?,
        challenge,
        agreement,
        packed,
        about,
        frames,
        bytes,
        eligible: registered.as_ref().map(|it| it.status.check(calendar::day(arrived_at))),
        photo: registered.map(|it| it.photo),
        arrived_at,
    };
    // If there is none, the challenge stays open and the frames can be sent again.
    let place = app.budgets.inference.place()?;
    // In a task of its own, so that a browser that disconnects can't cancel the verdict.
    let task = tokio::spawn(async move {
        let dialogue = judged(&app, &page, visitor.origin, judging, place).await?;
        Ok(Json(view::on(&app, device, &dialogue, app.now())))
    });
    task.await.map_err(Refusal::internal)?
}

/// The look into the register that follows is journalled before it (IDX-8).
pub(super) async fn looked(app: &App, session: SessionId) -> Result<(), Refusal> {
    let now = app.now();
    app.store
        .transact("identity.liveness.look", async |tx| {
            let event = Event::SourceAsked { purpose: Look::Check };
            Ok::<_, Refusal>(dialogue::record(tx, session, event, now).await?)
        })
        .await
}

/// The open check.
struct Expected {
    session: SessionId,
    device: Device,
    person: Person,
    challenge: Challenge,
    agreement: Option<Acceptance>,
}

/// Fails before the body is read if no check is open.
async fn expected(app: &App, page: &Page) -> Result<Expected, Refusal> {
    let now = app.now();
    let (dialogue, device) = app
        .store
        .read("identity.liveness.expected", async |tx| {
            dialogue::open_at_camera(tx, app, page).await
        })
        .await?;
    let (id, agreement) = (dialogue.id, dialogue.content.agreement);
    let session = dialogue.content.session;
    let open = session.person().cloned().zip(session.challenge().cloned());
    let nonce = open.as_ref().map_or(Nonce([0; 32]), |(_, challenge)| challenge.nonce);
    let input = Input::CheckStarted { nonce, blocked_until: None };
    let (_, effects) = session.handle(input.clone(), now)?;
    match open {
        Some((person, challenge))
            if effects.iter().any(|it| matches!(it, Effect::Judge { .. })) =>
        {
            Ok(Expected { session: id, device, person, challenge, agreement })
        }
        // An expiry in the meantime is saved and answered.
        _ => {
            late(app, page, &input).await?;
            Err(Problem::ChallengeNone.into())
        }
    }
}

async fn late(app: &App, page: &Page, input: &Input) -> Result<(), Refusal> {
    let now = app.now();
    let advanced = app
        .store
        .transact("identity.liveness.late", async |tx| {
            let (dialogue, _) = dialogue::open_at_camera(tx, app, page).await?;
            dialogue::advance(tx, app, dialogue, input.clone(), None, now).await
        })
        .await?;
    dialogue::settle(app, advanced).map(drop)
}

/// Frames that can't belong to this challenge end its check.
async fn forged(app: &App, page: &Page, nonce: Nonce, error: PackError, bytes: &[u8]) -> Refusal {
    let (now, problem) = (app.now(), error.problem());
    let ended = app
        .store
        .transact("identity.liveness.forged", async |tx| {
            let (dialogue, _) = dialogue::open_at_camera(tx, app, page).await?;
            let number = dialogue.content.session.checks();
            let input = Input::CheckForged { nonce, problem };
            let open = dialogue.content.session.challenge().is_some_and(|it| it.nonce == nonce);
            let ended = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            if open {
                let id = ended.dialogue.id;
                store::check::arrived(tx, id, number, now).await?;
                keep_head(tx, app, (id, number), bytes, now).await?;
                store::check::ended(tx, id, number, problem.code(), now).await?;
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
    page: &Page,
    origin: Option<Origin>,
    judging: Judging,
    place: Place,
) -> Result<Dialogue, Refusal> {
    let now = app.now();
    let bytes = judging.bytes.clone();
    let Judging { challenge, packed, .. } = &judging;
    let started = app
        .store
        .transact("identity.liveness.start", async |tx| {
            let (dialogue, _) = dialogue::open_at_camera(tx, app, page).await?;
            let blocked_until = requester::blocked_until(tx, &dialogue, now).await?;
            let input = Input::CheckStarted { nonce: challenge.nonce, blocked_until };
            let started = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            let mut known = Vec::new();
            if let Some(number) = started.judge {
                let check = (started.dialogue.id, number);
                store::check::arrived(tx, check.0, check.1, now).await?;
                known = store::evidence::remember_digests(tx, check, &packed.frames, now).await?;
            }
            Ok::<_, Refusal>((started, known))
        })
        .await?;
    let (started, known) = started;
    let counted = started.judge;
    let dialogue = dialogue::settle(app, started)?;
    // A check that could not start has been refused above.
    let Some(number) = counted else { return Err(Problem::IdentityOutOfOrder.into()) };
    let participant = dialogue.content.request.as_ref().map(|it| it.consumer.bin);
    let turn = place.turn().await?;
    let arrived_at = judging.arrived_at;
    let outcome = judging.run(app, (dialogue.id, number), participant, known, turn).await;
    // Counted for the built-in engine as another solution's checks are for it (BIO-5).
    let counted = outcome.as_ref().map_or(Some(Failed(Fault::Status)), |it| it.counted);
    if let Some(counted) = counted {
        let took = (arrived_at, app.now() - arrived_at);
        solution::count_builtin(app, participant, took, counted).await?;
    }
    let kept = Kept { bytes, origin };
    record(app, (dialogue.id, number), kept, outcome?).await
}

/// A judged pack and its origin.
pub(super) struct Kept {
    /// Empty where there are no pictures to keep.
    pub(super) bytes: Bytes,
    pub(super) origin: Option<Origin>,
}

impl Kept {
    /// Whether to keep the images: always those of a passed check, else within the budgets of its origin and of all
    /// origins together.
    fn are_pictures(&self, app: &App, now: Timestamp, outcome: &Outcome) -> bool {
        if outcome.is_passed() {
            return true;
        }
        let kib = u32::try_from(self.bytes.len().div_ceil(1024)).unwrap_or(u32::MAX);
        let within = |origin: Origin| app.budgets.failed_frames_of_origin.take(origin, kib, now);
        outcome.has_verdict
            && self.origin.is_none_or(|it| within(it).is_ok())
            && app.budgets.failed_frames.take((), kib, now).is_ok()
    }
}

/// What is kept of a body whose images are not.
async fn keep_head(
    tx: &mut Tx,
    app: &App,
    check: (SessionId, u8),
    bytes: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let rejected = Rejected {
        digest: &sha256(bytes),
        length: bytes.len(),
        head: bytes.get(..HEAD).unwrap_or(bytes),
    };
    let forget_at = forget_at(app, now);
    store::evidence::add_rejected(tx, check, rejected, forget_at).await
}

fn forget_at(app: &App, now: Timestamp) -> Timestamp {
    app.config.retention().frames_until(now)
}

/// The evidence, then what the session makes of the check.
pub(super) async fn record(
    app: &App,
    (id, number): (SessionId, u8),
    kept: Kept,
    outcome: Outcome,
) -> Result<Dialogue, Refusal> {
    let now = app.now();
    let are_pictures = kept.are_pictures(app, now, &outcome);
    let Outcome { judgement, bundle, digest, failed, outcome, event, .. } = outcome;
    let digits = dialogue::draw(app);
    let code = dialogue::digest(app, id, &digits);
    // In its own transaction: the evidence is kept even if the session has moved on without this check.
    app.store
        .transact("identity.liveness.evidence", async |tx| {
            let made = (bundle.as_slice(), digest.as_str());
            let (check, bytes) = ((id, number), &kept.bytes);
            store::evidence::add_bundle(tx, check, made, now).await?;
            // Taken back while it was judged: nothing is collected any more (IDX-13).
            let session = store::identity::load(tx, id).await?;
            let failure = session.and_then(|it| it.content.session.failure());
            if bytes.is_empty() {
                // Nothing came that could be kept.
            } else if are_pictures && failure != Some(Failure::AgreementWithdrawn) {
                store::evidence::add_frames(tx, check, bytes, forget_at(app, now)).await?;
            } else {
                keep_head(tx, app, check, bytes, now).await?;
            }
            store::check::ended(tx, id, number, &outcome, now).await?;
            dialogue::record(tx, id, event.clone(), now).await
        })
        .await?;
    let judged = app
        .store
        .transact("identity.liveness.judged", async |tx| {
            // The frames were this device's when they came; the camera step may have been taken back since.
            let dialogue = store::identity::load(tx, id).await?;
            let dialogue = dialogue.ok_or(Problem::IdentityNoSession)?;
            let input = match (failed.clone(), judgement) {
                (Some(solution), Judgement::Refused(problem)) => {
                    Input::FrontFailed { check: number, solution, problem }
                }
                (Some(_) | None, judgement) => {
                    Input::CheckJudged { check: number, judgement, code }
                }
            };
            dialogue::advance(tx, app, dialogue, input, Some(&digits), now).await
        })
        .await?;
    dialogue::settle(app, judged)
}
