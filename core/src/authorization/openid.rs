//! OpenID Connect Core on the same server: the parameters of an authentication request, and the ID token.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Denial, OAuthError, Parameters, TOKEN_LIFETIME};
use crate::Timestamp;
use crate::consent::AskedIdentity;
use crate::jose::to_base64;
use crate::json;

/// The scope without which no ID token is given (OpenID Connect Core §3.1.2.1).
pub const OPENID_SCOPE: &str = "openid";
/// The one authentication context: IIN, a live face that matches the register's photo, and a code by SMS (IDX-1).
pub const ACR: &str = "https://senim.kz/acr/face-and-code";
/// RFC 8176 §2.
pub const AMR: [&str; 3] = ["face", "sms", "mfa"];
/// The rules by which personal data are verified (OpenID Connect for Identity Assurance).
pub const TRUST_FRAMEWORK: &str = "kz_identity_exchange";

/// What an authentication request says besides `authorization_details`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthenticationRequest {
    /// The `sub` that must come out (§5.5.1); the host compares.
    pub subject: Option<String>,
    /// The claims that `claims.userinfo.verified_claims` names; `None`: it names none, and `authorization_details` decide.
    pub verified: Option<BTreeSet<String>>,
}

impl AuthenticationRequest {
    /// Reads the parameters of §3.1.2.1 and §5.5. Each request is an authentication of its own, so any `max_age` and any
    /// `prompt` but `none` are met; `acr_values`, `display`, `ui_locales`, `claims_locales` and `login_hint` are wishes that
    /// may be ignored.
    pub fn read(form: &Parameters) -> Result<Self, Denial> {
        if form.get("id_token_hint").is_some() {
            // Whom it names could be another person than `authorization_details` name.
            return Err(Denial::request(
                "id_token_hint is not supported: authorization_details name the client",
            ));
        }
        if form.get("registration").is_some() {
            let error = OAuthError::RegistrationNotSupported;
            return Err(Denial {
                error,
                ..Denial::request("applications are registered in advance")
            });
        }
        if form
            .get("max_age")
            .is_some_and(|it| it.len() > 9 || !it.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(Denial::request("max_age must be a number of seconds"));
        }
        check_prompt(form.get("prompt"))?;
        form.get("claims").map_or_else(|| Ok(Self::default()), claims)
    }

    /// Narrows what is asked for to what `claims` names, if it names anything.
    pub fn narrow(&self, asked: &mut AskedIdentity) {
        if let Some(named) = &self.verified {
            asked.claims.retain(|it| named.contains(it.claim()));
            if asked.claims.is_empty() {
                asked.term_days = None;
            }
        }
    }
}

fn check_prompt(prompt: Option<&str>) -> Result<(), Denial> {
    let Some(prompt) = prompt else { return Ok(()) };
    let words: BTreeSet<_> = prompt.split(' ').collect();
    if words == BTreeSet::from(["none"]) {
        let error = OAuthError::LoginRequired;
        return Err(Denial { error, ..Denial::request("the client must always be present") });
    }
    if words.iter().all(|it| matches!(*it, "login" | "consent" | "select_account")) {
        return Ok(());
    }
    Err(Denial::request("prompt must be none, login, consent or select_account"))
}

fn claims(text: &str) -> Result<AuthenticationRequest, Denial> {
    let malformed =
        || Denial::request("claims must be a JSON object as OpenID Connect Core §5.5 says");
    let Ok(Value::Object(claims)) = json::read(text.as_bytes()) else { return Err(malformed()) };
    let mut subject = None;
    for place in ["id_token", "userinfo"] {
        let asked = match claims.get(place) {
            None | Some(Value::Null) => continue,
            Some(Value::Object(asked)) => asked,
            Some(_) => return Err(malformed()),
        };
        check_acr(asked.get("acr"))?;
        let named = asked.get("sub").and_then(|it| it["value"].as_str());
        if subject.is_some() && named.is_some() && subject.as_deref() != named {
            return Err(malformed());
        }
        subject = subject.or(named.map(str::to_owned));
    }
    let verified = claims.get("userinfo").and_then(|it| it.get("verified_claims"));
    Ok(AuthenticationRequest { subject, verified: verified.map(verified_claims).transpose()? })
}

