//! The end of a check at a solution's front part: its back part is asked what came, live portraits are matched (BIO-5, DSP-1).
//!
//! The check is used up in a transaction before the back part is asked, as a challenge is before its frames are judged. The page's
//! word decides nothing: what the solution causes gives the check back, once for each solution and session; what a client can cause,
//! such as sending nothing, counts. Only that a front part never ran is nobody's to see but the client's: that claim gives the check
//! back as well, ends the solution's part in this session, and moves its health as far as the claim's origin may.

use axum::Json;
use bytes::Bytes;
use senim_channel::budget::Origin;
use senim_core::Timestamp;
use senim_core::agreement::Acceptance;
use senim_core::calendar;
use senim_core::evidence::bundle::{Matching, Packed};
use senim_core::evidence::front::{self as evidence, FRONT_VERSION, FrontBundle, FrontVerdictKept};
use senim_core::id::{Bin, SessionId};
use senim_core::identity::dialogue::Dialogue;
use senim_core::identity::eligibility::Ineligible;
use senim_core::identity::session::{Front, Input, Judgement, Person};
use senim_core::identity::view::{EndFront, FrontSaid, IdentityView};
use senim_core::jose::sha256;
use senim_core::journal::Event;
use senim_core::liveness::DEGREE_MIN;
use senim_core::liveness::pack::Pack;
use senim_core::problem::Problem;
use senim_core::solution::{Asker, Fault, FrontOutcome, FrontVerdict, Purpose};

use super::dialogue::{self, Device};
use super::liveness::{Kept, looked, record};
use super::verdict::Outcome;
use super::{iin, requester, view};
use crate::app::App;
use crate::caller::browser::{Page, Visitor};
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::solution::{self, Judged, Matched};
use senim_store as store;
use senim_store::solution::Outcome as Counted;

/// `POST /api/identity/{session}/liveness/front/verdict`.
#[tracing::instrument(name = "identity.front.verdict", skip_all)]
pub async fn ask(
    app: App,
    page: Page,
    visitor: Visitor,
    JsonBody(end): JsonBody<EndFront>,
) -> Result<Json<IdentityView>, Refusal> {
    let Expected { session, device, person, front, agreement, participant } =
        expected(&app, &page).await?;
    // A solution that hangs holds its own verdicts; the check is not used up yet.
    let place = app.budgets.front_verdicts.take(&front.solution, 1)?;
    looked(&app, session).await?;
    let registered = iin::registered(&app, &person.iin).await?;
    let check = Check {
        front,
        agreement,
        participant,
        said: end.said,
        origin: visitor.origin,
        eligible: registered.as_ref().map(|it| it.status.check(calendar::day(app.now()))),
        photo: registered.map(|it| it.photo),
    };
    // In a task of its own, so that a browser that disconnects can't cancel the verdict.
    let task = tokio::spawn(async move {
        let _place = place;
        let dialogue = ended(&app, &page, check).await?;
        Ok(Json(view::on(&app, device, &dialogue, app.now())))
    });
    task.await.map_err(Refusal::internal)?
}

/// The open check.
struct Expected {
    session: SessionId,
    device: Device,
    person: Person,
    front: Front,
    agreement: Option<Acceptance>,
    participant: Option<Bin>,
}

struct Check {
    front: Front,
    agreement: Option<Acceptance>,
    participant: Option<Bin>,
    said: FrontSaid,
    origin: Option<Origin>,
    /// The register's photo; `None` if the register does not have the person.
    photo: Option<Bytes>,
    /// Whether the person may be a client (IDX-11); `None` with the photo.
    eligible: Option<Result<(), Ineligible>>,
}

/// Saves what time has changed, and refuses where no front part is open.
async fn expected(app: &App, page: &Page) -> Result<Expected, Refusal> {
    let now = app.now();
    let (advanced, device) = app
        .store
        .transact("identity.front.expected", async |tx| {
            let (dialogue, device) = dialogue::open_at_camera(tx, app, page).await?;
            let input = Input::TimePassed;
            let advanced = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            Ok::<_, Refusal>((advanced, device))
        })
        .await?;
    let dialogue = dialogue::settle(app, advanced)?;
    let participant = dialogue.content.request.as_ref().map(|it| it.consumer.bin);
    let (id, agreement) = (dialogue.id, dialogue.content.agreement);
    let session = dialogue.content.session;
    match (session.person().cloned(), session.front().cloned()) {
        (Some(person), Some(front)) => {
            Ok(Expected { session: id, device, person, front, agreement, participant })
        }
        _ if session.last_problem() == Some(Problem::ChallengeExpired) => {
            Err(Problem::ChallengeExpired.into())
        }
        _ => Err(Problem::ChallengeNone.into()),
    }
}

