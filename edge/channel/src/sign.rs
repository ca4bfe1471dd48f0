//! ES256 signatures with the key of a certificate.

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

/// A P-256 key in memory. It prints nothing of itself.
pub struct Es256Key(EcdsaKeyPair);

impl Es256Key {
    /// `None`: it can't be read, or is of another kind.
    pub fn from_file(path: &Path) -> Option<Self> {
        let key = PrivateKeyDer::from_pem_file(path).ok()?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(it) => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, it.secret_pkcs8_der())
            }
            PrivateKeyDer::Sec1(it) => EcdsaKeyPair::from_private_key_der(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                it.secret_sec1_der(),
            ),
            PrivateKeyDer::Pkcs1(_) | _ => return None,
        };
        pair.ok().map(Self)
    }

    /// 64 bytes, as JOSE writes them (RFC 7518 §3.4). `None`: the system has no randomness.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signature = self.0.sign(&SystemRandom::new(), message).ok()?;
        Some(signature.as_ref().to_vec())
    }
}
