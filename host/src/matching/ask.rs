//! `POST /photo/match`: matches a photo with the Source's, by the solution that the participant chose (PHM-1, PHM-2).

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use chrono::TimeDelta;
use senim_channel::budget::Exhausted;
use senim_core::id::PhotoRequestId;
use senim_core::jose::sha256_base64;
use senim_core::journal::{Event, Look, Subject};
use senim_core::matching::{
    ACCEPT_WITHIN, MatchPhoto, PhotoMatchView, check_offline, whole_percents,
};
use senim_core::photo::Rule;
use senim_core::problem::{Problem, ProblemDocument};
use senim_core::solution::{Asker, Purpose};

use crate::app::App;
use crate::caller::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::{Refusal, respond};
use crate::inference::Turn;
use crate::solution::{self, Matched};
use senim_faces::rules::Taken;
use senim_store::matching::{Finished, Started};
use senim_store::{self as store, Tx};

/// A request without a result after this time counts as abandoned: its host was killed.
const RUNNING: TimeDelta = TimeDelta::minutes(2);
/// `Retry-After` when as many requests about one person are being processed as may fail.
const AGAIN: TimeDelta = TimeDelta::seconds(2);

#[tracing::instrument(name = "photo.match", skip_all)]
pub(super) async fn match_photo(
    app: App,
    caller: Caller,
    JsonBody(asked): JsonBody<MatchPhoto>,
) -> Result<Response, Refusal> {
    caller.check_username(&asked.username)?;
    if !app.solutions.has(&asked.solution) {
        return Err(Problem::SolutionUnknown.into());
    }
    if asked.personal_data && !caller.kind.may_have_personal_data() {
        return Err(Problem::PhotoPersonalData.into());
    }
    // In a task of its own: the request counts even if the caller disconnects.
    let task = tokio::spawn(async move { processed(&app, &caller, asked).await });
    task.await.map_err(Refusal::internal)?
}

/// The row is written before processing begins, and completed with its journal record in one transaction.
async fn processed(app: &App, caller: &Caller, asked: MatchPhoto) -> Result<Response, Refusal> {
    // Before it begins: a request that gets no place does not count.
    let turn = app.budgets.inference.photo(caller.participant.bin).await?;
    let started = Started {
        id: PhotoRequestId(app.rng.id()),
        bin: caller.participant.bin,
        system: caller.system.clone(),
        iin: asked.iin,
        photo_digest: sha256_base64(&asked.photo.0),
        solution: asked.solution,
        personal_data: asked.personal_data,
        asked_at: app.now(),
    };
    app.store
        .transact("photo.start", async |tx| {
            within_failures(tx, &started).await?;
            store::matching::add(tx, &started).await?;
            Ok::<_, Refusal>(())
        })
        .await?;
    let outcome = compared(app, caller, &started, turn, asked.photo.0.into()).await;
    let (finished, event) = recorded(&outcome, &started.solution);
    let now = app.now();
    let failures = app
        .store
        .transact("photo.finish", async |tx| {
            store::matching::finish(tx, started.id, finished, now).await?;
            let subject = Subject::PhotoRequest(started.id);
            store::journal::append(tx, caller.actor(), subject, event.clone(), now).await?;
            store::matching::failures(tx, started.bin, &started.iin).await
        })
        .await?;
    match outcome {
        Err(Unfit::Refusal(refusal)) => Err(refusal),
        Err(Unfit::Rules(failed)) => Ok(refused(&failed)),
        Ok(Matched { found, solution, .. }) => Ok(Json(PhotoMatchView {
            request: started.id,
            solution,
            degree: whole_percents(found.degree),
            matched: found.is_same_person(),
            accept_until: found.is_same_person().then_some(now + ACCEPT_WITHIN),
            failures,
            check_offline: check_offline(failures),
        })
        .into_response()),
    }
}

