//! Compact JWS and JWK, parsed strictly (RFC 7515, 7517, 7638). The caller verifies signatures:
//! natively (`senim-channel`), never inside wasm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::json;

/// The longest accepted compact JWS, in bytes.
pub const LENGTH_MAX: usize = 16 * 1024;

/// The algorithms of FAPI 2.0 §5.4.1; all others are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "PS256")]
    Ps256,
}

impl Algorithm {
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Ps256];

    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
        }
    }

    /// Every accepted name, for metadata.
    pub const NAMES: [&str; 4] = ["ES256", "EdDSA", Self::ED25519, "PS256"];

    /// The fully specified name (RFC 9864 §2.2), beside the older one without the curve.
    const ED25519: &str = "Ed25519";

    /// Parses a name in a header or a key; `None` if it is not accepted.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == Self::ED25519 {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A parsed compact JWS, its signature not yet verified.
#[derive(Clone, Debug)]
pub struct Jws<'a> {
    pub header: Header,
    /// The signed bytes: `header.payload`, unchanged.
    pub signed: &'a [u8],
    /// The payload, decoded.
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub algorithm: Algorithm,
    pub kid: Option<String>,
    pub typ: Option<String>,
    /// The embedded public key of a DPoP proof (RFC 9449 §4.2).
    pub jwk: Option<Jwk>,
}

impl<'a> Jws<'a> {
    pub fn parse(text: &'a str) -> Result<Self, JoseError> {
        Self::parse_long(text, LENGTH_MAX)
    }

    /// For documents of the platform: registry and status list are longer than a token.
    pub fn parse_long(text: &'a str, length_max: usize) -> Result<Self, JoseError> {
        if text.len() > length_max {
            return Err(JoseError::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JoseError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JoseError::Malformed)?;
        let raw: RawHeader = from_base64_json(header)?;
        // A critical header that we don't support (RFC 7515 §4.1.11).
        if raw.crit.is_some() || raw.b64.is_some() {
            return Err(JoseError::Malformed);
        }
        let algorithm = Algorithm::from_name(&raw.alg).ok_or(JoseError::Algorithm)?;
        Ok(Self {
            header: Header { algorithm, kid: raw.kid, typ: raw.typ, jwk: raw.jwk },
            signed: signed.as_bytes(),
            payload: from_base64(payload)?,
            signature: from_base64(signature)?,
        })
    }

    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JoseError> {
        json::read(&self.payload).map_err(|_| JoseError::Malformed)
    }

    /// Whether the header's `typ` is this media type, with or without `application/`, ignoring case
    /// (RFC 7515 §4.1.9).
    pub fn is_type(&self, typ: &str) -> bool {
        let Some(told) = &self.header.typ else { return false };
        let told = match told.get(..12) {
            Some(prefix) if prefix.eq_ignore_ascii_case("application/") => &told[12..],
            _ => told,
        };
        told.eq_ignore_ascii_case(typ)
    }
}

/// The part of a JWS before its signature: sign it, then call [`joined`].
pub fn unsigned<T: Serialize>(
    typ: &str,
    algorithm: Algorithm,
    kid: &str,
    claims: &T,
) -> Result<String, JoseError> {
    let header = serde_json::json!({ "typ": typ, "alg": algorithm.name(), "kid": kid });
    let claims = serde_json::to_vec(claims).map_err(|_| JoseError::Malformed)?;
    Ok(format!("{}.{}", to_base64(header.to_string().as_bytes()), to_base64(&claims)))
}

pub fn joined(unsigned: &str, signature: &[u8]) -> String {
    format!("{unsigned}.{}", to_base64(signature))
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    jwk: Option<Jwk>,
    crit: Option<serde_json::Value>,
    b64: Option<serde_json::Value>,
}

/// A public key. A member of a private key is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawJwk", into = "RawJwk")]
pub struct Jwk {
    pub key: PublicKey,
    pub kid: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// P-256, both coordinates 32 bytes.
    P256 { x: Vec<u8>, y: Vec<u8> },
    /// Ed25519, 32 bytes.
    Ed25519 { x: Vec<u8> },
    /// RSA of at least 2048 bits (FAPI 2.0 §5.4.1).
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Jwk {
    pub fn algorithm(&self) -> Algorithm {
        match self.key {
            PublicKey::P256 { .. } => Algorithm::Es256,
            PublicKey::Ed25519 { .. } => Algorithm::EdDsa,
            PublicKey::Rsa { .. } => Algorithm::Ps256,
        }
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638; RFC 8037 §2 for Ed25519).
    pub fn thumbprint(&self) -> String {
        let canonical = match &self.key {
            PublicKey::P256 { x, y } => {
                let (x, y) = (to_base64(x), to_base64(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            PublicKey::Ed25519 { x } => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, to_base64(x))
            }
            PublicKey::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, to_base64(e), to_base64(n))
            }
        };
        sha256_base64(canonical.as_bytes())
    }
}

/// A key set (RFC 7517 §5). Parsing skips keys of other kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    /// The candidate keys for a header: by `kid` if it has one, else all of the algorithm.
    pub fn candidates<'a>(&'a self, header: &'a Header) -> impl Iterator<Item = &'a Jwk> {
        self.keys.iter().filter(move |key| {
            key.algorithm() == header.algorithm
                && header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid))
        })
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            keys: Vec<serde_json::Value>,
        }
        let raw = Raw::deserialize(from)?;
        let keys = raw.keys.into_iter().filter_map(|key| json::read_value(key).ok());
        Ok(Self { keys: keys.collect() })
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct RawJwk {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(skip_serializing)]
    d: Option<String>,
    #[serde(skip_serializing)]
    k: Option<String>,
}

