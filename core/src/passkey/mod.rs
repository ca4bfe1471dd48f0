//! Passkeys (WebAuthn Level 2): a key on the client's own device that opens the cabinet without the camera, for looking and
//! withdrawing. What its session may do: core/src/identity/cabinet.
//!
//! ```text
//! a session opened with the camera, lately ──adds──▶ opens ──client, report, agreement withdrawn, copied, term──▶ ended
//! ```
//!
//! One of ES256 keys, made and used with the device's own lock (user verification), found by the device itself (a discoverable
//! credential), so nobody types whose cabinet it opens. Who made the authenticator is not asked (attestation `none`).

mod authenticator;
mod cbor;
mod ceremony;
pub mod challenge;
pub mod view;

#[cfg(test)]
mod tests;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use self::authenticator::{Attested, AuthenticatorData, PublicKey};
pub use self::ceremony::{Assertion, Ceremony, ClientData, Known, Site, added, shown};
use crate::Timestamp;
use crate::id::{Iin, PasskeyId, SessionId};
use crate::identity::device::Device;
use crate::problem::Problem;
use crate::retention::PASSKEY_DAYS;

/// Of one client, at a time.
pub const MOST: u8 = 10;
/// Added and ended ones that the list of activity shows.
pub const SHOWN: u64 = 50;
/// How long one opens the cabinet; then the camera is asked for again.
pub const GOOD_FOR: TimeDelta = TimeDelta::days(PASSKEY_DAYS as i64);

/// Why an answer is not that of a passkey. What was wrong helps nobody but an attacker, so all but two look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    #[error("the key is of another algorithm than ES256 on P-256")]
    Algorithm,
    #[error("the key can be copied and could not be, or the other way round")]
    Backup,
    #[error("the challenge is none of ours")]
    Challenge,
    #[error("the count of signatures did not grow")]
    Counter,
    #[error("the page was framed by another site")]
    Framed,
    #[error("it is an answer to another question")]
    Kind,
    #[error("it can't be read")]
    Malformed,
    #[error("no key was made")]
    NoKey,
    #[error("nobody was there")]
    NotPresent,
    #[error("the owner was not recognised")]
    NotVerified,
    #[error("it was made for a page of another site")]
    Origin,
    #[error("it was made for another site")]
    RelyingParty,
    #[error("the signature is not the key's")]
    Signature,
    #[error("it names another user")]
    User,
}

impl PasskeyError {
    pub fn problem(self) -> Problem {
        match self {
            Self::Counter => Problem::PasskeyCopied,
            Self::Algorithm
            | Self::Backup
            | Self::Challenge
            | Self::Framed
            | Self::Kind
            | Self::Malformed
            | Self::NoKey
            | Self::NotPresent
            | Self::NotVerified
            | Self::Origin
            | Self::RelyingParty
            | Self::Signature
            | Self::User => Problem::PasskeyInvalid,
        }
    }
}

/// What an authenticator holds the other half of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Chosen by the authenticator.
    pub id: Vec<u8>,
    pub key: PublicKey,
    /// Whether its owner's other devices may get a copy.
    pub backup_eligible: bool,
}

/// Whose cabinet it opens, as the Source named them when it was added: the sealed content of the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub iin: Iin,
    pub client_name: String,
    pub full_name: String,
    pub device: Device,
    /// Random; all passkeys of one client have the same, so that a device replaces its own.
    pub user: u128,
    /// Absent once it has ended.
    pub credential: Option<Credential>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    pub id: PasskeyId,
    pub owner: Owner,
    pub added_at: Timestamp,
    /// The session of the cabinet in which it was added.
    pub added_in: SessionId,
    pub used_at: Option<Timestamp>,
    /// As its authenticator counts; 0 where it does not.
    pub sign_count: u32,
    pub ended: Option<Ended>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub at: Timestamp,
    pub by: EndedBy,
}

/// Why a passkey opens the cabinet no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// The client took the consent to processing back (IDX-13).
    Agreement,
    Client,
    /// Its count of signatures went back.
    Copied,
    /// "It wasn't me".
    Report,
    Term,
}

impl EndedBy {
    pub const ALL: [Self; 5] =
        [Self::Agreement, Self::Client, Self::Copied, Self::Report, Self::Term];

    /// As a row keeps it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Client => "client",
            Self::Copied => "copied",
            Self::Report => "report",
            Self::Term => "term",
        }
    }

    pub fn by_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

impl Passkey {
    pub fn until(&self) -> Timestamp {
        self.added_at + GOOD_FOR
    }

    /// What it opens the cabinet with; `None`: it opens it no more.
    pub fn opens(&self, now: Timestamp) -> Option<&Credential> {
        let credential = self.owner.credential.as_ref();
        credential.filter(|_| self.ended.is_none() && now < self.until())
    }

    /// It has opened the cabinet.
    #[must_use]
    pub fn used(self, sign_count: u32, now: Timestamp) -> Self {
        Self { sign_count, used_at: Some(now), ..self }
    }

    /// Its key is forgotten.
    #[must_use]
    pub fn end(self, by: EndedBy, now: Timestamp) -> Self {
        let owner = Owner { credential: None, ..self.owner };
        Self { owner, ended: self.ended.or(Some(Ended { at: now, by })), ..self }
    }

    /// Whether it outlasts a report "it wasn't me". Of all passkeys that the client has, only what the reporting session itself
    /// goes by: whoever acted as the client may have added any other. Not even that where the reported session goes by it as well.
    pub fn outlasts_report(&self, reporting: Opened, reported: Opened) -> bool {
        let goes_by = |it: Opened| it.passkey == Some(self.id) || it.session == self.added_in;
        goes_by(reporting) && !goes_by(reported)
    }
}

/// A session, and the passkey that opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub session: SessionId,
    pub passkey: Option<PasskeyId>,
}

/// How a credential's identifier is found, without it.
pub fn credential_index(id: &[u8]) -> String {
    crate::jose::sha256_base64(id)
}
