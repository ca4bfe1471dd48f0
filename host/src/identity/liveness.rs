//! The camera's pictures: is a live person there, and is it the one in the state register (IDX-2, PHM-2).
//!
//! A check is counted in a transaction before it is judged, so that neither a second upload nor a crash wins one.
//! Pictures are looked at and forgotten; their digests and the outcome stay as evidence (DSP-1).

use std::sync::Arc;

use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::{Extension, Json};
use bytes::{Bytes, BytesMut};
use senim_core::id::{Iin, SessionId};
use senim_core::identity::session::{Input, Judgement};
use senim_core::identity::view::IdentityView;
use senim_core::jose::sha256_base64;
use senim_core::liveness::{DEGREE_MIN, FRAMES_MAX, FRAMES_MIN};
use senim_core::problem::Problem;
use tokio::sync::Semaphore;

use super::browser::Browser;
use super::dialogue::{self, Dialogue};
use super::{iin, view};
use crate::app::App;
use crate::faces::{BYTES_MAX, Faces};
use crate::http::problem::Refusal;
use crate::store;
use crate::store::identity::Evidence;

/// What is read before the connection is dropped. Above [`BYTES_MAX`], so that who sends too much is told.
pub const BODY_MAX: usize = 16 * 1024 * 1024;

/// Judging takes a core for about a second: no more at once than there are cores.
#[derive(Clone)]
pub struct Judges(Arc<Semaphore>);

impl Judges {
    pub fn as_many_as_cores() -> Extension<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Extension(Self(Arc::new(Semaphore::new(cores))))
    }
}

/// `POST /api/identity/liveness`.
#[tracing::instrument(name = "identity.liveness", skip_all)]
pub async fn check(
    app: App,
    browser: Browser,
    Extension(judges): Extension<Judges>,
    pictures: Result<Multipart, MultipartRejection>,
) -> Result<Json<IdentityView>, Refusal> {
    let pictures = pictures.map_err(|_| Problem::BodyMalformed)?;
    let iin = expected(&app, &browser).await?;
    let frames = read(pictures).await?;
    let photo = match iin::registered(&app, &iin).await? {
        Some(person) => person.photo,
        // Struck from the register since the session began.
        None => return Err(Problem::IdentitySourceDown.into()),
    };
    let faces = app.faces()?;
    // In a task of its own: a browser that hangs up must not undo a judgement.
    let judging = tokio::spawn(async move {
        let _permit = judges.0.acquire().await.map_err(Refusal::internal)?;
        let dialogue = count_and_judge(&app, &browser, faces, frames, photo).await?;
        Ok(Json(view::of(&dialogue, app.now())))
    });
    judging.await.map_err(Refusal::internal)?
}

/// Whose face is to be seen; refuses before the pictures are read where none is.
async fn expected(app: &App, browser: &Browser) -> Result<Iin, Refusal> {
    let now = app.now();
    let dialogue = app
        .store
        .read("identity.liveness.expected", async |tx| dialogue::open(tx, app, browser).await)
        .await?;
    let session = dialogue.content.session;
    let iin = session.person().map(|it| it.iin.clone());
    session.handle(Input::CheckStarted { blocked_until: None }, now)?;
    iin.ok_or_else(|| Problem::IdentityOutOfOrder.into())
}

async fn count_and_judge(
    app: &App,
    browser: &Browser,
    faces: Arc<Faces>,
    frames: Vec<Bytes>,
    photo: Bytes,
) -> Result<Dialogue, Refusal> {
    let digests: Vec<String> = frames.iter().map(|it| sha256_base64(it)).collect();
    let now = app.now();
    let started = app
        .store
        .transact("identity.liveness.start", async |tx| {
            let dialogue = dialogue::open(tx, app, browser).await?;
            let blocked_until = match dialogue.content.session.person() {
                Some(person) => {
                    store::identity::blocked_until(tx, &app.sealer, &person.iin, now).await?
                }
                None => None,
            };
            let input = Input::CheckStarted { blocked_until };
            let started = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            if let Some(number) = started.judge {
                store::identity::add_check(tx, started.dialogue.id, number, &digests, now).await?;
            }
            Ok::<_, Refusal>(started)
        })
        .await?;
    let counted = started.judge;
    let dialogue = dialogue::settle(app, started)?;
    // Whatever did not start has been refused by now.
    let Some(number) = counted else { return Err(Problem::IdentityOutOfOrder.into()) };
    let (judgement, evidence) = tokio::task::spawn_blocking(move || judge(&faces, &frames, &photo))
        .await
        .map_err(Refusal::internal)?;
    record(app, browser, dialogue.id, number, judgement, evidence).await
}

