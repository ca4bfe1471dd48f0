//! Keys of tests, the same in each run.

use p256::ecdsa::signature::Signer as _;
use senim_authority::certificate::{SERIAL_BYTES, Serial};
use senim_authority::suite::{SignError, Signer, Suite, ed25519_key, p256_key};
use spki::SubjectPublicKeyInfoOwned;

pub(crate) enum Secret {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

pub(crate) struct Key {
    secret: Secret,
    public: SubjectPublicKeyInfoOwned,
}

impl Key {
    pub(crate) fn new(suite: Suite, number: u8) -> Self {
        let bytes = [number; 32];
        match suite {
            Suite::Ed25519 => {
                let secret = ed25519_dalek::SigningKey::from_bytes(&bytes);
                let public = ed25519_key(&secret.verifying_key()).expect("a key");
                Self { secret: Secret::Ed25519(secret), public }
            }
            Suite::EcdsaP256 | Suite::Gost2015 => {
                let secret = p256::ecdsa::SigningKey::from_slice(&bytes).expect("a key");
                let public = p256_key(&secret.verifying_key().into()).expect("a key");
                Self { secret: Secret::P256(secret), public }
            }
        }
    }
}

impl Signer for Key {
    fn suite(&self) -> Suite {
        match self.secret {
            Secret::P256(_) => Suite::EcdsaP256,
            Secret::Ed25519(_) => Suite::Ed25519,
        }
    }

    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(match &self.secret {
            Secret::P256(secret) => {
                let signature: p256::ecdsa::DerSignature = secret.sign(message);
                signature.as_bytes().to_vec()
            }
            Secret::Ed25519(secret) => secret.sign(message).to_bytes().to_vec(),
        })
    }
}

pub(crate) fn serial(number: u8) -> Serial {
    Serial::random([number; SERIAL_BYTES])
}
