//! What consumers may ask for in an interval: whose requests count together, how many, and what is left.
//!
//! The gate names the [`Quota`]s that a request spends, the node keeps the [`Counters`]. Each node counts for itself.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::presence;
use crate::Timestamp;
use crate::id::{Bin, ConsentId};
use crate::problem::Problem;

const MINUTE_S: i64 = 60;
const DAY_S: i64 = 86_400;

/// The largest number that the operator can set.
pub const ALLOWANCE_MAX: u32 = 100_000_000;

/// What the operator allows a participant as a consumer, at each edge node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Allowance {
    /// All of its applications together.
    pub requests_a_minute: u32,
    pub application_requests_a_minute: u32,
    /// In a day of Kazakhstan's time.
    pub application_requests_a_day: u32,
    /// Under one consent.
    pub consent_requests_a_minute: u32,
}

/// `POST /api/console/participants/{bin}/allowance`; `GET` answers an [`Allowance`], and so does this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetAllowance {
    pub requests_a_minute: u32,
    pub application_requests_a_minute: u32,
    pub application_requests_a_day: u32,
    pub consent_requests_a_minute: u32,
}

impl From<SetAllowance> for Allowance {
    fn from(asked: SetAllowance) -> Self {
        let SetAllowance {
            requests_a_minute,
            application_requests_a_minute,
            application_requests_a_day,
            consent_requests_a_minute,
        } = asked;
        Self {
            requests_a_minute,
            application_requests_a_minute,
            application_requests_a_day,
            consent_requests_a_minute,
        }
    }
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            requests_a_minute: 60_000,
            application_requests_a_minute: 60_000,
            application_requests_a_day: 10_000_000,
            consent_requests_a_minute: 600,
        }
    }
}

impl Allowance {
    pub fn check(self) -> Result<(), &'static str> {
        let numbers = [
            self.requests_a_minute,
            self.application_requests_a_minute,
            self.application_requests_a_day,
            self.consent_requests_a_minute,
        ];
        if numbers.iter().all(|it| (1..=ALLOWANCE_MAX).contains(it)) {
            return Ok(());
        }
        Err("an allowance is 1 to 100000000")
    }

    /// What an allowed request spends.
    pub(super) fn quotas(self, consumer: Bin, client_id: &str, consent: ConsentId) -> Vec<Quota> {
        let quota = |policy, key, limit| Quota { policy, key, limit };
        vec![
            quota(Policy::Participant, consumer.to_string(), self.requests_a_minute),
            quota(Policy::Application, client_id.to_owned(), self.application_requests_a_minute),
            quota(Policy::ApplicationDay, client_id.to_owned(), self.application_requests_a_day),
            quota(Policy::Consent, consent.to_string(), self.consent_requests_a_minute),
        ]
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    Participant,
    Application,
    ApplicationDay,
    Consent,
    /// Under one consent at one provider, without the client (OAPI-25).
    Unattended,
}

impl Policy {
    pub const ALL: [Self; 5] = [
        Self::Participant,
        Self::Application,
        Self::ApplicationDay,
        Self::Consent,
        Self::Unattended,
    ];

    /// Its name in `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers §3.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Application => "application",
            Self::ApplicationDay => "application-day",
            Self::Consent => "consent",
            Self::Unattended => "unattended",
        }
    }

    /// Its interval in seconds.
    pub fn interval_s(self) -> i64 {
        match self {
            Self::Participant | Self::Application | Self::Consent => MINUTE_S,
            Self::ApplicationDay | Self::Unattended => DAY_S,
        }
    }

    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Participant | Self::Application | Self::Consent => Problem::RateLimited,
            Self::ApplicationDay => Problem::RateQuota,
            Self::Unattended => Problem::ConsentFrequency,
        }
    }

    /// The number of the interval, and when it ends.
    fn interval(self, now: Timestamp) -> (i64, Timestamp) {
        match self {
            Self::Participant | Self::Application | Self::Consent => {
                let number = now.timestamp().div_euclid(MINUTE_S);
                let end = Timestamp::from_timestamp(number.saturating_add(1) * MINUTE_S, 0);
                (number, end.unwrap_or(now))
            }
            Self::ApplicationDay | Self::Unattended => {
                (presence::day(now), presence::day_ends(now))
            }
        }
    }
}

