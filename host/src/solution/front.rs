//! Liveness checks of sessions, spread over the solutions by weight and health (BIO-5): the built-in engine with the pages' own
//! widget, or a solution whose own front part films.
//!
//! Which one a check goes to is drawn from the person, the day and the check's number, under a key: a new session on the same day
//! draws the same, so nobody opens sessions until the solution comes that they like.

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::calendar;
use senim_core::id::{Bin, Iin, SolutionRequestId};
use senim_core::identity::session::{Front, Session};
use senim_core::jose::from_base64;
use senim_core::liveness::challenge::{CHALLENGE_LIFETIME, Wishes};
use senim_core::solution::{
    Asker, Fault, FrontOutcome, JudgeFront, OpenFront, Purpose, VersionView,
};
use senim_core::text::Language;

use super::WhoseTurn;
use super::ask::{TRIES_MAX, count};
use super::solutions::Connected;
use crate::app::App;
use senim_store::StoreError;
use senim_store::solution::{Outcome, Try};

/// Who makes the next liveness check of a session.
pub(crate) enum Checker<'a> {
    Builtin,
    /// A solution with a front part of its own.
    Front {
        solution: &'a str,
        page: &'a str,
        origin: String,
        vendor: &'a str,
    },
    /// All that offer it are unhealthy, under maintenance, or have failed in this session.
    Nobody,
}

/// Whose turn it is now. The same for every host that sees the same health.
pub(crate) fn next_checker<'a>(
    app: &'a App,
    session: &Session,
    iin: &Iin,
    now: Timestamp,
) -> Checker<'a> {
    let Some(order) = order(app, session, iin, now) else { return Checker::Builtin };
    order.first().and_then(|it| app.solutions.get(*it)).map_or(Checker::Nobody, checker)
}

/// The solution of an open front part, if it is still configured.
pub(crate) fn checked<'a>(app: &'a App, front: &Front) -> Option<Checker<'a>> {
    app.solutions.by_name(&front.solution).map(checker)
}

fn checker(connected: &Connected) -> Checker<'_> {
    match (connected.config.front(), connected.config.front_origin()) {
        (Some((page, vendor)), Some(origin)) => {
            Checker::Front { solution: &connected.config.name, page, origin, vendor }
        }
        (Some(_) | None, _) => Checker::Builtin,
    }
}

fn order(app: &App, session: &Session, iin: &Iin, now: Timestamp) -> Option<Vec<usize>> {
    let check = session.checks().saturating_add(1);
    let whose = format!("{}:{}:{check}", iin.expose(), calendar::day(now));
    let drawn = from_base64(&app.sealer.blind("solution.liveness", &whose));
    let drawn = drawn.ok().and_then(|it| it.try_into().ok()).unwrap_or_default();
    app.solutions.liveness_order(|it| session.has_failed(it), drawn, now)
}

/// Who makes the check, after those before it in the order failed to open their front part.
pub(crate) struct Opened {
    /// `None`: the built-in engine.
    pub(crate) front: Option<Front>,
    pub(crate) failed: Vec<String>,
}

/// Opens the front part of the first solution that answers; one that fails or is slow costs its time and nothing else.
/// `None`: nobody is left to check.
pub(crate) async fn open_front(
    app: &App,
    session: &Session,
    (iin, participant): (&Iin, Option<Bin>),
    wishes: Wishes,
) -> Result<Result<Opened, Vec<String>>, StoreError> {
    let mut failed = Vec::new();
    let Some(order) = order(app, session, iin, app.now()) else {
        return Ok(Ok(Opened { front: None, failed }));
    };
    for index in order.into_iter().take(TRIES_MAX) {
        let Some(connected) = app.solutions.get(index) else { continue };
        if connected.config.front().is_none() {
            return Ok(Ok(Opened { front: None, failed }));
        }
        match opened(app, connected, participant, session.language(), wishes).await? {
            Ok(front) => return Ok(Ok(Opened { front: Some(front), failed })),
            Err(_) => failed.push(connected.config.name.clone()),
        }
    }
    Ok(Err(failed))
}

