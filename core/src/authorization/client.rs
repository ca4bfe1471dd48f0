//! Authentication of an application with a signed assertion (RFC 7523 §3, FAPI 2.0 §5.3.2.1).

use serde::Deserialize;
use serde_json::Value;

use super::{Denial, Parameters};
use crate::Timestamp;
use crate::jose::Jws;
use crate::json::NumericDate;
use crate::problem::Problem;

pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far an application's clock may run ahead: 10 s must be accepted, over 60 s must not.
const AHEAD_MAX_S: i64 = 10;
/// The longest lifetime of an assertion; its `jti` is remembered for as long.
const LIFETIME_MAX_S: i64 = 600;
const JTI_LENGTH_MAX: usize = 256;

/// A parsed assertion and the application it names. Not to be trusted before [`Assertion::check`]
/// has passed and `jws` has been verified with the application's key.
pub struct Assertion<'a> {
    pub jws: Jws<'a>,
    pub client_id: String,
    claims: RawClaims,
}

/// What to remember of an assertion with valid claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Single use: remembered for each application.
    pub jti: String,
    /// Until when to remember it.
    pub until: Timestamp,
}

#[derive(Deserialize)]
struct RawClaims {
    iss: String,
    sub: String,
    aud: Value,
    exp: NumericDate,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
    jti: String,
}

impl<'a> Assertion<'a> {
    /// `None`: the request carries no assertion.
    pub fn read(form: &'a Parameters) -> Result<Option<Self>, Denial> {
        let (kind, text) = (form.get("client_assertion_type"), form.get("client_assertion"));
        let (kind, text) = match (kind, text) {
            (None, None) => return Ok(None),
            (Some(kind), Some(text)) => (kind, text),
            (Some(_), None) | (None, Some(_)) => {
                return Err(Denial::request(
                    "client_assertion and client_assertion_type go together",
                ));
            }
        };
        if kind != ASSERTION_TYPE {
            return Err(Denial::request("client_assertion_type must be jwt-bearer"));
        }
        let invalid = || Denial::client(Problem::ClientAssertion);
        let jws = Jws::parse(text).map_err(|_| invalid())?;
        let claims: RawClaims = jws.claims().map_err(|_| invalid())?;
        // If the form names the application too, it must be the same.
        if form.get("client_id").is_some_and(|it| it != claims.sub) {
            return Err(invalid());
        }
        Ok(Some(Self { client_id: claims.sub.clone(), jws, claims }))
    }

    pub fn check(&self, issuer: &str, now: Timestamp) -> Result<Claims, Denial> {
        self.judge(issuer, now).ok_or_else(|| Denial::client(Problem::ClientAssertion))
    }