/// At most `limit` requests of `key` in the policy's interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    pub policy: Policy,
    pub key: String,
    pub limit: u32,
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub policy: Policy,
    pub limit: u32,
    pub remaining: u32,
    /// Whole seconds until the interval ends, at least 1.
    pub reset_s: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// If not, nothing was spent, and at least one quota has nothing left.
    pub admitted: bool,
    /// In the order of the quotas.
    pub left: Vec<Left>,
}

/// What was spent in the present intervals.
#[derive(Debug)]
pub struct Counters {
    max: usize,
    minute: Interval,
    day: Interval,
}

#[derive(Debug, Default)]
struct Interval {
    number: i64,
    spent: BTreeMap<(Policy, String), u32>,
}

impl Counters {
    /// Counts for at most `max` keys in a minute, and as many in a day. Further ones have nothing left, since what they
    /// spend could not be counted.
    pub fn new(max: usize) -> Self {
        Self { max, minute: Interval::default(), day: Interval::default() }
    }

    /// Takes one of each quota, or nothing.
    pub fn spend(&mut self, quotas: &[Quota], now: Timestamp) -> Spent {
        let mut left: Vec<Left> = quotas.iter().map(|it| self.left(it, now)).collect();
        let admitted = left.iter().all(|it| it.remaining > 0);
        if admitted {
            for (quota, left) in quotas.iter().zip(&mut left) {
                let spent = &mut self.interval(quota.policy, now).spent;
                *spent.entry((quota.policy, quota.key.clone())).or_default() += 1;
                left.remaining -= 1;
            }
        }
        Spent { admitted, left }
    }

    fn left(&mut self, quota: &Quota, now: Timestamp) -> Left {
        let Quota { policy, key, limit } = quota;
        let max = self.max;
        let spent = &self.interval(*policy, now).spent;
        let remaining = match spent.get(&(*policy, key.clone())) {
            Some(spent) => limit.saturating_sub(*spent),
            None if spent.len() >= max => 0,
            None => *limit,
        };
        let milliseconds = (policy.interval(now).1 - now).num_milliseconds();
        let reset_s = u32::try_from(milliseconds.max(1)).unwrap_or(u32::MAX).div_ceil(1000);
        Left { policy: *policy, limit: *limit, remaining, reset_s }
    }

    fn interval(&mut self, policy: Policy, now: Timestamp) -> &mut Interval {
        let interval = match policy {
            Policy::Participant | Policy::Application | Policy::Consent => &mut self.minute,
            Policy::ApplicationDay | Policy::Unattended => &mut self.day,
        };
        let (number, _) = policy.interval(now);
        // A clock that is set back a little does not begin the interval anew.
        if number > interval.number || number < interval.number - 1 {
            *interval = Interval { number, spent: BTreeMap::new() };
        }
        interval
    }
}

/// The quota whose end a refused request waits for: the last of those that have nothing left.
pub(super) fn exhausted(left: &[Left]) -> Option<Left> {
    left.iter().filter(|it| it.remaining == 0).max_by_key(|it| it.reset_s).copied()
}

/// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10); `None` where nothing was counted.
pub fn headers(left: &[Left]) -> Option<(String, String)> {
    if left.is_empty() {
        return None;
    }
    let policy =
        |it: &Left| format!("\"{}\";q={};w={}", it.policy.name(), it.limit, it.policy.interval_s());
    let rest = |it: &Left| format!("\"{}\";r={};t={}", it.policy.name(), it.remaining, it.reset_s);
    let list =
        |text: &dyn Fn(&Left) -> String| left.iter().map(text).collect::<Vec<_>>().join(", ");
    Some((list(&policy), list(&rest)))
}

