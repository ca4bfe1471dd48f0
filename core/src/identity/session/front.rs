//! Checks at solutions with a front part of their own (BIO-5).
//!
//! Such a solution films and judges itself, and its vendor may fail. What it causes costs the client nothing: the check is given
//! back, once for each solution, and no more checks of the session go there. What a client can cause, such as leaving the front part
//! or sending nothing, counts as any other check.

use super::{CHECK_TIME, Check, Failure, Front, Person, RETURNED_MAX, Session, SessionError, Step};
use crate::Timestamp;
use crate::identity::requester::Allowance;
use crate::identity::session::{Effect, Input};
use crate::problem::Problem;

impl Session {
    /// The front part that is open.
    pub fn front(&self) -> Option<&Front> {
        match &self.step {
            Step::Liveness { check: Some(Check::Front(front)), .. } => Some(front),
            Step::Liveness {
                check: Some(Check::Asked { .. } | Check::Judging { .. }) | None,
                ..
            }
            | Step::Agreement
            | Step::Iin
            | Step::Code { .. }
            | Step::Consent { .. }
            | Step::Passed { .. }
            | Step::Failed { .. } => None,
        }
    }

    /// What the last check failed by, while the client is before the camera.
    pub fn last_problem(&self) -> Option<Problem> {
        match &self.step {
            Step::Liveness { last_problem, .. } => *last_problem,
            Step::Agreement
            | Step::Iin
            | Step::Code { .. }
            | Step::Consent { .. }
            | Step::Passed { .. }
            | Step::Failed { .. } => None,
        }
    }

    /// Whether a solution's front part has failed in this session.
    pub fn has_failed(&self, solution: &str) -> bool {
        self.failed.contains(solution)
    }

    /// What concerns front parts; anywhere but before the camera it is out of order.
    pub(super) fn at_front(
        self,
        input: Input,
        step: Step,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        let mut session = self;
        match (input, step) {
            (Input::FrontAsked { blocked_until, allowance }, Step::Liveness { check, .. }) => {
                if let Some(until) = blocked_until.filter(|until| *until > now) {
                    return Ok(session.fail(Failure::Blocked { until }, now));
                }
                session.ask_front(check.as_ref(), allowance, now)
            }
            (
                Input::FrontOpened { front, failed, blocked_until, allowance },
                Step::Liveness { person, check, last_problem },
            ) => {
                session.failed.extend(failed);
                if let Some(until) = blocked_until.filter(|until| *until > now) {
                    return Ok(session.fail(Failure::Blocked { until }, now));
                }
                let counted = (front, allowance);
                session.open_front(person, check.as_ref(), last_problem, counted, now)
            }
            (Input::FrontsFailed { failed }, Step::Liveness { .. }) => {
                session.failed.extend(failed);
                Ok((session, Vec::new()))
            }
            (
                Input::FrontStarted { request, blocked_until },
                Step::Liveness { person, check, last_problem },
            ) => {
                if let Some(until) = blocked_until.filter(|until| *until > now) {
                    return Ok(session.fail(Failure::Blocked { until }, now));
                }
                let open = matches!(check, Some(Check::Front(it)) if it.request == request);
                session.start_check(person, open, last_problem, now)
            }
            (
                Input::FrontFailed { check, solution, problem },
                Step::Liveness { person, check: Some(Check::Judging { .. }), .. },
            ) if session.checks == check => {
                Ok(session.front_failed(person, solution, problem, now))
            }
            _ => Err(SessionError::OutOfOrder),
        }
    }

    pub(super) fn ask_front(
        self,
        check: Option<&Check>,
        allowance: Allowance,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        let none_left = self.checks_left() == 0;
        match check {
            Some(Check::Front(_)) => return Ok((self, Vec::new())),
            Some(Check::Judging { .. }) if none_left => return Err(SessionError::OutOfOrder),
            // This check is the widget's.
            Some(Check::Asked { .. }) => return Err(SessionError::Elsewhere),
            None if none_left => return Ok(self.block(now)),
            // Abandons a check that is being judged: it still counts.
            Some(Check::Judging { .. }) | None => {}
        }
        match self.spent(allowance, now) {
            Some(over) => Ok(over),
            None => Ok((self, vec![Effect::OpenFront])),
        }
    }

    pub(super) fn open_front(
        self,
        person: Person,
        check: Option<&Check>,
        last_problem: Option<Problem>,
        (front, allowance): (Front, Allowance),
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        let (mut session, effects) = self.ask_front(check, allowance, now)?;
        if effects != [Effect::OpenFront] {
            return Ok((session, effects));
        }
        session.checks += 1;
        let effects = vec![Effect::Challenged { check: session.checks }];
        let judged_by = front.expires_at + CHECK_TIME;
        session.step = Step::Liveness { person, check: Some(Check::Front(front)), last_problem };
        Ok((session.lasting_until(judged_by), effects))
    }

    /// The end of a session whose person and requester have no challenges left.
    pub(super) fn spent(
        &self,
        allowance: Allowance,
        now: Timestamp,
    ) -> Option<(Self, Vec<Effect>)> {
        match allowance {
            Allowance::Left => None,
            Allowance::Spent => Some(self.clone().block(now)),
            Allowance::SpentUntil(until) => {
                Some(self.clone().fail(Failure::Blocked { until }, now))
            }
        }
    }

    pub(super) fn front_failed(
        mut self,
        person: Person,
        solution: String,
        problem: Problem,
        now: Timestamp,
    ) -> (Self, Vec<Effect>) {
        if self.failed.insert(solution) && self.returned < RETURNED_MAX {
            self.returned += 1;
        }
        self.refuse(person, problem, now)
    }
}

#[cfg(test)]
mod tests;
