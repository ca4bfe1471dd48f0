//! The figures of the operator's console.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

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
    /// Nodes and when a stream to each was last open.
    pub edges: Vec<EdgeView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EdgeView {
    pub name: String,
    pub seen_at: Timestamp,
    /// Reported uses that were rejected: the operator should investigate.
    pub uses_set_aside: u64,
    /// The gate that it decides with, as its last report of uses says: the version where the operator signed it, and SHA-256.
    #[serde(default)]
    pub gate_version: Option<String>,
    #[serde(default)]
    pub gate_digest: Option<String>,
}