/// Refuses after the third failure, counting requests in progress as failures (PHM-6): they may all fail.
async fn within_failures(tx: &mut Tx, started: &Started) -> Result<(), Refusal> {
    let (bin, iin) = (started.bin, &started.iin);
    let failures = store::matching::failures(tx, bin, iin).await?;
    if check_offline(failures) {
        return Err(Problem::PhotoCheckOffline.into());
    }
    let since = started.asked_at - RUNNING;
    let running = store::matching::running(tx, (bin, iin), since).await?;
    if check_offline(failures + running) {
        let retry_after = Some(AGAIN);
        return Err(Exhausted { budget: "photo.person".into(), retry_after }.into());
    }
    Ok(())
}

/// Why there is no degree.
enum Unfit {
    /// The photo fails these rules (PHM-5).
    Rules(Vec<Rule>),
    Refusal(Refusal),
}

impl<T: Into<Refusal>> From<T> for Unfit {
    fn from(refusal: T) -> Self {
        Self::Refusal(refusal.into())
    }
}

async fn compared(
    app: &App,
    caller: &Caller,
    started: &Started,
    turn: Turn,
    photo: Bytes,
) -> Result<Matched, Unfit> {
    let failed = failed_rules(app, photo.clone(), turn.clone()).await?;
    if !failed.is_empty() {
        return Err(Unfit::Rules(failed));
    }
    let reference = reference(app, caller, started).await?;
    let asker = Asker { purpose: Purpose::Photo, participant: Some(caller.participant.bin) };
    Ok(solution::match_with(app, &started.solution, asker, turn, &[photo], &reference).await?)
}

async fn failed_rules(app: &App, photo: Bytes, turn: Turn) -> Result<Vec<Rule>, Refusal> {
    let faces = app.faces()?;
    let report = tokio::task::spawn_blocking(move || {
        // Held until the work ends.
        let _turn = turn;
        faces.report(&photo, Taken::Photo)
    });
    Ok(report.await.map_err(Refusal::internal)??.failed)
}

async fn reference(app: &App, caller: &Caller, started: &Started) -> Result<Bytes, Refusal> {
    let now = app.now();
    app.store
        .transact("photo.look", async |tx| {
            let event = Event::SourceAsked { purpose: Look::PhotoMatch };
            let (actor, subject) = (caller.actor(), Subject::PhotoRequest(started.id));
            Ok::<_, Refusal>(store::journal::append(tx, actor, subject, event, now).await?)
        })
        .await?;
    let person = app.source.person(&started.iin).await.map_err(|error| {
        tracing::warn!(%error, "request to the Source failed");
        Refusal::from(Problem::IdentitySourceDown)
    })?;
    Ok(person.ok_or(Problem::IdentityUnknown)?.photo)
}

/// The result of the request, for its row and for the journal.
fn recorded(outcome: &Result<Matched, Unfit>, solution: &str) -> (Finished, Event) {
    let solution = solution.to_owned();
    match outcome {
        Ok(Matched { found, request, .. }) => {
            let matched = found.is_same_person();
            let degree_millis = thousandths(found.degree);
            let solution_request = *request;
            let event = if matched {
                Event::PhotoMatched { solution, solution_request, degree_millis }
            } else {
                Event::PhotoUnmatched { solution, solution_request, degree_millis }
            };
            (Finished::Compared { matched, degree_millis, solution_request }, event)
        }
        Err(Unfit::Rules(failed)) => {
            let problem = Problem::PhotoRulesFailed;
            let failed = failed.iter().map(|it| it.code().to_owned()).collect();
            let event = Event::PhotoRefused { solution, problem, failed };
            (Finished::Refused(problem), event)
        }
        Err(Unfit::Refusal(refusal)) => {
            let problem = refusal.problem();
            if problem.status() < 500 {
                let event = Event::PhotoRefused { solution, problem, failed: Vec::new() };
                (Finished::Refused(problem), event)
            } else {
                (Finished::Failed(problem), Event::PhotoFailed { solution, problem })
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a degree is 0 to 100")]
fn thousandths(degree: f32) -> i64 {
    (degree * 1000.0).round() as i64
}

/// The problem with the list of failed rules (PHM-5).
fn refused(failed: &[Rule]) -> Response {
    let failed: Vec<_> = failed.iter().map(|it| it.code()).collect();
    respond(&ProblemDocument::of(Problem::PhotoRulesFailed).with("failed", failed))
}