/// A sentence for who is refused.
pub(super) fn sentence(left: Left) -> String {
    let whose = match left.policy {
        Policy::Participant => "your organisation",
        Policy::Application | Policy::ApplicationDay => "this application",
        Policy::Consent => "this consent",
        Policy::Unattended => "this consent at this provider without the client",
    };
    let interval = if TimeDelta::seconds(left.policy.interval_s()) < TimeDelta::days(1) {
        "minute"
    } else {
        "day"
    };
    format!("{whose} has {} requests a {interval}", left.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_s_requests_are_not_paid_by_another_s() {
        let mut counters = Counters::new(100);
        let mut spend =
            |key: &str, at_s| counters.spend(&[of(Policy::Consent, key, 2)], at(at_s)).admitted;
        assert_eq!([0, 1, 2].map(|it| spend("a", it)), [true, true, false]);
        assert_eq!([3, 4, 5].map(|it| spend("b", it)), [true, true, false]);
        assert!(!spend("a", 59));
        assert!(spend("a", 60), "the next minute");
        assert!(spend("a", 59), "the clock went back, the count did not");
        assert!(!spend("a", 60));
        assert!(spend("a", -60), "the clock was an hour ahead");
    }

    #[test]
    fn of_several_quotas_all_are_spent_or_none() {
        let mut counters = Counters::new(100);
        let quotas = [of(Policy::Participant, "p", 3), of(Policy::Consent, "c", 1)];
        let first = counters.spend(&quotas, at(0));
        assert_eq!((first.admitted, remaining(&first)), (true, vec![2, 0]));
        let second = counters.spend(&quotas, at(1));
        assert_eq!((second.admitted, remaining(&second)), (false, vec![2, 0]));
        assert_eq!(
            exhausted(&second.left).map(|it| (it.policy, it.reset_s)),
            Some((Policy::Consent, 59))
        );
        assert_eq!(exhausted(&[]), None);
    }

    /// 19:00 UTC is midnight in Kazakhstan.
    #[test]
    fn a_day_is_kazakhstan_s_and_the_longest_wait_is_told() {
        let mut counters = Counters::new(100);
        let quotas = [of(Policy::Consent, "c", 1), of(Policy::ApplicationDay, "a", 1)];
        let midnight = 11 * 3600;
        assert!(counters.spend(&quotas, at(midnight - 10)).admitted);
        let refused = counters.spend(&quotas, at(midnight - 9));
        assert_eq!(exhausted(&refused.left).map(|it| it.reset_s), Some(9));
        assert!(counters.spend(&quotas, at(midnight)).admitted);
        let refused = counters.spend(&quotas, at(midnight));
        assert_eq!(exhausted(&refused.left).map(|it| it.reset_s), Some(86_400));
    }

    #[test]
    fn what_can_not_be_counted_is_refused() {
        let mut counters = Counters::new(2);
        let mut spend = |key: &str, limit, at_s| {
            counters.spend(&[of(Policy::Consent, key, limit)], at(at_s)).admitted
        };
        assert!(spend("a", 9, 0) && spend("b", 9, 0) && !spend("c", 9, 0) && spend("a", 9, 0));
        assert!(spend("c", 9, 60));
        assert!(!spend("d", 0, 60), "an allowance of nothing");
    }

    #[test]
    fn the_headers_are_structured_fields() {
        let mut counters = Counters::new(9);
        let quotas = [of(Policy::Participant, "p", 100), of(Policy::ApplicationDay, "a", 5)];
        let (policy, left) = headers(&counters.spend(&quotas, at(20)).left).unwrap();
        assert_eq!(policy, r#""participant";q=100;w=60, "application-day";q=5;w=86400"#);
        assert_eq!(left, r#""participant";r=99;t=40, "application-day";r=4;t=39580"#);
        assert_eq!(headers(&[]), None);
    }

    #[test]
    fn an_allowance_of_nothing_or_too_much_is_refused() {
        assert!(Allowance::default().check().is_ok());
        for number in [0, ALLOWANCE_MAX + 1] {
            let wrong = Allowance { consent_requests_a_minute: number, ..Allowance::default() };
            assert!(wrong.check().is_err(), "{number}");
        }
    }

    fn remaining(spent: &Spent) -> Vec<u32> {
        spent.left.iter().map(|it| it.remaining).collect()
    }

    fn of(policy: Policy, key: &str, limit: u32) -> Quota {
        Quota { policy, key: key.to_owned(), limit }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
