//! Signatures of documents and time stamps, without I/O and without keys: what is to be signed, and the finished bytes.
//!
//! ```text
//! document ─digest─▶ CAdES: signed attributes ──▶ bytes to sign ──Signer, wherever──▶ signature ──▶ CMS
//!                                                                        └─digest─▶ time stamp (RFC 3161) ─▶ level T
//! ```
//!
//! Preparing and finishing are apart, so that the hash of what will be signed can be shown, agreed to and sent to the module that
//! has the key, which sees no document.

pub mod cms;
pub mod tsp;

use senim_authority::suite::Suite;
use spki::AlgorithmIdentifierOwned;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("it can't be written: {0}")]
    Written(String),
    #[error("documents are not signed with {0:?}")]
    Suite(Suite),
    #[error(transparent)]
    Sign(#[from] senim_authority::suite::SignError),
}

impl From<der::Error> for SignatureError {
    fn from(error: der::Error) -> Self {
        Self::Written(error.to_string())
    }
}

/// A hash function of documents and attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        use sha2::Digest as _;
        match self {
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }

    pub fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(crate) fn algorithm(self) -> AlgorithmIdentifierOwned {
        use const_oid::db::rfc5912::{ID_SHA_256, ID_SHA_384, ID_SHA_512};
        let oid = match self {
            Self::Sha256 => ID_SHA_256,
            Self::Sha384 => ID_SHA_384,
            Self::Sha512 => ID_SHA_512,
        };
        AlgorithmIdentifierOwned { oid, parameters: None }
    }

    /// Parameters may be left out or NULL (RFC 5754 §2).
    pub(crate) fn from_algorithm(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        let none = algorithm.parameters.as_ref().is_none_or(der::Any::is_null);
        Self::ALL.into_iter().find(|it| none && it.algorithm().oid == algorithm.oid)
    }
}
