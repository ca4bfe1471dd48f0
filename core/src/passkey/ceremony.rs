//! The two dialogues with an authenticator: making a key (WebAuthn §7.1) and showing that one has it (§7.2).
//!
//! What the browser sends is judged here but for two facts that the caller knows: whether the challenge is one of ours
//! ([`ClientData::challenge`] gives it), and whether a signature is the key's.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::authenticator::{Attested, AuthenticatorData, PublicKey, attested_data};
use super::challenge::Challenge;
use super::{Credential, PasskeyError};
use crate::jose::from_base64;
use crate::json;

/// Where a passkey is good: its scope (a host), and the one origin whose pages may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub rp_id: String,
    pub origin: String,
}

/// Which of the two dialogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    Add,
    SignIn,
}

/// What the browser says of the page (§5.8.1), once it has been found to be ours.
#[derive(Debug)]
pub struct ClientData {
    hash: [u8; 32],
    challenge: String,
}

/// `clientDataJSON`. Browsers add members as they like, to keep others from comparing it with a template.
#[derive(Deserialize)]
struct Collected {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

impl ClientData {
    pub fn read(bytes: &[u8], ceremony: Ceremony, site: &Site) -> Result<Self, PasskeyError> {
        let collected: Collected = json::read(bytes).map_err(|_| PasskeyError::Malformed)?;
        let kind = match ceremony {
            Ceremony::Add => "webauthn.create",
            Ceremony::SignIn => "webauthn.get",
        };
        if collected.kind != kind {
            return Err(PasskeyError::Kind);
        }
        if collected.origin != site.origin {
            return Err(PasskeyError::Origin);
        }
        if collected.cross_origin || collected.top_origin.is_some() {
            return Err(PasskeyError::Framed);
        }
        let challenge = from_base64(&collected.challenge).map_err(|_| PasskeyError::Challenge)?;
        let challenge = String::from_utf8(challenge).map_err(|_| PasskeyError::Challenge)?;
        Ok(Self { hash: Sha256::digest(bytes).into(), challenge })
    }

    /// The challenge that was answered, and the tag that must be ours.
    pub fn challenge(&self) -> Result<(Challenge, &str), PasskeyError> {
        Challenge::read(&self.challenge).ok_or(PasskeyError::Challenge)
    }
}

/// The key that an authenticator has made. `on_curve`: whether the point is one of P-256.
pub fn added(
    attestation: &[u8],
    site: &Site,
    on_curve: impl FnOnce(&PublicKey) -> bool,
) -> Result<(Credential, u32), PasskeyError> {
    let data = AuthenticatorData::read(attested_data(attestation)?)?;
    data.check(&site.rp_id)?;
    let backup_eligible = data.backup_eligible();
    let Attested { id, key } = data.attested.ok_or(PasskeyError::NoKey)?;
    if !on_curve(&key) {
        return Err(PasskeyError::Algorithm);
    }
    Ok((Credential { id, key, backup_eligible }, data.sign_count))
}

/// What an authenticator answers to a challenge.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    pub client: &'a ClientData,
    pub authenticator_data: &'a [u8],
    /// ASN.1, as ECDSA's are (§6.5.5).
    pub signature: &'a [u8],
    pub user: &'a [u8],
}

/// What is known of the passkey that answers.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub credential: &'a Credential,
    pub user: &'a [u8],
    pub sign_count: u32,
}

/// The new count of signatures. `signed`: whether the key signed these bytes.
pub fn shown(
    assertion: Assertion<'_>,
    known: Known<'_>,
    site: &Site,
    signed: impl FnOnce(&PublicKey, &[u8], &[u8]) -> bool,
) -> Result<u32, PasskeyError> {
    let Assertion { client, authenticator_data, signature, user } = assertion;
    let data = AuthenticatorData::read(authenticator_data)?;
    data.check(&site.rp_id)?;
    if user != known.user {
        return Err(PasskeyError::User);
    }
    if data.backup_eligible() != known.credential.backup_eligible {
        return Err(PasskeyError::Backup);
    }
    let message = [authenticator_data, &client.hash].concat();
    if !signed(&known.credential.key, &message, signature) {
        return Err(PasskeyError::Signature);
    }
    // The last one: only who has the key can be told to hold a copy of it.
    if (data.sign_count, known.sign_count) != (0, 0) && data.sign_count <= known.sign_count {
        return Err(PasskeyError::Counter);
    }
    Ok(data.sign_count)
}