async fn record(
    app: &App,
    browser: &Browser,
    id: SessionId,
    number: u8,
    judgement: Judgement,
    evidence: Evidence,
) -> Result<Dialogue, Refusal> {
    let now = app.now();
    let digits = dialogue::draw(app);
    let code = dialogue::digest(app, id, &digits);
    // By itself: the evidence stays also where the session has gone on without this check.
    app.store
        .transact("identity.liveness.evidence", async |tx| {
            store::identity::save_check(tx, id, number, &evidence, now).await?;
            let facts = serde_json::json!({
                "check": number,
                "outcome": evidence.outcome,
                "runtime": evidence.runtime,
            });
            dialogue::tell(tx, id, "identity.checked", facts, now).await
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

/// Blocking work for a processor.
fn judge(faces: &Faces, frames: &[Bytes], photo: &Bytes) -> (Judgement, Evidence) {
    let mut evidence = Evidence {
        reasons: "[]".to_owned(),
        reference_digest: Some(sha256_base64(photo)),
        runtime: faces.runtime(),
        ..Evidence::default()
    };
    let judgement = match faces.judge(frames) {
        Err(problem) => Judgement::Refused(problem),
        Ok(verdict) => {
            evidence.best = verdict.best as u64;
            evidence.reasons = serde_json::json!(verdict.reasons).to_string();
            match frames.get(verdict.best) {
                Some(best) if verdict.live => match faces.degree(best, photo) {
                    Ok(degree) => Judgement::Live { degree },
                    Err(problem) => Judgement::Refused(problem),
                },
                _ => Judgement::Refused(Problem::IdentityNotLive),
            }
        }
    };
    let outcome = match judgement {
        Judgement::Live { degree } => {
            evidence.degree_millis = Some(thousandths(degree));
            if degree >= DEGREE_MIN { "passed" } else { Problem::IdentityNoMatch.code() }
        }
        Judgement::Refused(problem) => problem.code(),
    };
    (judgement, Evidence { outcome, ..evidence })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a degree is 0 to 100; what is not a number becomes 0"
)]
fn thousandths(degree: f32) -> i64 {
    (degree * 1000.0) as i64
}

/// The parts named `frame`, as they come in, never more of them than may be looked at.
async fn read(mut pictures: Multipart) -> Result<Vec<Bytes>, Refusal> {
    let mut frames = Vec::new();
    let mut total = 0;
    let mut count = 0;
    while let Some(mut part) = pictures.next_field().await.map_err(|error| broken_off(&error))? {
        if part.name() != Some("frame") {
            return Err(Refusal::detailed(Problem::BodyMalformed, "every part is named frame"));
        }
        count += 1;
        let mut frame = BytesMut::new();
        while let Some(chunk) = part.chunk().await.map_err(|error| broken_off(&error))? {
            total += chunk.len();
            // What is too much is read and dropped: a browser hears an answer only when it may finish.
            if total <= BYTES_MAX && count <= FRAMES_MAX {
                frame.extend_from_slice(&chunk);
            }
        }
        if count <= FRAMES_MAX {
            frames.push(frame.freeze());
        }
    }
    if total > BYTES_MAX {
        return Err(Problem::PhotoTooLarge.into());
    }
    if count > FRAMES_MAX {
        return Err(Problem::PhotoTooMany.into());
    }
    if count < FRAMES_MIN {
        return Err(Problem::PhotoTooFew.into());
    }
    Ok(frames)
}

fn broken_off(error: &MultipartError) -> Refusal {
    match error.status().as_u16() {
        413 => Problem::PhotoTooLarge.into(),
        _ => Problem::BodyMalformed.into(),
    }
}
