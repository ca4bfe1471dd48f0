//! Signing as a client does, and forging as an attacker does.

use anyhow::Result;
use hmac::{Hmac, Mac};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey;
use senim_core::jose::{self, Jwk, PublicKey, to_base64};
use serde_json::{Value, json};
use sha2::Sha256;

/// An ES256 key of a client.
#[derive(Clone)]
pub struct Key(SigningKey);

/// How a JWS is signed, rightly or wrongly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    #[default]
    Es256,
    /// `alg` none, without a signature.
    Unsigned,
    /// An HMAC with the public key as its secret: the classic confusion.
    Hs256,
    /// Says RS256; what stands behind it does not matter, for it must be refused by its name.
    Rs256,
    /// Says ES256, signed by somebody else.
    Stranger,
}

impl Key {
    pub fn new() -> Self {
        loop {
            if let Ok(key) = SigningKey::from_slice(&rand::random::<[u8; 32]>()) {
                return Self(key);
            }
        }
    }

    pub fn from_pem(pem: &str) -> Result<Self> {
        Ok(Self(SigningKey::from_pkcs8_pem(pem)?))
    }

    pub fn public(&self) -> Jwk {
        let point = self.0.verifying_key().to_encoded_point(false);
        let half = |it: Option<&p256::FieldBytes>| it.map(|it| it.to_vec()).unwrap_or_default();
        Jwk { key: PublicKey::P256 { x: half(point.x()), y: half(point.y()) }, kid: None }
    }

    pub fn thumbprint(&self) -> String {
        self.public().thumbprint()
    }

    /// A compact JWS; `header` gets its `alg` here.
    pub fn sign(&self, mut header: Value, claims: &Value, signing: Signing) -> String {
        header["alg"] = match signing {
            Signing::Es256 | Signing::Stranger => "ES256",
            Signing::Unsigned => "none",
            Signing::Hs256 => "HS256",
            Signing::Rs256 => "RS256",
        }
        .into();
        let signed = format!(
            "{}.{}",
            to_base64(header.to_string().as_bytes()),
            to_base64(claims.to_string().as_bytes())
        );
        let signature = match signing {
            Signing::Es256 => self.es256(signed.as_bytes()),
            Signing::Stranger => Self::new().es256(signed.as_bytes()),
            Signing::Unsigned => Vec::new(),
            Signing::Rs256 => vec![7; 256],
            Signing::Hs256 => {
                let secret = self.0.verifying_key().to_encoded_point(false);
                let mut mac =
                    Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
                mac.update(signed.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
        };
        jose::joined(&signed, &signature)
    }

    fn es256(&self, signed: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(signed);
        signature.to_bytes().to_vec()
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::new()
    }
}

/// A DPoP proof (RFC 9449 §4.2).
pub fn dpop(key: &Key, method: &str, url: &str, token: Option<&str>, now_s: i64) -> Proof {
    let mut claims = json!({ "jti": random_text(), "htm": method, "htu": url, "iat": now_s });
    if let Some(token) = token {
        claims["ath"] = jose::sha256_base64(token.as_bytes()).into();
    }
    Proof { key: key.clone(), claims, signing: Signing::Es256 }
}

/// A proof before it is signed, so that a test can spoil it.
#[derive(Clone)]
pub struct Proof {
    pub key: Key,
    pub claims: Value,
    pub signing: Signing,
}

impl Proof {
    pub fn text(&self) -> String {
        let header = json!({ "typ": "dpop+jwt", "jwk": self.key.public() });
        self.key.sign(header, &self.claims, self.signing)
    }
}

/// The same compact JWS with its claims changed and the old signature.
pub fn altered(jws: &str, change: impl FnOnce(&mut Value)) -> String {
    let parts: Vec<&str> = jws.split('.').collect();
    let mut claims = read(parts[1]);
    change(&mut claims);
    format!("{}.{}.{}", parts[0], to_base64(claims.to_string().as_bytes()), parts[2])
}

/// A token signed anew, wrongly: header and claims are the true ones but for `alg`.
pub fn forged(jws: &str, key: &Key, signing: Signing) -> String {
    let mut parts = jws.split('.');
    let header = read(parts.next().unwrap_or_default());
    let claims = read(parts.next().unwrap_or_default());
    key.sign(header, &claims, signing)
}

pub fn claims(jws: &str) -> Value {
    read(jws.split('.').nth(1).unwrap_or_default())
}

pub fn random_text() -> String {
    to_base64(&rand::random::<[u8; 24]>())
}

fn read(part: &str) -> Value {
    jose::from_base64(part).ok().and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default()
}
