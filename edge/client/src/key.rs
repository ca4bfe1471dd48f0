//! Keys: one signs an application's assertions, others bind its tokens (RFC 9449).

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use senim_channel::clock::{Rng as _, SystemRng};
use senim_core::jose::{Jwk, PublicKey, from_base64, joined, to_base64};
use serde_json::Value;

/// An ES256 key pair.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    pub fn generate() -> Self {
        loop {
            let mut bytes = [0; 32];
            SystemRng.fill(&mut bytes);
            // All but one in 2³² are keys.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self(key);
            }
        }
    }

    /// PKCS #8.
    pub fn from_pem(pem: &str) -> Option<Self> {
        SigningKey::from_pkcs8_pem(pem).ok().map(Self)
    }

    /// What [`Key::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        SigningKey::from_slice(&from_base64(text).ok()?).ok().map(Self)
    }

    /// The private key in base64url, to be kept as a secret.
    pub fn to_text(&self) -> String {
        to_base64(&self.0.to_bytes())
    }

    /// The public half, without a name.
    pub fn public(&self) -> Jwk {
        let point = self.0.verifying_key().to_encoded_point(false);
        let half = |it: Option<&p256::FieldBytes>| it.map(|it| it.to_vec()).unwrap_or_default();
        Jwk { key: PublicKey::P256 { x: half(point.x()), y: half(point.y()) }, kid: None }
    }

    pub fn thumbprint(&self) -> String {
        self.public().thumbprint()
    }

    /// A compact JWS; the header gets its `alg` here.
    pub fn sign(&self, mut header: Value, claims: &Value) -> String {
        header["alg"] = "ES256".into();
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature: Signature = self.0.sign(signed.as_bytes());
        joined(&signed, &signature.to_bytes())
    }
}
