//! Checks of DPoP proofs (RFC 9449 §4.3), except the signature and the detection of replays.

use chrono::TimeDelta;
use serde::Deserialize;

use crate::Timestamp;
use crate::jose::{Jwk, Jws, sha256_base64};
use crate::json::NumericDate;
use crate::problem::Problem;

/// How old a proof may be.
pub const AGE_MAX_S: i64 = 60;
/// How far a proof's clock may run ahead (FAPI 2.0 §5.3.2.1).
pub const AHEAD_MAX_S: i64 = 10;
pub const JTI_LENGTH_MAX: usize = 256;

/// The `typ` of a proof's header.
const TYPE: &str = "dpop+jwt";

/// What the proof must match.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub method: &'a str,
    /// The request's URL; query and fragment are ignored.
    pub url: &'a str,
    /// At a resource: the token sent with the proof. At the token endpoint: `None`.
    pub access_token: Option<&'a str>,
    /// The key's thumbprint, if it is already known.
    pub thumbprint: Option<&'a str>,
}

/// A proof with valid claims. Not to be trusted until `jws` has been verified with `key`
/// and `seen_as` has not been seen before.
#[derive(Clone, Debug)]
pub struct Proof<'a> {
    pub jws: Jws<'a>,
    pub key: Jwk,
    /// The key's thumbprint: the `jkt` of a token bound to it.
    pub thumbprint: String,
    /// What to remember against replay: the proof's `jti`, per key.
    pub seen_as: String,
    /// What the server had asked to put in (RFC 9449 §8).
    pub nonce: Option<String>,
    /// Until when to remember it; later the proof has expired.
    pub until: Timestamp,
}

/// Parses a proof and checks its claims.
pub fn check<'a>(
    proof: &'a str,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<Proof<'a>, Problem> {
    judge(proof, expected, now).ok_or(Problem::DpopInvalid)
}

fn judge<'a>(proof: &'a str, expected: Expected<'_>, now: Timestamp) -> Option<Proof<'a>> {
    let jws = Jws::parse(proof).ok()?;
    let key = jws.header.jwk.clone()?;
    if !jws.is_type(TYPE) || key.algorithm() != jws.header.algorithm {
        return None;
    }
    let thumbprint = key.thumbprint();
    if expected.thumbprint.is_some_and(|known| known != thumbprint) {
        return None;
    }
    let claims: Claims = jws.claims().ok()?;
    if claims.htm != expected.method || normal(&claims.htu)? != normal(expected.url)? {
        return None;
    }
    let issued = Timestamp::from_timestamp(claims.iat.0, 0)?;
    if now - issued > TimeDelta::seconds(AGE_MAX_S)
        || issued - now > TimeDelta::seconds(AHEAD_MAX_S)
    {
        return None;
    }
    let now_s = now.timestamp();
    if claims.exp.is_some_and(|exp| exp.0 <= now_s)
        || claims.nbf.is_some_and(|nbf| nbf.0 > now_s + AHEAD_MAX_S)
    {
        return None;
    }
    if claims.jti.is_empty() || claims.jti.len() > JTI_LENGTH_MAX {
        return None;
    }
    if let Some(token) = expected.access_token
        && claims.ath.as_deref() != Some(sha256_base64(token.as_bytes()).as_str())
    {
        return None;
    }
    // Per key, so that nobody can use up another's identifiers.
    let seen_as = sha256_base64(format!("{thumbprint}.{}", claims.jti).as_bytes());
    let until = issued + TimeDelta::seconds(AGE_MAX_S + 1);
    Some(Proof { jws, key, thumbprint, seen_as, nonce: claims.nonce, until })
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    ath: Option<String>,
    nonce: Option<String>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

/// A URL without query and fragment, normalised by case, percent-encoding, path segments and scheme
/// (RFC 9449 §4.3 item 9; RFC 3986 §6.2.2 and §6.2.3). `None` if it is not such a URL.
fn normal(url: &str) -> Option<String> {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let own_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = authority.strip_suffix(own_port).unwrap_or(&authority);
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    Some(format!("{scheme}://{authority}{}", without_dots(&decoded(path)?)))
}

/// Percent-encoded unreserved characters decoded, the digits of the rest in upper case (RFC 3986 §6.2.2.1, §6.2.2.2).
fn decoded(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let byte = u8::from_str_radix(digits, 16).ok()?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&digits.to_ascii_uppercase());
        }
        text.push_str(rest);
    }
    Some(text)
}

