//! What happened, as cabinet and console show it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Closed;
use crate::Timestamp;
use crate::agreement::view::AcceptanceView;
use crate::alert::{AlertKind, MessageKind};
use crate::id::{CaseId, SessionId};
use crate::identity::cabinet::OpenedWith;
use crate::identity::device::Device;
use crate::participant::view::ParticipantName;
use crate::passkey::view::PasskeyView;

/// `GET /api/cabinet/activity`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActivityView {
    /// That passed, newest first, at most 100.
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub sessions: Vec<SessionSummaryView>,
    /// That are open or failed, perhaps of somebody else who typed this IIN; newest first, at most 50. Apart, so that strangers
    /// can't push what passed out of sight.
    #[cfg_attr(test, schemars(length(max = 50)))]
    pub attempts: Vec<SessionSummaryView>,
    /// Newest first, at most 100.
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub messages: Vec<MessageView>,
    /// Passkeys that were added, newest first, at most 50; also those that have ended.
    #[cfg_attr(test, schemars(length(max = 50)))]
    pub passkeys: Vec<PasskeyView>,
    /// Accepted editions of the user agreement, newest first, at most 100.
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub agreements: Vec<AcceptanceView>,
    /// What the platform sends text messages about, besides codes.
    pub alerts: BTreeSet<AlertKind>,
    /// Until when no session for a participant is taken.
    pub locked_until: Option<Timestamp>,
    /// For how long a report locks, in hours.
    pub lock_hours: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SessionSummaryView {
    pub id: SessionId,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub purpose: SessionPurpose,
    pub opened_with: OpenedWith,
    /// Whose request it served; absent in a sign-in to the cabinet.
    pub consumer: Option<ParticipantName>,
    /// As the browser says; absent where it was not kept.
    pub device: Option<Device>,
    pub outcome: SessionOutcome,
    /// It is the session that asks.
    pub own: bool,
    /// It is signed in to the cabinet now.
    pub signed_in: bool,
    /// Consents given in it that are in force.
    pub in_force: u64,
    /// The client has reported it.
    pub case: Option<CaseSummaryView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SessionPurpose {
    Cabinet,
    Accounts,
    Authentication,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum SessionOutcome {
    Open,
    Passed,
    Failed {
        /// A problem's code.
        problem: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseSummaryView {
    pub id: CaseId,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// A text message to the client. Its text is not shown: a code is secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MessageView {
    pub kind: MessageKind,
    pub made_at: Timestamp,
    pub phone_masked: String,
    pub delivery: Delivery,
    /// When the gateway took it, or it was given up.
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    Waiting,
    /// The gateway has taken it.
    Sent,
    GivenUp,
}

/// The answer to `POST /api/cabinet/disown`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DisownedView {
    pub case: CaseId,
    /// Sessions that ended by it.
    pub sessions: u64,
    /// Consents that were withdrawn.
    pub withdrawn: u64,
    /// Passkeys that open the cabinet no more.
    pub passkeys: u64,
    pub locked_until: Timestamp,
}

/// An element of `GET /api/console/cases`, and the answer to closing one. It names no person: the session leads to its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseView {
    pub id: CaseId,
    pub session: SessionId,
    pub consumer: Option<ParticipantName>,
    pub opened_at: Timestamp,
    pub withdrawn: u64,
    pub sessions: u64,
    pub locked_until: Timestamp,
    pub closed: Option<Closed>,
}