/// §5.5.1.1: an essential `acr` that is not ours can't be met.
fn check_acr(acr: Option<&Value>) -> Result<(), Denial> {
    let Some(Value::Object(acr)) = acr else { return Ok(()) };
    let essential = acr.get("essential").and_then(Value::as_bool).unwrap_or_default();
    let single = acr.get("value").into_iter();
    let several = acr.get("values").and_then(Value::as_array).into_iter().flatten();
    let mut wanted = single.chain(several).peekable();
    if essential && wanted.peek().is_some() && !wanted.any(|it| it == ACR) {
        let error = OAuthError::UnmetAuthenticationRequirements;
        return Err(Denial {
            error,
            ..Denial::request("the only acr is https://senim.kz/acr/face-and-code")
        });
    }
    Ok(())
}

/// OpenID Connect for Identity Assurance §6. What is asked with a constraint that we can't look at must not be given, so it
/// is refused here, where somebody reads it.
fn verified_claims(asked: &Value) -> Result<BTreeSet<String>, Denial> {
    let malformed = || Denial::request("verified_claims must name its verification and claims");
    let each: Vec<&Map<String, Value>> = match asked {
        Value::Object(one) => vec![one],
        Value::Array(several) => {
            several.iter().map(Value::as_object).collect::<Option<_>>().ok_or_else(malformed)?
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(malformed());
        }
    };
    let mut named = BTreeSet::new();
    for one in each {
        let (Some(Value::Object(verification)), Some(Value::Object(claims))) =
            (one.get("verification"), one.get("claims"))
        else {
            return Err(malformed());
        };
        for (member, constraint) in verification {
            let ours = member == "trust_framework"
                && (constraint["value"] == TRUST_FRAMEWORK
                    || constraint["values"]
                        .as_array()
                        .is_some_and(|it| it.iter().any(|it| it == TRUST_FRAMEWORK)));
            if !ours && constrains(constraint) {
                return Err(Denial::request(
                    "verification may only constrain trust_framework, to kz_identity_exchange",
                ));
            }
        }
        if claims.values().any(constrains) {
            return Err(Denial::request("verified claims are asked for without value or values"));
        }
        named.extend(claims.keys().cloned());
    }
    Ok(named)
}

