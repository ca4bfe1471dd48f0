//! The register of participants for edges: signed by the platform, polled several times a second.

use serde::{Deserialize, Serialize};

use super::allowance::Allowance;
use crate::id::Bin;
use crate::participant::Roles;

/// The claims of `GET /edge/registry`, a JWS of [`Registry::TYPE`] signed with a key of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// The platform: its issuer URL.
    pub iss: String,
    /// Epoch seconds.
    pub iat: i64,
    /// Epoch seconds; an edge refuses everything under a registry that has expired.
    pub exp: i64,
    /// Grows with every change.
    pub version: u64,
    pub participants: Vec<RegistryParticipant>,
}

impl Registry {
    pub const TYPE: &str = "registry+jwt";
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryParticipant {
    pub bin: Bin,
    pub name: String,
    #[serde(flatten)]
    pub roles: Roles,
    /// False while suspended.
    pub active: bool,
    /// SHA-256 thumbprints of its certificates in base64url (`x5t#S256`).
    pub certificates: Vec<String>,
    /// A provider's server, such as `https://api.bank.kz`; the standard's paths are appended to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The `client_id`s of its applications.
    pub applications: Vec<String>,
    /// What it may ask for as a consumer, at each node.
    #[serde(default)]
    pub allowance: Allowance,
}
