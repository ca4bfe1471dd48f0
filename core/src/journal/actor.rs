//! The actor and the subject of a record.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::agreement::RuleText;
use crate::id::{AuthorizationId, Bin, ConsentId, PhotoRequestId, SessionId, UseId};

/// Who did it. Printed as `client`, `platform`, `operator:NAME`, `participant:BIN`, `edge:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The person of the session or consent that the record is about.
    Client,
    /// The platform itself: a job, a rule, a command of its administrator.
    Platform,
    Operator(String),
    Participant(Bin),
    Edge(String),
}

/// What it was done to. Identifiers print with their prefix, others as `kind:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    Authorization(AuthorizationId),
    Consent(ConsentId),
    Edge(String),
    /// What nodes are told: core/src/feed.
    Feed,
    /// A signing key, by its `kid`.
    Key(String),
    /// The journal's own log.
    Log,
    /// The master key of all sealed columns.
    MasterKey,
    Operator(String),
    Participant(Bin),
    PhotoRequest(PhotoRequestId),
    /// A text that clients agree to.
    RuleText(RuleText),
    Session(SessionId),
    /// A request through an edge without a known consent.
    Use(UseId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client => f.write_str("client"),
            Self::Platform => f.write_str("platform"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Participant(bin) => write!(f, "participant:{bin}"),
            Self::Edge(name) => write!(f, "edge:{name}"),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorization(id) => id.fmt(f),
            Self::Consent(id) => id.fmt(f),
            Self::Edge(name) => write!(f, "edge:{name}"),
            Self::Feed => f.write_str("feed"),
            Self::Key(kid) => write!(f, "key:{kid}"),
            Self::Log => f.write_str("log"),
            Self::MasterKey => f.write_str("master-key"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Participant(bin) => write!(f, "participant:{bin}"),
            Self::PhotoRequest(id) => id.fmt(f),
            Self::RuleText(rule) => write!(f, "rule-text:{}", rule.code()),
            Self::Session(id) => id.fmt(f),
            Self::Use(id) => id.fmt(f),
        }
    }
}
