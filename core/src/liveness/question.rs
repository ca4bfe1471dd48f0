//! All that a verdict is made of, kept together: as evidence, and as what the judge is asked.

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
