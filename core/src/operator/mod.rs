//! An operator's sign-in: limits on failures, and lifetime.

use chrono::TimeDelta;

use crate::Timestamp;

pub mod view;

/// Consecutive wrong passwords or codes after which a name is locked for this requester.
pub const FAILURES_MAX: u32 = 5;
/// The same for all browsers together in which the operator has never signed in.
pub const STRANGERS_FAILURES_MAX: u32 = 100;
pub const LOCK: TimeDelta = TimeDelta::minutes(5);
/// An operator is signed out after this time without a request.
pub const IDLE_MAX: TimeDelta = TimeDelta::minutes(30);
/// The maximum lifetime of a session.
pub const SESSION_MAX: TimeDelta = TimeDelta::hours(12);

/// Steps of RFC 6238 §4.1, of 30 seconds.
pub const TOTP_STEP_S: u64 = 30;

/// A name's failures for one requester, or for all unknown browsers together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Consecutive ones.
    pub failures: u32,
    pub locked_until: Option<Timestamp>,
}

impl Attempts {
    pub fn locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    #[must_use]
    pub fn failed(self, failures_max: u32, now: Timestamp) -> Self {
        let failures = self.failures + 1;
        if failures < failures_max {
            return Self { failures, locked_until: self.locked_until };
        }
        Self { failures: 0, locked_until: Some(now + LOCK) }
    }
}

/// The steps whose codes are valid now: the current one and its neighbours, but none up to the last one used
/// (RFC 6238 §5.2).
pub fn totp_steps(used: u64, now: Timestamp) -> impl Iterator<Item = u64> {
    let current = u64::try_from(now.timestamp()).unwrap_or_default() / TOTP_STEP_S;
    (current.saturating_sub(1)..=current + 1).filter(move |&step| step > used)
}

/// Whether an operator's session is still valid.
pub fn session_holds(opened_at: Timestamp, seen_at: Timestamp, now: Timestamp) -> bool {
    now - opened_at < SESSION_MAX && now - seen_at < IDLE_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_in_a_row_locks_for_five_minutes() {
        let mut attempts = Attempts::default();
        for second in 0..4 {
            attempts = attempts.failed(FAILURES_MAX, at(second));
            assert!(!attempts.locked(at(second)));
        }
        attempts = attempts.failed(FAILURES_MAX, at(4));
        assert!(attempts.locked(at(4)) && attempts.locked(at(303)));
        assert!(!attempts.locked(at(304)));
        // And from there five more.
        assert!(!attempts.failed(FAILURES_MAX, at(305)).locked(at(305)));
    }

    #[test]
    fn a_code_counts_in_its_step_and_the_two_beside_it_and_never_twice() {
        let now = at(0);
        let current = u64::try_from(now.timestamp()).unwrap() / 30;
        let steps = |used| totp_steps(used, now).collect::<Vec<_>>();
        assert_eq!(steps(0), [current - 1, current, current + 1]);
        assert_eq!(steps(current), [current + 1]);
    }

    #[test]
    fn a_session_ends_by_idleness_and_by_age() {
        let opened = at(0);
        let later = |minutes| opened + TimeDelta::minutes(minutes);
        assert!(session_holds(opened, opened, later(29)));
        assert!(!session_holds(opened, opened, later(30)));
        assert!(session_holds(opened, later(700), later(719)));
        assert!(!session_holds(opened, later(719), later(720)));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