async fn ended(app: &App, page: &Page, check: Check) -> Result<Dialogue, Refusal> {
    let asked_at = app.now();
    let request = check.front.request;
    let started = app
        .store
        .transact("identity.front.start", async |tx| {
            let (dialogue, _) = dialogue::open_at_camera(tx, app, page).await?;
            let blocked_until = requester::blocked_until(tx, &dialogue, asked_at).await?;
            let input = Input::FrontStarted { request, blocked_until };
            let started = dialogue::advance(tx, app, dialogue, input, None, asked_at).await?;
            if let Some(number) = started.judge {
                let id = started.dialogue.id;
                store::check::arrived(tx, id, number, asked_at).await?;
            }
            Ok::<_, Refusal>(started)
        })
        .await?;
    let counted = started.judge;
    let dialogue = dialogue::settle(app, started)?;
    // A check that could not start has been refused above.
    let Some(number) = counted else { return Err(Problem::IdentityOutOfOrder.into()) };
    let place = (dialogue.id, number);
    let told = solution::judge_front(app, &check.front).await;
    let (found, portraits) = check.judged(app, place, &told).await?;
    let believed = match found.fault {
        Some(Fault::NotReady) => {
            app.budgets.front_claims_of_origin.take(check.origin, 1, app.now()).is_ok()
        }
        Some(_) | None => true,
    };
    let outcome = (found.counted(), believed);
    solution::count_front(app, &check.front, check.participant, told.took, outcome).await?;
    let origin = check.origin;
    let outcome = check.outcome(place, asked_at, &told, found, app.now())?;
    record(app, place, Kept { bytes: portraits, origin }, outcome).await
}

/// What came of a check.
struct Found {
    judgement: Judgement,
    /// The solution's, by which the check failed.
    fault: Option<Fault>,
    live: Option<bool>,
    repeated: usize,
    packed: Option<Packed>,
    matching: Option<Matching>,
}

impl Found {
    fn failed(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::refused(Problem::SolutionFront) }
    }

    fn refused(problem: Problem) -> Self {
        Self {
            judgement: Judgement::Refused(problem),
            fault: None,
            live: None,
            repeated: 0,
            packed: None,
            matching: None,
        }
    }

    /// What the solution is counted for; `None`: it had nothing to judge.
    fn counted(&self) -> Option<Counted> {
        match (self.fault, self.live) {
            (Some(fault), _) => Some(Counted::Failed(fault)),
            (None, Some(true)) => Some(Counted::Live),
            (None, Some(false)) => Some(Counted::NotLive),
            (None, None) => None,
        }
    }
}

impl Check {
    /// What the solution's answer means, and the portraits as they are kept.
    async fn judged(
        &self,
        app: &App,
        place: (SessionId, u8),
        told: &Judged,
    ) -> Result<(Found, Bytes), Refusal> {
        let verdict = match &told.outcome {
            Err(fault) => return Ok((Found::failed(*fault), Bytes::new())),
            Ok(FrontOutcome::Nothing { started }) => {
                let found = match self.said {
                    FrontSaid::NotReady if !started => Found::failed(Fault::NotReady),
                    FrontSaid::NotReady | FrontSaid::Sent => Found::refused(Problem::FrontNothing),
                };
                return Ok((found, Bytes::new()));
            }
            Ok(FrontOutcome::Judged(verdict)) => verdict,
        };
        let Front { solution, challenge, .. } = &self.front;
        let bytes = Bytes::from(evidence::portraits(solution, challenge, &verdict.portraits));
        let packed = Pack::read(&bytes, &evidence::nonce(challenge))
            .map(|pack| Packed::of(&bytes, &pack))
            .map_err(Refusal::internal)?;
        let now = app.now();
        let known = app
            .store
            .transact("identity.front.known", async |tx| {
                store::evidence::remember_digests(tx, place, &packed.frames, now).await
            })
            .await?;
        let repeated = known.into_iter().filter(|it| *it).count();
        let found = self.matched(app, verdict, repeated).await?;
        let packed = (!verdict.portraits.is_empty()).then_some(packed);
        let bytes = if packed.is_some() { bytes } else { Bytes::new() };
        Ok((Found { live: Some(verdict.live), repeated, packed, ..found }, bytes))
    }

