//! Forging as an attacker does: JWS that the client of `edge/client` would never make.

use hmac::{Hmac, Mac};
use senim_client::Key;
use senim_core::jose::{self, PublicKey, to_base64};
use serde_json::Value;
use sha2::Sha256;

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

/// A compact JWS; `header` gets its `alg` here.
fn signed(key: &Key, mut header: Value, claims: &Value, signing: Signing) -> String {
    type Signature<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let (algorithm, signature): (_, Signature<'_>) = match signing {
        Signing::Es256 => return key.sign(header, claims),
        Signing::Stranger => return Key::generate().sign(header, claims),
        Signing::Unsigned => ("none", &|_| Vec::new()),
        Signing::Rs256 => ("RS256", &|_| vec![7; 256]),
        Signing::Hs256 => ("HS256", &|text| hmac_by_public_key(key, text)),
    };
    header["alg"] = algorithm.into();
    let part = |it: &Value| to_base64(it.to_string().as_bytes());
    let text = format!("{}.{}", part(&header), part(claims));
    jose::joined(&text, &signature(&text))
}

fn hmac_by_public_key(key: &Key, text: &str) -> Vec<u8> {
    let PublicKey::P256 { x, y } = key.public().key else { unreachable!("an ES256 key") };
    let secret = [vec![4], x, y].concat();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The same JWS with its claims changed, signed again by this key.
pub fn resigned(jws: &str, key: &Key, signing: Signing, change: impl FnOnce(&mut Value)) -> String {
    let mut parts = jws.split('.');
    let header = read(parts.next().unwrap_or_default());
    let mut claims = read(parts.next().unwrap_or_default());
    change(&mut claims);
    signed(key, header, &claims, signing)
}

/// The same compact JWS with its claims changed and the old signature.
pub fn altered(jws: &str, change: impl FnOnce(&mut Value)) -> String {
    let parts: Vec<&str> = jws.split('.').collect();
    let mut claims = read(parts[1]);
    change(&mut claims);
    format!("{}.{}.{}", parts[0], to_base64(claims.to_string().as_bytes()), parts[2])
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
