//! Circuit breaker of one route to one provider: after failures in a row it is left alone for a while, then tried by one request.
//!
//! ```text
//! closed ──5 failures in a row──▶ open until t ──first request at or after t──▶ half open ──answered──▶ closed
//!                                   ▲                                             │
//!                                   └───────────failed: twice as long─────────────┘
//! ```

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::id::Bin;

/// Failures in a row after which a route is left alone.
pub const FAILURES_MAX: u8 = 5;
const FIRST_REST: TimeDelta = TimeDelta::seconds(2);
const LONGEST_REST: TimeDelta = TimeDelta::seconds(60);
/// A probe whose end nobody told, since its caller left, gives way to another one.
const PROBE_MAX: TimeDelta = TimeDelta::seconds(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// `failures`: in a row so far.
    Closed { failures: u8 },
    /// `opened`: how often in a row.
    Open { until: Timestamp, opened: u8 },
    /// One request is under way.
    HalfOpen { until: Timestamp, opened: u8 },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Circuit {
    /// Whether a request may go, or until when none may.
    pub fn admit(self, now: Timestamp) -> Result<Self, Timestamp> {
        match self {
            Self::Closed { .. } => Ok(self),
            Self::Open { until, opened } | Self::HalfOpen { until, opened } if now >= until => {
                Ok(Self::HalfOpen { until: now + PROBE_MAX, opened })
            }
            Self::Open { until, .. } => Err(until),
            // It is nearly always known much sooner.
            Self::HalfOpen { .. } => Err(now + TimeDelta::seconds(1)),
        }
    }

    /// The provider answered, whatever it said.
    #[must_use]
    pub fn answered(self) -> Self {
        Self::default()
    }

    /// It could not be reached, was too slow, or failed.
    #[must_use]
    pub fn failed(self, now: Timestamp) -> Self {
        match self {
            Self::Closed { failures } if failures + 1 < FAILURES_MAX => {
                Self::Closed { failures: failures + 1 }
            }
            Self::Closed { .. } => Self::Open { until: now + FIRST_REST, opened: 1 },
            // Of a request that went before it opened.
            Self::Open { .. } => self,
            Self::HalfOpen { opened, .. } => {
                Self::Open { until: now + rest(opened), opened: opened.saturating_add(1) }
            }
        }
    }
}

/// The circuits of an edge, by provider and pattern of an address: as many as providers and the standard's addresses.
#[derive(Debug, Default)]
pub struct Circuits(BTreeMap<(Bin, String), Circuit>);

impl Circuits {
    /// Whether a request may go, or after how many seconds.
    pub fn admit(&mut self, provider: Bin, route: &str, now: Timestamp) -> Result<(), u64> {
        let Some(circuit) = self.0.get_mut(&(provider, route.to_owned())) else { return Ok(()) };
        match circuit.admit(now) {
            Ok(admitted) => {
                *circuit = admitted;
                Ok(())
            }
            Err(until) => {
                let milliseconds = (until - now).num_milliseconds().max(1);
                Err(u64::try_from(milliseconds).unwrap_or(1).div_ceil(1000))
            }
        }
    }

    /// How a request went that was admitted.
    pub fn ended(&mut self, provider: Bin, route: &str, answered: bool, now: Timestamp) {
        let key = (provider, route.to_owned());
        if answered {
            // As it is where nothing is kept.
            self.0.remove(&key);
        } else {
            let circuit = self.0.entry(key).or_default();
            *circuit = circuit.failed(now);
        }
    }

    /// Routes that are left alone now.
    pub fn open(&self) -> usize {
        self.0.values().filter(|it| !matches!(it, Circuit::Closed { .. })).count()
    }
}

/// 2 s, 4 s, 8 s … 60 s.
fn rest(opened: u8) -> TimeDelta {
    if opened < 5 { FIRST_REST * (1 << opened) } else { LONGEST_REST }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Event {
        /// A request wants to go.
        Asks,
        Answered,
        Failed,
    }

    #[test]
    fn every_short_story_keeps_the_rules() {
        use Event::{Answered, Asks, Failed};
        for story in 0..3_u32.pow(10) {
            let (mut circuit, mut in_a_row) = (Circuit::default(), 0);
            for turn in 0..10 {
                let now = at(i64::from(turn));
                let before = circuit;
                match [Asks, Answered, Failed][(story / 3_u32.pow(turn) % 3) as usize] {
                    Asks => match circuit.admit(now) {
                        Ok(after) => circuit = after,
                        Err(until) => assert!(until > now, "{story}"),
                    },
                    Answered => (circuit, in_a_row) = (circuit.answered(), 0),
                    Failed => (circuit, in_a_row) = (circuit.failed(now), in_a_row + 1),
                }
                let closed = |it| matches!(it, Circuit::Closed { .. });
                if closed(before) && !closed(circuit) {
                    assert!(in_a_row >= FAILURES_MAX, "{story}");
                }
                if !closed(before) && closed(circuit) {
                    assert_eq!(in_a_row, 0, "{story}");
                }
                if let (Circuit::Open { until, .. }, Circuit::HalfOpen { .. }) = (before, circuit) {
                    assert!(now >= until, "{story}");
                }
            }
        }
    }

    #[test]
    fn one_request_probes_and_each_rest_is_longer() {
        let mut now = at(0);
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_MAX {
            circuit = circuit.admit(now).unwrap().failed(now);
        }
        let mut rests = Vec::new();
        for _ in 0..7 {
            let Circuit::Open { until, .. } = circuit else { panic!("{circuit:?}") };
            rests.push((until - now).num_seconds());
            assert_eq!(circuit.admit(until - TimeDelta::milliseconds(1)), Err(until));
            circuit = circuit.admit(until).unwrap();
            assert!(circuit.admit(until).is_err(), "a second one waits");
            assert!(circuit.admit(until + PROBE_MAX).is_ok(), "the first one was lost");
            now = until;
            circuit = circuit.failed(now);
        }
        assert_eq!(rests, [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(circuit.answered(), Circuit::default());
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