impl TryFrom<RawJwk> for Jwk {
    type Error = JoseError;

    fn try_from(raw: RawJwk) -> Result<Self, JoseError> {
        if raw.d.is_some() || raw.k.is_some() || raw.usage.as_deref().is_some_and(|it| it != "sig")
        {
            return Err(JoseError::Key);
        }
        let member = |text: &Option<String>| {
            text.as_deref()
                .ok_or(JoseError::Key)
                .and_then(|it| from_base64(it).map_err(|_| JoseError::Key))
        };
        let sized = |text: &Option<String>| {
            member(text).and_then(|it| if it.len() == 32 { Ok(it) } else { Err(JoseError::Key) })
        };
        let key = match (raw.kty.as_str(), raw.crv.as_deref()) {
            ("EC", Some("P-256")) => PublicKey::P256 { x: sized(&raw.x)?, y: sized(&raw.y)? },
            ("OKP", Some("Ed25519")) => PublicKey::Ed25519 { x: sized(&raw.x)? },
            ("RSA", _) => {
                let (n, e) = (member(&raw.n)?, member(&raw.e)?);
                if !(256..=1024).contains(&n.len()) || e.len() > 8 {
                    return Err(JoseError::Key);
                }
                PublicKey::Rsa { n, e }
            }
            _ => return Err(JoseError::Key),
        };
        let jwk = Self { key, kid: raw.kid };
        match raw.alg.as_deref() {
            Some(name) if Algorithm::from_name(name) != Some(jwk.algorithm()) => {
                Err(JoseError::Key)
            }
            _ => Ok(jwk),
        }
    }
}

impl From<Jwk> for RawJwk {
    fn from(jwk: Jwk) -> Self {
        let mut raw = Self {
            alg: Some(jwk.algorithm().name().to_owned()),
            usage: Some("sig".to_owned()),
            kid: jwk.kid,
            ..Self::default()
        };
        match jwk.key {
            PublicKey::P256 { x, y } => {
                raw.kty = "EC".into();
                raw.crv = Some("P-256".to_owned());
                raw.x = Some(to_base64(&x));
                raw.y = Some(to_base64(&y));
            }
            PublicKey::Ed25519 { x } => {
                raw.kty = "OKP".into();
                raw.crv = Some("Ed25519".to_owned());
                raw.x = Some(to_base64(&x));
            }
            PublicKey::Rsa { n, e } => {
                raw.kty = "RSA".into();
                raw.n = Some(to_base64(&n));
                raw.e = Some(to_base64(&e));
            }
        }
        raw
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    #[error("not a compact JWS")]
    Malformed,
    #[error("the algorithm must be ES256, EdDSA or PS256")]
    Algorithm,
    #[error("not a public key of an accepted kind")]
    Key,
}

pub fn to_base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Strict: no padding, no stray bits, no white space.
pub fn from_base64(text: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::Malformed)
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether this is a SHA-256 in lower-case hexadecimal, as [`sha256`] writes it.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, it| {
        // Writing to a string does not fail.
        let _ = write!(text, "{it:02x}");
        text
    })
}

/// SHA-256 in base64url: thumbprints (`x5t#S256`, `jkt`), PKCE challenges, `ath`.
pub fn sha256_base64(bytes: &[u8]) -> String {
    to_base64(&Sha256::digest(bytes))
}

