//! The platform's certification authority, without I/O and without keys: what is in a certificate, and what must hold of it.
//!
//! ```text
//! request ──▶ intent (profile, subject, key, term) ──lints──▶ bytes ──Signer──▶ certificate ──lints──▶ issued
//!                                                                │
//!                  revocations ──▶ CRL (full, delta)             └ also of CRLs and OCSP responses
//!                              └─▶ OCSP response
//! ```
//!
//! A crate of its own, for it has ASN.1, and pages and gates that issue nothing need none of it. It uses the generation of
//! RustCrypto that the rest uses (`der` 0.7), so that nothing is built twice.

pub mod certificate;
pub mod lint;
pub mod name;
pub mod ocsp;
pub mod profile;
pub mod request;
pub mod revocation;
pub mod suite;

pub use der;
pub use x509_cert::Certificate;

/// Why nothing is issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    #[error("it can't be written: {0}")]
    Written(String),
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Lints(Vec<lint::Finding>),
    #[error(transparent)]
    Sign(#[from] suite::SignError),
    #[error("{field}: {why}")]
    Field { field: &'static str, why: &'static str },
}

impl From<der::Error> for AuthorityError {
    fn from(error: der::Error) -> Self {
        Self::Written(error.to_string())
    }
}
