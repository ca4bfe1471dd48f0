//! What an authenticator signs about itself and its key (WebAuthn §6.1), and what it says when it makes one (§6.5.4).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::PasskeyError;
use super::cbor::Reader;

/// WebAuthn §4, "credential ID".
const ID_MAX: usize = 1023;
const ID_MIN: usize = 16;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// An ES256 key: a point of P-256, not yet known to lie on the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    pub x: [u8; 32],
    pub y: [u8; 32],
}

impl PublicKey {
    /// SEC 1 §2.3.3.
    pub fn uncompressed(&self) -> [u8; 65] {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(&self.x);
        point[33..].copy_from_slice(&self.y);
        point
    }
}

/// A credential that an authenticator has just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    pub id: Vec<u8>,
    pub key: PublicKey,
}

/// Authenticator data (§6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorData {
    flags: u8,
    rp_id_hash: [u8; 32],
    pub sign_count: u32,
    pub attested: Option<Attested>,
}

impl AuthenticatorData {
    pub fn read(bytes: &[u8]) -> Result<Self, PasskeyError> {
        let mut reader = Reader(bytes);
        let rp_id_hash = *reader.take_array()?;
        let [flags] = *reader.take_array()?;
        let sign_count = u32::from_be_bytes(*reader.take_array()?);
        let attested = (flags & HAS_CREDENTIAL != 0).then(|| attested(&mut reader)).transpose()?;
        if flags & HAS_EXTENSIONS != 0 {
            // A browser may ask for some of its own (credProtect); none decides anything here.
            reader.skip_map()?;
        }
        if !reader.is_empty() {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self { flags, rp_id_hash, sign_count, attested })
    }

    /// That it was made for this site, and that its owner was there and was recognised (a PIN, a finger, a face).
    pub fn check(&self, rp_id: &str) -> Result<(), PasskeyError> {
        if self.rp_id_hash != <[u8; 32]>::from(Sha256::digest(rp_id.as_bytes())) {
            return Err(PasskeyError::RelyingParty);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(PasskeyError::NotPresent);
        }
        if self.flags & USER_VERIFIED == 0 {
            return Err(PasskeyError::NotVerified);
        }
        if self.flags & BACKED_UP != 0 && !self.backup_eligible() {
            return Err(PasskeyError::Backup);
        }
        Ok(())
    }

    /// Whether the key may be copied to other devices of its owner.
    pub fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }
}

/// The authenticator's data in an attestation object (§6.5.4). Its statement says who made the authenticator, which nobody asked
/// for (`attestation: "none"`) and which decides nothing: it is read past.
pub(super) fn attested_data(object: &[u8]) -> Result<&[u8], PasskeyError> {
    let mut reader = Reader(object);
    if reader.map()? != 3 {
        return Err(PasskeyError::Malformed);
    }
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..3 {
        match reader.text()? {
            "fmt" if format.is_none() => format = Some(reader.text()?),
            "attStmt" if statement.is_none() => statement = Some(reader.skip_map()?),
            "authData" if data.is_none() => data = Some(reader.bytes()?),
            _ => return Err(PasskeyError::Malformed),
        }
    }
    if !reader.is_empty() {
        return Err(PasskeyError::Malformed);
    }
    data.ok_or(PasskeyError::Malformed)
}

fn attested(reader: &mut Reader<'_>) -> Result<Attested, PasskeyError> {
    let _model: &[u8; 16] = reader.take_array()?;
    let length = usize::from(u16::from_be_bytes(*reader.take_array()?));
    if !(ID_MIN..=ID_MAX).contains(&length) {
        return Err(PasskeyError::Malformed);
    }
    let (id, rest) = reader.0.split_at_checked(length).ok_or(PasskeyError::Malformed)?;
    reader.0 = rest;
    Ok(Attested { id: id.to_vec(), key: es256(reader)? })
}

/// A `COSE_Key` (RFC 9053 §7.1.1) in CTAP2's canonical form: type EC2, algorithm ES256, curve P-256, both coordinates.
fn es256(reader: &mut Reader<'_>) -> Result<PublicKey, PasskeyError> {
    if reader.map()? != 5 {
        return Err(PasskeyError::Algorithm);
    }
    for (label, value) in [(1, 2), (3, -7), (-1, 1)] {
        if (reader.integer()?, reader.integer()?) != (label, value) {
            return Err(PasskeyError::Algorithm);
        }
    }
    let mut coordinate = |label| {
        if reader.integer()? != label {
            return Err(PasskeyError::Algorithm);
        }
        reader.bytes()?.try_into().map_err(|_| PasskeyError::Algorithm)
    };
    Ok(PublicKey { x: coordinate(-2)?, y: coordinate(-3)? })
}
