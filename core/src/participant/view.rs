//! What the operator's console says and hears about participants, sessions and the journal.

use serde::{Deserialize, Serialize};

use super::Participant;
use crate::Timestamp;
use crate::id::Bin;

/// `POST /api/console/sign-in`. Answer: [`OperatorView`] and a cookie.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub name: String,
    pub password: String,
    /// Six digits of RFC 6238.
    pub code: String,
}

/// `GET /api/console/me`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OperatorView {
    pub name: String,
}

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

/// `GET /api/console/overview`: the last hour in minutes, oldest first (60 entries each).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OverviewView {
    pub now: Timestamp,
    #[cfg_attr(test, schemars(length(equal = 60)))]
    pub sessions_started: Vec<u64>,
    #[cfg_attr(test, schemars(length(equal = 60)))]
    pub sessions_passed: Vec<u64>,
    #[cfg_attr(test, schemars(length(equal = 60)))]
    pub sessions_failed: Vec<u64>,
    #[cfg_attr(test, schemars(length(equal = 60)))]
    pub requests_answered: Vec<u64>,
    #[cfg_attr(test, schemars(length(equal = 60)))]
    pub requests_refused: Vec<u64>,
    pub consents_active: u64,
    pub participants_active: u64,
    pub participants_suspended: u64,
    /// Nodes and when each last fetched its registry.
    pub edges: Vec<EdgeView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EdgeView {
    pub name: String,
    pub seen_at: Timestamp,
}

/// `GET /api/console/journal?search=…&before=…&limit=…` (newest first; `before` is a position).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JournalView {
    pub records: Vec<JournalRecordView>,
    /// Give it as `before` for the next page; absent on the last.
    pub next: Option<u64>,
}

/// One event. Never a secret, never what names a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JournalRecordView {
    pub position: u64,
    pub done_at: Timestamp,
    /// Such as `consent.granted`.
    pub event: String,
    /// Who did it: `client`, `platform`, `operator:NAME`, `participant:BIN`, `edge:NAME`.
    pub actor: String,
    /// What it was done to: a consent's, session's or participant's identifier.
    pub subject: String,
    /// Further facts, flat: route, status, problem, milliseconds, sizes.
    pub facts: serde_json::Value,
}

/// Names a participant in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParticipantName {
    pub bin: Bin,
    pub name: String,
}