    fn judge(&self, issuer: &str, now: Timestamp) -> Option<Claims> {
        let claims = &self.claims;
        let now_s = now.timestamp();
        let exp = claims.exp.0;
        let ahead =
            |moment: Option<NumericDate>| moment.is_some_and(|it| it.0 > now_s + AHEAD_MAX_S);
        let made_at = claims.iat.map_or(now_s, |it| it.0);
        let fits = claims.iss == claims.sub
            // Only the issuer as a string (FAPI 2.0 §5.3.2.1 item 8).
            && claims.aud == issuer
            && exp > now_s
            && !ahead(claims.iat)
            && !ahead(claims.nbf)
            && exp.checked_sub(made_at)? <= LIFETIME_MAX_S
            && exp - now_s <= LIFETIME_MAX_S + AHEAD_MAX_S
            && (1..=JTI_LENGTH_MAX).contains(&claims.jti.len());
        if !fits {
            return None;
        }
        let until = Timestamp::from_timestamp(exp + 1, 0)?;
        Some(Claims { jti: claims.jti.clone(), until })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::to_base64;

    const ISSUER: &str = "https://senim";
    const NOW: i64 = 1_800_000_000;

    #[test]
    fn an_assertion_that_fits_is_taken() {
        let claims = judged(&claims()).unwrap();
        assert_eq!(claims, Claims { jti: "j".to_owned(), until: at(NOW + 61) });
    }

    // The suite's PAREndpointAsAudienceFails, PARTokenEndpointAsAudienceFails,
    // PAREndpointAsArrayAudienceFails, EnsureClientAssertionWith… and its neighbours.
    #[test]
    fn an_assertion_that_does_not_fit_is_refused() {
        for (member, value) in [
            ("aud", json!("https://senim/token")),
            ("aud", json!("https://senim/par")),
            ("aud", json!(["https://senim"])),
            ("aud", json!(["https://senim", "https://senim/par"])),
            ("aud", json!("https://senim/")),
            ("aud", Value::Null),
            ("iss", json!("other")),
            ("iss", Value::Null),
            ("sub", Value::Null),
            ("sub", json!("other")),
            ("exp", json!(NOW - 300)),
            ("exp", json!(NOW)),
            ("exp", json!(NOW + 601)),
            ("exp", json!(i64::MAX)),
            ("exp", json!("soon")),
            ("exp", Value::Null),
            ("iat", json!(NOW + 61)),
            ("iat", json!(i64::MIN)),
            ("nbf", json!(NOW + 61)),
            ("jti", json!("")),
            ("jti", json!("j".repeat(257))),
            ("jti", Value::Null),
        ] {
            let mut claims = claims();
            claims[member] = value.clone();
            assert!(judged(&claims).is_err(), "{member} {value}");
        }
    }

    // PAREnsureJWTClientAssertionWithIatNbf8SecondsInTheFutureIsAccepted.
    #[test]
    fn a_clock_some_seconds_ahead_is_forgiven() {
        for ahead in [0, 8, 10] {
            let mut claims = claims();
            claims["iat"] = json!(NOW + ahead);
            claims["nbf"] = json!(NOW + ahead);
            assert!(judged(&claims).is_ok(), "{ahead}");
        }
    }

    // openid-client#263: RFC 7519 §2 lets a moment have a fraction.
    #[test]
    fn moments_with_fractions_are_taken() {
        let mut claims = claims();
        claims["iat"] = json!(1_800_000_000.2);
        claims["nbf"] = json!(1_800_000_010.9);
        claims["exp"] = json!(1_800_000_060.7);
        assert_eq!(judged(&claims).unwrap().until, at(NOW + 61));
        claims["exp"] = json!(1_800_000_000.9);
        assert!(judged(&claims).is_err());
    }

    #[test]
    fn the_form_may_not_name_another_client() {
        let text = jws(&claims());
        let named = |client_id: &str| {
            let form = form(&[
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &text),
                ("client_id", client_id),
            ]);
            Assertion::read(&form).map(|it| it.is_some())
        };
        assert_eq!(named("app"), Ok(true));
        assert_eq!(named("other"), Err(Denial::client(Problem::ClientAssertion)));
        assert!(matches!(Assertion::read(&form(&[("client_id", "app")])), Ok(None)));
        for pairs in [
            vec![("client_assertion", text.as_str())],
            vec![("client_assertion_type", ASSERTION_TYPE)],
            vec![("client_assertion_type", "jwt"), ("client_assertion", &text)],
        ] {
            assert!(Assertion::read(&form(&pairs)).is_err());
        }
    }

    fn judged(claims: &Value) -> Result<Claims, Denial> {
        let text = jws(claims);
        let form = form(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &text)]);
        Assertion::read(&form)?.unwrap().check(ISSUER, at(NOW))
    }

    fn claims() -> Value {
        json!({"iss":"app","sub":"app","aud":ISSUER,"exp":NOW + 60,"iat":NOW,"jti":"j"})
    }

    fn jws(claims: &Value) -> String {
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        format!("{}.{}.{}", part(&json!({"alg":"ES256"})), part(claims), to_base64(&[0; 64]))
    }

    fn form(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::from_pairs(pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned()))).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(second, 0).unwrap()
    }
}
