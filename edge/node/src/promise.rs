//! The promise with each answer: its use will stand in the platform's log. It is made once the use is on this node's disk.
//!
//! Signed with the key of the certificate that the caller saw on this very connection, so nobody has to register another.

use http::header::{HeaderName, HeaderValue};
use senim_channel::{Es256Key, PeerCertificate};
use senim_core::jose::{Algorithm, joined, unsigned};
use senim_core::usage::Use;
use senim_core::usage::promise::{PROMISE, Promise, TYPE, USE};

use crate::answer::Answer;
use crate::config::{Config, ConfigError};

pub(crate) struct Promises {
    key: Es256Key,
    /// The certificate's SHA-256 thumbprint, by which a verifier finds it.
    kid: String,
    node: String,
}

impl Promises {
    pub(crate) fn open(config: &Config) -> Result<Self, ConfigError> {
        let wrong = |key, why: &str| ConfigError::Wrong { key, why: why.to_owned() };
        let key = Es256Key::from_file(&config.tls_key)
            .ok_or_else(|| wrong("tls_key", "must be a P-256 key: it signs promises too"))?;
        let certificate = PeerCertificate::from_file(&config.tls_certificate)
            .map_err(|source| ConfigError::Tls { key: "tls_certificate", source })?;
        Ok(Self { key, kid: certificate.thumbprint, node: config.name.clone() })
    }

    /// `None`: it can't be signed now, and the answer goes without.
    pub(crate) fn of(&self, kept: &Use) -> Option<Promised> {
        let claims = Promise::of(&self.node, kept);
        let text = unsigned(TYPE, Algorithm::Es256, &self.kid, &claims).ok()?;
        let promise = joined(&text, &self.key.sign(text.as_bytes())?);
        let id = HeaderValue::from_str(&kept.id.to_string()).ok()?;
        Some(Promised { id, promise: HeaderValue::from_str(&promise).ok()? })
    }
}

/// What the answer's headers say.
pub(crate) struct Promised {
    id: HeaderValue,
    promise: HeaderValue,
}

impl Promised {
    pub(crate) fn put(self, answer: &mut Answer) {
        let headers = answer.headers_mut();
        headers.insert(HeaderName::from_static(USE), self.id);
        headers.insert(HeaderName::from_static(PROMISE), self.promise);
    }
}
