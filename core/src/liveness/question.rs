//! The complete input of a verdict: for the judge, and kept as evidence.

use serde::{Deserialize, Serialize};

use super::challenge::Challenge;
use super::pack::About;
use super::{Known, Seen, Verdict, judge};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub challenge: Challenge,
    pub about: About,
    /// In the pack's order.
    pub seen: Vec<Seen>,
    pub known: Known,
}

impl Question {
    pub fn verdict(&self) -> Verdict {
        judge(&self.challenge, &self.about, &self.seen, &self.known)
    }
}
