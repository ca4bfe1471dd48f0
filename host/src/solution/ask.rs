//! A match by the first solution that answers, or by the one that a participant chose. Every try is counted (BIO-5).

use bytes::Bytes;
use senim_core::id::SolutionRequestId;
use senim_core::problem::Problem;
use senim_core::solution::{Asker, Base64, Fault, Match, MatchFaces, PROBES_MAX};

use super::solutions::Connected;
use super::{Answer, WhoseTurn};
use crate::app::App;
use crate::http::problem::Refusal;
use crate::inference::Turn;
use senim_store::solution::{Outcome, Try};
use senim_store::{self as store, StoreError};

/// The most solutions tried for one request, one after the other.
pub(super) const TRIES_MAX: usize = 3;

/// A match, and the solution that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched {
    pub found: Match,
    pub solution: String,
    pub request: SolutionRequestId,
}

/// Matches with a ready solution, drawn by weight; if it fails, with the next one (BIO-5).
///
/// A defect of an image is a refusal, and no reason to try another solution.
///
/// `turn`: the one in which the portraits were judged; given back if the solution is remote.
pub async fn match_faces(
    app: &App,
    asker: Asker,
    turn: Turn,
    portraits: &[Bytes],
    reference: &Bytes,
) -> Result<Matched, Refusal> {
    let mut turn = Some(turn);
    let mut rng = [0; 32];
    app.rng.fill(&mut rng);
    for index in app.solutions.order(asker.purpose, rng, app.now()).into_iter().take(TRIES_MAX) {
        let Some(connected) = app.solutions.get(index) else { continue };
        match tried(app, connected, asker, turn.take(), portraits, reference).await? {
            Ok(matched) => return matched.map_err(Refusal::from),
            Err(fault) => {
                let solution = connected.config.name.as_str();
                tracing::warn!(
                    solution,
                    fault = fault.name(),
                    "a biometric solution failed; trying another"
                );
            }
        }
    }
    Err(Problem::SolutionNone.into())
}

/// Matches with the chosen solution only (PHM-1).
pub async fn match_with(
    app: &App,
    solution: &str,
    asker: Asker,
    turn: Turn,
    portraits: &[Bytes],
    reference: &Bytes,
) -> Result<Matched, Refusal> {
    let connected = app.solutions.by_name(solution).ok_or(Problem::SolutionUnknown)?;
    if !connected.is_ready(asker.purpose, app.now()) {
        return Err(Problem::SolutionUnavailable.into());
    }
    match tried(app, connected, asker, Some(turn), portraits, reference).await? {
        Ok(matched) => matched.map_err(Refusal::from),
        Err(fault) => Err(Refusal::detailed(fault.problem(), fault.to_string())),
    }
}

/// One request to one solution, counted whatever its result.
async fn tried(
    app: &App,
    connected: &Connected,
    asker: Asker,
    turn: Option<Turn>,
    portraits: &[Bytes],
    reference: &Bytes,
) -> Result<Result<Result<Matched, Problem>, Fault>, Refusal> {
    let request = SolutionRequestId(app.rng.id());
    let question = MatchFaces {
        request_id: request,
        probes: portraits.iter().take(PROBES_MAX).map(|it| Base64(it.to_vec())).collect(),
        reference: Base64(reference.to_vec()),
    };
    // Before its time starts: waiting in the queue is not the solution's fault.
    let turn = match turn.filter(|_| connected.is_builtin()) {
        Some(turn) => WhoseTurn::Come(turn),
        None if connected.is_builtin() => WhoseTurn::Come(app.budgets.inference.again().await?),
        None => WhoseTurn::Waits(app.budgets.inference.clone()),
    };
    let asked_at = app.now();
    let answer = match connected.solution(app, turn) {
        // The built-in engine has the same time limit as others.
        Ok(solution) => {
            let answer = solution.match_faces(question);
            tokio::time::timeout(connected.config.timeout(), answer)
                .await
                .unwrap_or(Err(Fault::Slow))
        }
        Err(fault) => Err(fault),
    };
    let now = app.now();
    let outcome = match &answer {
        Ok(Answer::Found(found)) if found.is_same_person() => Outcome::Matched,
        Ok(Answer::Found(_)) => Outcome::Unmatched,
        Ok(Answer::Refused(problem)) => Outcome::Refused(*problem),
        Err(fault) => Outcome::Failed(*fault),
    };
    connected.turn(asker.purpose, |circuit| match &answer {
        Ok(_) => circuit.answered(),
        Err(_) => circuit.failed(now),
    });
    let counted = Try {
        id: request,
        solution: connected.config.name.clone(),
        asker,
        asked_at,
        took: now - asked_at,
        outcome,
        price_tiyn: connected.config.price_tiyn,
    };
    count(app, &counted).await?;
    let solution = counted.solution;
    Ok(answer.map(|answer| match answer {
        Answer::Found(found) => Ok(Matched { found, solution, request }),
        Answer::Refused(problem) => Err(problem),
    }))
}

/// Every request to a solution is counted, whatever came of it (BIO-5).
pub(super) async fn count(app: &App, counted: &Try) -> Result<(), StoreError> {
    let took = counted.took.to_std().unwrap_or_default();
    app.measures.solutions.add(&counted.solution, counted.outcome.name(), took);
    app.store.transact("solution.count", async |tx| store::solution::add(tx, counted).await).await
}
