//! Passkeys, as the cabinet shows and uses them. Binary members are base64url, as in WebAuthn's JSON (§5.1.8, §5.1.9).

use serde::{Deserialize, Serialize};

use super::EndedBy;
use crate::Timestamp;
use crate::id::PasskeyId;
use crate::identity::device::Device;

/// `GET /api/cabinet/passkeys`, and the answer to adding and removing one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PasskeysView {
    /// That open the cabinet, newest first.
    pub passkeys: Vec<PasskeyView>,
    /// How many there may be.
    pub most: u8,
    /// Whether this session may add one: it was opened with the camera, lately.
    pub can_add: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PasskeyView {
    pub id: PasskeyId,
    /// In which it was added, as the browser said.
    pub device: Device,
    pub added_at: Timestamp,
    /// When it opened the cabinet last.
    pub used_at: Option<Timestamp>,
    /// Its last day.
    pub until: Timestamp,
    /// Absent while it opens the cabinet.
    pub ended: Option<PasskeyEndView>,
    /// It opened the session that asks.
    pub own: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PasskeyEndView {
    pub at: Timestamp,
    pub by: EndedBy,
}

/// The answer to `POST /api/cabinet/passkeys/challenge`: what `navigator.credentials.create` is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AddPasskeyView {
    pub challenge: String,
    pub rp_id: String,
    /// Random; names nobody.
    pub user: String,
    /// What the device shows beside it: first name and first letter of the patronymic.
    pub user_name: String,
    /// Credentials that the client has already.
    pub exclude: Vec<String>,
}

/// `POST /api/cabinet/passkeys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    /// As it was asked.
    pub user: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `attestationObject`.
    pub attestation: String,
}

/// The answer to `POST /api/cabinet/sign-in/passkey/challenge`: what `navigator.credentials.get` is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShowPasskeyView {
    pub challenge: String,
    pub rp_id: String,
}

/// `POST /api/cabinet/sign-in/passkey`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInWithPasskey {
    /// The credential's identifier.
    pub id: String,
    /// `clientDataJSON`.
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
    /// `userHandle`.
    pub user: String,
}
