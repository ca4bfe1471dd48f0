//! Signature suites (CA-8): what a key of each looks like in a certificate, and how its signatures are checked.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ECDSA_WITH_SHA_256, ID_EC_PUBLIC_KEY, SECP_256_R_1};
use const_oid::db::rfc8410::ID_ED_25519;
use der::asn1::BitString;
use der::{Any, Encode as _};
use p256::ecdsa::signature::Verifier as _;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// A signature algorithm with its kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// ECDSA on P-256 with SHA-256 (RFC 5758 §3.2).
    EcdsaP256,
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// GOST 34.10-2015, the national suite: its place is kept, and nothing can be signed with it yet.
    Gost2015,
}

/// The suite is the national one, for which no implementation has been given.
pub const NOT_FILLED: &str = "not filled";

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the suite {0:?} is not filled")]
    NotFilled(Suite),
    #[error("the key's module: {0}")]
    Module(String),
}

/// A key that signs, wherever it is.
pub trait Signer {
    fn suite(&self) -> Suite;

    fn public_key(&self) -> &SubjectPublicKeyInfoOwned;

    /// The signature of the message as certificates carry it: of ECDSA in DER, of Ed25519 its 64 bytes.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

impl Suite {
    pub const ALL: [Self; 3] = [Self::EcdsaP256, Self::Ed25519, Self::Gost2015];

    /// As configurations and pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::EcdsaP256 => "ecdsa-p256",
            Self::Ed25519 => "ed25519",
            Self::Gost2015 => "gost-2015",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    pub fn is_filled(self) -> bool {
        self != Self::Gost2015
    }

    /// Of the signature. `None`: not filled.
    pub fn algorithm(self) -> Option<AlgorithmIdentifierOwned> {
        let oid = match self {
            Self::EcdsaP256 => ECDSA_WITH_SHA_256,
            Self::Ed25519 => ID_ED_25519,
            Self::Gost2015 => return None,
        };
        Some(AlgorithmIdentifierOwned { oid, parameters: None })
    }

    /// The suite whose key this is; `None` for a key that is of none, or is no point of its curve.
    pub fn of_key(key: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let bytes = key.subject_public_key.as_bytes()?;
        match key.algorithm.oid {
            ID_EC_PUBLIC_KEY => {
                let curve = key.algorithm.parameters.as_ref()?;
                let curve = curve.decode_as::<ObjectIdentifier>().ok()?;
                let is_point = p256::PublicKey::from_sec1_bytes(bytes).is_ok();
                (curve == SECP_256_R_1 && is_point).then_some(Self::EcdsaP256)
            }
            ID_ED_25519 => {
                let bytes = <[u8; 32]>::try_from(bytes).ok()?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok()?;
                (!key.is_weak() && is_canonical(&key)).then_some(Self::Ed25519)
            }
            _ => None,
        }
    }
}

/// Whether all implementations read the point alike: its bytes are its canonical encoding (RFC 8032 §5.1.2).
fn is_canonical(key: &ed25519_dalek::VerifyingKey) -> bool {
    key.to_edwards().compress().as_bytes() == key.as_bytes()
}

/// Of an uncompressed or compressed point (SEC 1 §2.3.3).
pub fn p256_key(point: &p256::PublicKey) -> Result<SubjectPublicKeyInfoOwned, der::Error> {
    use p256::elliptic_curve::sec1::ToEncodedPoint as _;
    let algorithm = AlgorithmIdentifierOwned {
        oid: ID_EC_PUBLIC_KEY,
        parameters: Some(Any::encode_from(&SECP_256_R_1)?),
    };
    let subject_public_key = BitString::from_bytes(point.to_encoded_point(false).as_bytes())?;
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key })
}

pub fn ed25519_key(
    key: &ed25519_dalek::VerifyingKey,
) -> Result<SubjectPublicKeyInfoOwned, der::Error> {
    let algorithm = AlgorithmIdentifierOwned { oid: ID_ED_25519, parameters: None };
    let subject_public_key = BitString::from_bytes(key.as_bytes())?;
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key })
}

/// Whether this key made the signature of the message. False for keys and algorithms of no suite.
pub fn verify(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some(suite) = Suite::of_key(key) else { return false };
    if suite.algorithm().as_ref() != Some(algorithm) {
        return false;
    }
    let Some(bytes) = key.subject_public_key.as_bytes() else { return false };
    match suite {
        Suite::EcdsaP256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes);
            let signature = p256::ecdsa::DerSignature::from_bytes(signature);
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
        }
        Suite::Ed25519 => {
            let key = <[u8; 32]>::try_from(bytes).ok();
            let key = key.and_then(|it| ed25519_dalek::VerifyingKey::from_bytes(&it).ok());
            let signature = ed25519_dalek::Signature::from_slice(signature);
            matches!((key, signature), (Some(key), Ok(signature)) if key.verify_strict(message, &signature).is_ok())
        }
        Suite::Gost2015 => false,
    }
}

/// The digest that names a key (RFC 5280 §4.2.1.2, method 1: SHA-1 of the bit string).
pub fn key_identifier(key: &SubjectPublicKeyInfoOwned) -> [u8; 20] {
    use sha1::Digest as _;
    sha1::Sha1::digest(key.subject_public_key.raw_bytes()).into()
}

/// SHA-256 of the whole public key.
pub fn key_digest(key: &SubjectPublicKeyInfoOwned) -> Result<[u8; 32], der::Error> {
    use sha2::Digest as _;
    Ok(sha2::Sha256::digest(key.to_der()?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coordinates from the prime 2^255 - 19 on have a second, smaller encoding.
    #[test]
    fn a_point_with_a_second_encoding_is_no_key() {
        let mut tried = 0;
        for last in 0xed..=0xff_u8 {
            let mut bytes = [0xff; 32];
            bytes[0] = last;
            bytes[31] = 0x7f;
            let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&bytes) else { continue };
            assert!(!is_canonical(&key), "{last:x}");
            assert_eq!(Suite::of_key(&ed25519_key(&key).expect("written")), None, "{last:x}");
            tried += usize::from(!key.is_weak());
        }
        assert!(tried > 0, "none that only this check refuses");
    }
}