/// RFC 3986 §5.2.4.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if segments.peek().is_none() {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::to_base64;
    use serde_json::{Value, json};

    const URL: &str = "https://edge:9443/account-information/v1/accounts";
    const NOW: i64 = 1_800_000_000;

    #[test]
    fn a_proof_that_fits_is_taken() {
        let text = proof(&header(), &claims());
        let taken = check(&text, expected(), at(NOW)).unwrap();
        assert_eq!(taken.thumbprint, key().thumbprint());
        assert_eq!(taken.until, at(NOW + AGE_MAX_S + 1));
        let known = taken.thumbprint.clone();
        assert!(check(&text, Expected { thumbprint: Some(&known), ..expected() }, at(NOW)).is_ok());
        assert!(
            check(&text, Expected { thumbprint: Some("other"), ..expected() }, at(NOW)).is_err()
        );
    }

    /// FAPI 2.0's `DpopNegativeTests` and `CheckDpopProofNbfExp`.
    #[test]
    fn a_proof_that_does_not_fit_is_refused() {
        for (member, value) in [
            ("typ", json!("jwt")),
            ("typ", Value::Null),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("EdDSA")),
            ("jwk", Value::Null),
            ("jwk", json!({"kty":"oct","k":"AAAA"})),
        ] {
            let mut header = header();
            header[member] = value.clone();
            let text = proof(&header, &claims());
            assert_eq!(
                check(&text, expected(), at(NOW)).err(),
                Some(Problem::DpopInvalid),
                "{member} {value}"
            );
        }
        for (member, value) in [
            ("htm", json!("POST")),
            ("htm", json!("get")),
            ("htu", json!("https://other/account-information/v1/accounts")),
            ("htu", json!("https://edge:9443/account-information/v1/accounts/1")),
            ("htu", json!("not a url")),
            ("iat", json!(NOW - AGE_MAX_S - 1)),
            ("iat", json!(NOW + AHEAD_MAX_S + 1)),
            ("iat", json!(i64::MAX)),
            ("iat", Value::Null),
            ("jti", json!("")),
            ("jti", json!("j".repeat(JTI_LENGTH_MAX + 1))),
            ("jti", Value::Null),
            ("ath", json!("other")),
            ("ath", Value::Null),
            ("exp", json!(NOW)),
            ("nbf", json!(NOW + 61)),
        ] {
            let mut claims = claims();
            claims[member] = value.clone();
            let text = proof(&header(), &claims);
            assert_eq!(
                check(&text, expected(), at(NOW)).err(),
                Some(Problem::DpopInvalid),
                "{member} {value}"
            );
        }
    }

    #[test]
    fn ten_seconds_either_way_are_forgiven() {
        for iat in
            [json!(NOW - 10), json!(NOW + 10), json!(NOW - AGE_MAX_S), json!(1_800_000_000.2)]
        {
            let mut claims = claims();
            claims["iat"] = iat.clone();
            assert!(check(&proof(&header(), &claims), expected(), at(NOW)).is_ok(), "{iat}");
        }
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        for (one, other) in [
            ("HTTPS://Edge/a", "https://edge:443/a"),
            ("https://edge/a?x=1#y", "https://edge/a"),
            ("https://edge", "https://edge/"),
            // okta-sdk-python#541
            ("https://edge/%70ar", "https://edge/par"),
            ("https://edge/a%2f%7Eb", "https://edge/a%2F~b"),
            ("https://edge/./a/../b", "https://edge/b"),
            ("https://edge/a/..", "https://edge/"),
            ("https://edge/a/.", "https://edge/a/"),
            ("https://edge/a/%2e%2E/b", "https://edge/b"),
            ("https://edge/../../a", "https://edge/a"),
        ] {
            assert_eq!(normal(one), normal(other), "{one}");
        }
        for (one, other) in [
            ("https://edge/a", "http://edge/a"),
            ("https://edge/a", "https://edge/A"),
            ("https://edge/a", "https://edge/a/"),
            ("https://edge/a/b", "https://edge/a//b"),
            ("https://edge/a/b", "https://edge/a%2Fb"),
            ("https://edge/a", "https://edge/%2561"),
        ] {
            assert_ne!(normal(one), normal(other), "{one}");
        }
        for none in [
            "https://edge@evil/a",
            "https://edge/%",
            "https://edge/%7",
            "https://edge/%+1",
            "https://edge/%é",
        ] {
            assert_eq!(normal(none), None, "{none}");
        }
    }

    #[test]
    fn at_the_token_endpoint_no_token_comes_with_the_proof() {
        let mut claims = claims();
        claims["ath"] = Value::Null;
        let expected = Expected { access_token: None, ..expected() };
        assert!(check(&proof(&header(), &claims), expected, at(NOW)).is_ok());
    }

    fn expected() -> Expected<'static> {
        Expected { method: "GET", url: URL, access_token: Some("token"), thumbprint: None }
    }

    fn key() -> Jwk {
        let jwk = json!({"kty":"EC","crv":"P-256","x":to_base64(&[1; 32]),"y":to_base64(&[2; 32])});
        serde_json::from_value(jwk).unwrap()
    }

    fn header() -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key()})
    }

    fn claims() -> Value {
        json!({"jti": "j", "htm": "GET", "htu": URL, "iat": NOW, "ath": sha256_base64(b"token")})
    }

    fn proof(header: &Value, claims: &Value) -> String {
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        format!("{}.{}.{}", part(header), part(claims), to_base64(&[0; 64]))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(second, 0).unwrap()
    }
}