    /// Matches the portraits of a live person as those of the built-in engine are matched.
    async fn matched(
        &self,
        app: &App,
        verdict: &FrontVerdict,
        repeated: usize,
    ) -> Result<Found, Refusal> {
        // Pictures that came before are no new ones, whoever sends them.
        if !verdict.live || repeated > 0 {
            return Ok(Found::refused(Problem::IdentityNotLive));
        }
        let Some(photo) = &self.photo else { return Ok(Found::refused(Problem::IdentityUnknown)) };
        // The check is used up: no place in the queue is our own fault, and gives it back.
        let Ok(turn) = app.budgets.inference.again().await else {
            return Ok(Found::refused(Problem::Busy));
        };
        let portraits: Vec<Bytes> =
            verdict.portraits.iter().map(|it| Bytes::from(it.clone())).collect();
        let asker = Asker { purpose: Purpose::Session, participant: self.participant };
        match solution::match_faces(app, asker, turn, &portraits, photo).await {
            Ok(Matched { found, solution, request }) => {
                let degree = found.degree;
                let judgement = match self.eligible {
                    Some(Err(why)) if degree >= DEGREE_MIN => Judgement::Ineligible(why),
                    Some(_) | None => Judgement::Live { degree },
                };
                let matching = Matching {
                    reference_sha256: sha256(photo),
                    similarity: found.similarity,
                    degree,
                    solution,
                    request: request.to_string(),
                };
                Ok(Found {
                    judgement,
                    matching: Some(matching),
                    ..Found::refused(Problem::Internal)
                })
            }
            Err(refusal) if refusal.problem() == Problem::Internal => Err(refusal),
            // Live without a picture that can be matched.
            Err(refusal) if refusal.problem().room() == "photo" => {
                Ok(Found::failed(Fault::Contradiction))
            }
            Err(refusal) => Ok(Found::refused(refusal.problem())),
        }
    }

    fn outcome(
        self,
        (session, check): (SessionId, u8),
        asked_at: Timestamp,
        told: &Judged,
        found: Found,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let Self { front, agreement, .. } = self;
        let Found { judgement, fault, repeated, packed, matching, .. } = found;
        let verdict = match &told.outcome {
            Ok(FrontOutcome::Judged(it)) => Some(it),
            Ok(FrontOutcome::Nothing { .. }) | Err(_) => None,
        };
        let outcome = match judgement {
            Judgement::Live { degree } if degree >= DEGREE_MIN => "passed",
            Judgement::Live { .. } => Problem::IdentityNoMatch.code(),
            Judgement::Refused(problem) => problem.code(),
            Judgement::Ineligible(why) => why.problem().code(),
        };
        let matched_by = matching.as_ref().map(|it| it.solution.clone());
        let fault_name = fault.map(|it| it.name().to_owned());
        let bundle = FrontBundle {
            front_version: FRONT_VERSION,
            session,
            check,
            agreement,
            opened_at: front.opened_at,
            asked_at,
            judged_at: now,
            solution: front.solution.clone(),
            software: told.software.clone(),
            request: front.request,
            front_session_sha256: evidence::digest(&front.session),
            front_challenge_sha256: evidence::digest(&front.challenge),
            verdict: verdict.map(|it| FrontVerdictKept {
                live: it.live,
                reasons: it.reasons.clone(),
                pack_sha256: it.pack_sha256.clone(),
                pack_bytes: it.pack_bytes,
                repeated,
                portraits: packed,
            }),
            fault: fault_name.clone(),
            matching,
            outcome: outcome.to_owned(),
        };
        let bundle = serde_json::to_vec(&bundle).map_err(Refusal::internal)?;
        let digest = sha256(&bundle);
        let event = Event::IdentityFrontChecked {
            check,
            outcome: outcome.to_owned(),
            solution: front.solution.clone(),
            request: front.request,
            version: told.software.as_ref().map(|it| format!("{} {}", it.name, it.version)),
            live: verdict.map(|it| it.live),
            reasons: verdict.map(|it| it.reasons.clone()).unwrap_or_default(),
            fault: fault_name,
            repeated,
            matched_by,
            evidence: digest.clone(),
        };
        Ok(Outcome {
            judgement,
            bundle,
            digest,
            has_verdict: verdict.is_some(),
            counted: None,
            failed: fault.is_some().then_some(front.solution),
            outcome: outcome.to_owned(),
            event,
        })
    }
}