fn constrains(asked: &Value) -> bool {
    match asked {
        Value::Object(members) => members.iter().any(|(name, it)| {
            matches!(name.as_str(), "value" | "values" | "max_age") || constrains(it)
        }),
        Value::Array(items) => items.iter().any(constrains),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The claims of an ID token (OpenID Connect Core §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdToken {
    pub iss: String,
    /// The client's pseudonym at this participant (§8.1): another participant gets another one.
    pub sub: String,
    /// The application.
    pub aud: String,
    /// Epoch seconds, as are the next two.
    pub exp: i64,
    pub iat: i64,
    /// When the client's code was accepted.
    pub auth_time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    pub acr: String,
    pub amr: Vec<String>,
    pub at_hash: String,
}

impl IdToken {
    /// The `typ` of its header.
    pub const TYPE: &str = "JWT";

    /// `issuer`, `sub` and `application` become `iss`, `sub` and `aud`.
    pub fn new(
        [issuer, sub, application]: [&str; 3],
        authenticated_at: Timestamp,
        nonce: Option<String>,
        access_token: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            iss: issuer.to_owned(),
            sub: sub.to_owned(),
            aud: application.to_owned(),
            exp: (now + TOKEN_LIFETIME).timestamp(),
            iat: now.timestamp(),
            auth_time: authenticated_at.timestamp(),
            nonce,
            acr: ACR.to_owned(),
            amr: AMR.map(str::to_owned).into(),
            at_hash: at_hash(access_token),
        }
    }
}

/// The left half of the access token's SHA-256, in base64url (§3.1.3.6, for ES256).
pub fn at_hash(access_token: &str) -> String {
    to_base64(&Sha256::digest(access_token)[..16])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wishes_are_ignored_and_what_is_met_anyway_is_taken() {
        for (name, value) in [
            ("max_age", "0"),
            ("max_age", "3600"),
            ("prompt", "login"),
            ("prompt", "consent select_account"),
            ("acr_values", "urn:mace:incommon:iap:silver"),
            ("display", "page"),
            ("ui_locales", "kk ru"),
            ("login_hint", "somebody"),
            ("claims", "{}"),
            (
                "claims",
                r#"{"id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:other"]}},"x":1}"#,
            ),
            (
                "claims",
                r#"{"id_token":{"acr":{"essential":true,"values":["urn:other","https://senim.kz/acr/face-and-code"]}}}"#,
            ),
            ("claims", r#"{"id_token":{"acr":{"essential":true}},"userinfo":{"given_name":null}}"#),
        ] {
            assert_eq!(
                read(&[(name, value)]),
                Ok(AuthenticationRequest::default()),
                "{name}={value}"
            );
        }
    }

    #[test]
    fn what_can_not_be_met_is_refused_by_its_own_error() {
        let invalid = OAuthError::InvalidRequest;
        for (name, value, error) in [
            ("prompt", "none", OAuthError::LoginRequired),
            ("prompt", "none login", invalid),
            ("prompt", "create", invalid),
            ("max_age", "-1", invalid),
            ("max_age", "soon", invalid),
            ("id_token_hint", "e.e.e", invalid),
            ("registration", "{}", OAuthError::RegistrationNotSupported),
            ("claims", "[]", invalid),
            ("claims", r#"{"id_token":1}"#, invalid),
            ("claims", r#"{"id_token":{},"id_token":{}}"#, invalid),
            (
                "claims",
                r#"{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}"#,
                OAuthError::UnmetAuthenticationRequirements,
            ),
            (
                "claims",
                r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
                invalid,
            ),
            ("claims", r#"{"userinfo":{"verified_claims":{"claims":{}}}}"#, invalid),
            (
                "claims",
                r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":{"value":"de_aml"}},"claims":{"iin":null}}}}"#,
                invalid,
            ),
            (
                "claims",
                r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":null,"time":{"max_age":9}},"claims":{"iin":null}}}}"#,
                invalid,
            ),
            (
                "claims",
                r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"iin":{"value":"1"}}}}}"#,
                invalid,
            ),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err().error, error, "{name}={value}");
        }
    }

    #[test]
    fn claims_narrow_what_details_ask_for_and_never_widen_it() {
        let asked = |named: &str| {
            let claims = format!(
                r#"{{"userinfo":{{"verified_claims":{{"verification":{{"trust_framework":{{"value":"kz_identity_exchange"}}}},"claims":{{{named}}}}}}}}}"#
            );
            let mut asked: AskedIdentity = serde_json::from_str(
                r#"{"type":"identity","client":{"iin":"900101300017","phone":"+77010000001"},
                "claims":["iin","given_name"],"purpose":{"code":"sign-in"},"term_days":3}"#,
            )
            .unwrap();
            read(&[("claims", &claims)]).unwrap().narrow(&mut asked);
            let names: Vec<_> = asked.claims.iter().map(|it| it.claim()).collect();
            (names.join(" "), asked.term_days)
        };
        assert_eq!(
            asked(r#""given_name":null,"birthdate":null"#),
            ("given_name".to_owned(), Some(3))
        );
        assert_eq!(asked(r#""birthdate":{"essential":true}"#), (String::new(), None));
        let named = read(&[("claims", r#"{"id_token":{"sub":{"value":"p"}}}"#)]).unwrap();
        assert_eq!(named.subject.as_deref(), Some("p"));
    }

    // OpenID Connect Core §3.1.3.6.
    #[test]
    fn at_hash_is_the_left_half() {
        let whole = crate::jose::from_base64(&crate::jose::sha256_base64(b"token")).unwrap();
        assert_eq!(at_hash("token"), to_base64(&whole[..16]));
        assert_eq!(at_hash("token").len(), 22);
    }

    proptest! {
        #[test]
        fn no_claims_make_it_fall_over(value in ".{0,80}") {
            let _ = read(&[("claims", value.as_str())]);
            let _ = read(&[("prompt", value.as_str())]);
        }
    }

    fn read(pairs: &[(&str, &str)]) -> Result<AuthenticationRequest, Denial> {
        let pairs = pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        AuthenticationRequest::read(&Parameters::from_pairs(pairs)?)
    }
}