fn from_base64_json<T: DeserializeOwned>(text: &str) -> Result<T, JoseError> {
    json::read(&from_base64(text)?).map_err(|_| JoseError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_rfc_7638_comes_out() {
        let jwk: Jwk = serde_json::from_str(
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","kid":"2011-04-29"}"#,
        )
        .unwrap();
        assert_eq!(jwk.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn algorithms_that_are_not_ours_are_refused() {
        for alg in ["none", "None", "HS256", "RS256", "ES384", "es256", ""] {
            let header = to_base64(format!(r#"{{"alg":"{alg}"}}"#).as_bytes());
            let text = format!("{header}.e30.");
            assert_eq!(Jws::parse(&text).unwrap_err(), JoseError::Algorithm, "{alg}");
        }
    }

    #[test]
    fn a_private_key_is_not_taken_for_a_public_one() {
        let x = to_base64(&[7; 32]);
        let private = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","d":"{x}"}}"#);
        assert!(serde_json::from_str::<Jwk>(&private).is_err());
        let public = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        assert!(serde_json::from_str::<Jwk>(&public).is_ok());
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = joined(&unsigned("at+jwt", Algorithm::Es256, "k1", &[1, 2]).unwrap(), &[9; 64]);
        let jws = Jws::parse(&text).unwrap();
        assert!(jws.is_type("at+jwt") && !jws.is_type("jwt"));
        assert_eq!(jws.claims::<Vec<u8>>().unwrap(), [1, 2]);
        assert_eq!(
            (jws.header.kid.as_deref(), jws.signature.as_slice()),
            (Some("k1"), &[9; 64][..])
        );
    }

    /// RFC 9864 §2.2.
    #[test]
    fn ed25519_is_known_by_both_names() {
        for name in ["EdDSA", "Ed25519"] {
            let header = to_base64(format!(r#"{{"alg":"{name}"}}"#).as_bytes());
            let text = format!("{header}.e30.");
            assert_eq!(Jws::parse(&text).unwrap().header.algorithm, Algorithm::EdDsa, "{name}");
            let x = to_base64(&[7; 32]);
            let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","alg":"{name}","x":"{x}"}}"#);
            assert!(serde_json::from_str::<Jwk>(&key).is_ok(), "{name}");
        }
        assert!(Algorithm::NAMES.into_iter().all(|it| Algorithm::from_name(it).is_some()));
        let x = to_base64(&[7; 32]);
        let key = format!(r#"{{"kty":"EC","crv":"P-256","alg":"Ed25519","x":"{x}","y":"{x}"}}"#);
        assert!(serde_json::from_str::<Jwk>(&key).is_err());
    }

    #[test]
    fn a_doubled_member_of_header_or_claims_is_refused() {
        let part = |text: &str| to_base64(text.as_bytes());
        let header = part(r#"{"alg":"ES256","kid":"a","kid":"b"}"#);
        assert_eq!(Jws::parse(&format!("{header}.e30.")).unwrap_err(), JoseError::Malformed);
        let text =
            format!("{}.{}.", part(r#"{"alg":"ES256"}"#), part(r#"{"x":1,"sub":"a","sub":"b"}"#));
        let jws = Jws::parse(&text).unwrap();
        assert_eq!(jws.claims::<serde_json::Value>(), Err(JoseError::Malformed));
    }

    #[test]
    fn header_claims_and_keys_are_objects() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Claims {
            sub: String,
        }
        let part = |text: &str| to_base64(text.as_bytes());
        let header = part(r#"{"alg":"ES256"}"#);
        let claims = |text: &str| {
            let text = format!("{header}.{}.", part(text));
            Jws::parse(&text).unwrap().claims::<Claims>()
        };
        assert_eq!(claims(r#"{"sub":"a"}"#), Ok(Claims { sub: "a".to_owned() }));
        assert_eq!(claims(r#"["a"]"#), Err(JoseError::Malformed));
        assert_eq!(
            Jws::parse(&format!("{}.e30.", part(r#"["ES256"]"#))).err(),
            Some(JoseError::Malformed)
        );

        let x = to_base64(&[7; 32]);
        let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        let list = format!(r#"["OKP","Ed25519","{x}",null,null,null,null,null,null,null,null]"#);
        let set: JwkSet = json::read(format!(r#"{{"keys":[{list},{key}]}}"#).as_bytes()).unwrap();
        assert_eq!(set.keys.len(), 1);
        assert!(json::read::<JwkSet>(format!("[[{key}]]").as_bytes()).is_err());
    }

    #[test]
    fn critical_headers_are_not_passed_over() {
        let header = to_base64(br#"{"alg":"ES256","crit":["exp"]}"#);
        assert_eq!(Jws::parse(&format!("{header}.e30.")).unwrap_err(), JoseError::Malformed);
    }
}
