//! Circuit breaker: whether a solution gets requests, by its recent answers and its health endpoint.
//!
//! ```text
//! closed ──3 faults in a row──▶ open until t ──/healthz is well at or after t──▶ closed, one fault from open again
//! ```
//!
//! Each consecutive time that it opens, it stays open twice as long.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Consecutive faults after which a solution gets no more requests.
pub const FAULTS_MAX: u8 = 3;

const FIRST_REST: TimeDelta = TimeDelta::seconds(10);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Circuit {
    /// Gets requests. `faults`: consecutive ones so far; `opened`: how often it was open since the last valid answer.
    Closed { faults: u8, opened: u8 },
    /// Gets no requests.
    Open { until: Timestamp, opened: u8 },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { faults: 0, opened: 0 }
    }
}

impl Circuit {
    pub fn asked(self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// A valid answer.
    #[must_use]
    pub fn answered(self) -> Self {
        Self::default()
    }

    #[must_use]
    pub fn failed(self, now: Timestamp) -> Self {
        match self {
            Self::Closed { faults, opened } if faults + 1 < FAULTS_MAX => {
                Self::Closed { faults: faults + 1, opened }
            }
            // A request started before it opened may end afterwards: ignored.
            Self::Open { .. } => self,
            Self::Closed { opened, .. } => {
                Self::Open { until: now + rest(opened), opened: opened.saturating_add(1) }
            }
        }
    }

    /// The result of `/healthz`. After a healthy one, a single fault opens it again.
    #[must_use]
    pub fn probed(self, well: bool, now: Timestamp) -> Self {
        match self {
            Self::Open { until, opened } if well && now >= until => {
                Self::Closed { faults: FAULTS_MAX - 1, opened }
            }
            Self::Open { .. } => self,
            Self::Closed { .. } if well => self,
            Self::Closed { .. } => self.failed(now),
        }
    }
}

/// 10 s, 20 s, 40 s … 5 min.
fn rest(opened: u8) -> TimeDelta {
    if opened < 5 { FIRST_REST * (1 << opened) } else { LONGEST_REST }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One event a second.
    #[derive(Clone, Copy, Debug)]
    enum Event {
        Answered,
        Failed,
        Well,
        Unwell,
    }

    #[test]
    fn every_short_story_keeps_the_rules() {
        use Event::{Answered, Failed, Unwell, Well};
        const EVENTS: [Event; 4] = [Answered, Failed, Well, Unwell];
        for story in 0..4_u32.pow(8) {
            let (mut circuit, mut in_a_row) = (Circuit::default(), 0);
            for turn in 0..8 {
                let now = at(i64::from(turn));
                let event = EVENTS[(story / 4_u32.pow(turn) % 4) as usize];
                let before = circuit;
                circuit = match event {
                    Answered => circuit.answered(),
                    Failed => circuit.failed(now),
                    Well => circuit.probed(true, now),
                    Unwell => circuit.probed(false, now),
                };
                in_a_row = match event {
                    Answered => 0,
                    Failed | Unwell => in_a_row + 1,
                    Well => in_a_row,
                };
                if let (Circuit::Closed { .. }, Circuit::Open { until, .. }) = (before, circuit) {
                    assert!(in_a_row >= u32::from(FAULTS_MAX) && until >= now + FIRST_REST);
                }
                // Within these eight seconds no pause ends: only a valid answer closes it.
                if !before.asked() && circuit.asked() {
                    assert!(matches!(event, Answered), "{story}");
                }
                if in_a_row >= u32::from(FAULTS_MAX) {
                    assert!(!circuit.asked(), "{story}");
                }
            }
        }
    }

    #[test]
    fn being_well_is_worth_one_try_and_each_rest_is_longer() {
        let mut now = at(0);
        let mut circuit = Circuit::default();
        let mut rests = Vec::new();
        for _ in 0..FAULTS_MAX - 1 {
            circuit = circuit.failed(now);
        }
        for _ in 0..8 {
            circuit = circuit.failed(now);
            let Circuit::Open { until, .. } = circuit else { panic!("{circuit:?}") };
            rests.push((until - now).num_seconds());
            circuit = circuit.probed(true, until - TimeDelta::milliseconds(1));
            assert!(!circuit.asked());
            circuit = circuit.probed(false, until).probed(true, until);
            assert!(circuit.asked());
            now = until;
        }
        assert_eq!(rests, [10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(circuit.answered(), Circuit::default());
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }
}