async fn opened(
    app: &App,
    connected: &Connected,
    participant: Option<Bin>,
    language: Language,
    wishes: Wishes,
) -> Result<Result<Front, Fault>, StoreError> {
    let request_id = SolutionRequestId(app.rng.id());
    let asked_at = app.now();
    let turn = WhoseTurn::Waits(app.budgets.inference.clone());
    let answer = match connected.solution(app, turn) {
        Ok(solution) => solution.open_front(OpenFront { request_id, language, wishes }).await,
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(view) => {
            let opened_at = app.now();
            Ok(Ok(Front {
                solution: connected.config.name.clone(),
                request: request_id,
                session: view.session,
                challenge: view.challenge,
                opened_at,
                expires_at: opened_at + CHALLENGE_LIFETIME,
            }))
        }
        Err(fault) => {
            let solution = connected.config.name.as_str();
            let fault_name = fault.name();
            tracing::warn!(
                solution,
                fault = fault_name,
                "a front part can't be opened; trying another"
            );
            let now = app.now();
            tell(connected, false, now);
            let outcome = Outcome::Failed(fault);
            add(app, connected, (request_id, participant), (asked_at, now - asked_at), outcome)
                .await?;
            Ok(Err(fault))
        }
    }
}

/// What the solution said of a check, and what it is.
pub(crate) struct Judged {
    pub(crate) outcome: Result<FrontOutcome, Fault>,
    pub(crate) software: Option<VersionView>,
    pub(crate) took: TimeDelta,
}

/// Asks the back part once, within its time. The caller has used up the check.
pub(crate) async fn judge_front(app: &App, front: &Front) -> Judged {
    let asked_at = app.now();
    let turn = WhoseTurn::Waits(app.budgets.inference.clone());
    let solution = app.solutions.by_name(&front.solution).ok_or(Fault::Unavailable);
    let (outcome, software) = match solution.and_then(|it| it.solution(app, turn)) {
        Ok(solution) => {
            let asked = JudgeFront {
                request_id: front.request,
                session: front.session.clone(),
                challenge: front.challenge.clone(),
            };
            let (outcome, software) = tokio::join!(solution.judge_front(asked), solution.version());
            // Evidence must say what judged (DSP-1).
            match software {
                Ok(software) => (outcome, Some(software)),
                Err(fault) => (outcome.and(Err(fault)), None),
            }
        }
        Err(fault) => (Err(fault), None),
    };
    Judged { outcome, software, took: app.now() - asked_at }
}

/// Counts a check for its solution; `None`: it had nothing to judge. A fault that is not `believed` leaves its health alone.
pub(crate) async fn count_front(
    app: &App,
    front: &Front,
    participant: Option<Bin>,
    took: TimeDelta,
    (outcome, believed): (Option<Outcome>, bool),
) -> Result<(), StoreError> {
    let Some(connected) = app.solutions.by_name(&front.solution) else { return Ok(()) };
    match outcome {
        Some(Outcome::Failed(fault)) => {
            let (solution, fault) = (connected.config.name.as_str(), fault.name());
            tracing::warn!(solution, fault, believed, "a front part failed");
            if believed {
                tell(connected, false, app.now());
            }
        }
        _ => tell(connected, true, app.now()),
    }
    let Some(outcome) = outcome else { return Ok(()) };
    let whose = (front.request, participant);
    add(app, connected, whose, (front.opened_at, took), outcome).await
}

fn tell(connected: &Connected, answered: bool, now: Timestamp) {
    connected.turn(Purpose::Liveness, |circuit| {
        if answered { circuit.answered() } else { circuit.failed(now) }
    });
}

/// Counts a check of the built-in engine.
pub(crate) async fn count_builtin(
    app: &App,
    participant: Option<Bin>,
    (asked_at, took): (Timestamp, TimeDelta),
    outcome: Outcome,
) -> Result<(), StoreError> {
    let Some(connected) = app.solutions.builtin() else { return Ok(()) };
    tell(connected, !matches!(outcome, Outcome::Failed(_)), app.now());
    let whose = (SolutionRequestId(app.rng.id()), participant);
    add(app, connected, whose, (asked_at, took), outcome).await
}

async fn add(
    app: &App,
    connected: &Connected,
    (id, participant): (SolutionRequestId, Option<Bin>),
    (asked_at, took): (Timestamp, TimeDelta),
    outcome: Outcome,
) -> Result<(), StoreError> {
    let counted = Try {
        id,
        solution: connected.config.name.clone(),
        asker: Asker { purpose: Purpose::Liveness, participant },
        asked_at,
        took,
        outcome,
        price_tiyn: connected.config.price_tiyn,
    };
    count(app, &counted).await
}
