//! The journal as the operator's console shows it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// `GET /api/console/journal?search=…&before=…&limit=…` (newest first).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JournalView {
    pub records: Vec<JournalRecordView>,
    /// Pass it as `before` for the next page; absent on the last page.
    pub next: Option<u64>,
}

/// One record. It never holds a secret or identifies a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JournalRecordView {
    /// The order of writing, which is the cursor of pages.
    pub arrival: u64,
    pub id: String,
    /// Its number in the log; absent until the sequencer has assigned one, within a second.
    pub position: Option<u64>,
    pub at: Timestamp,
    /// Such as `consent.granted`.
    pub event: String,
    /// Who did it: `client`, `platform`, `operator:NAME`, `participant:BIN`, `edge:NAME`.
    pub actor: String,
    /// What it was done to: a consent's, session's or participant's identifier.
    pub subject: String,
    /// The event's fields by name.
    pub fields: serde_json::Value,
}
