//! Participants in requests and answers of the pages' API.

use serde::{Deserialize, Serialize};

use super::Participant;
use crate::id::Bin;

/// `GET /api/console/participants` answers a list of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParticipantView {
    #[serde(flatten)]
    pub participant: Participant,
    pub applications: u64,
    pub consents_active: u64,
    pub requests_last_hour: u64,
}

/// `POST /api/console/participants/{bin}/suspend`; `/resume` takes `{}`. Both answer [`ParticipantView`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SuspendParticipant {
    pub reason: String,
}

/// Names a participant in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParticipantName {
    pub bin: Bin,
    pub name: String,
}
