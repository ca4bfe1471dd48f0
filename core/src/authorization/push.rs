//! A parsed pushed authorization request (RFC 9126, RFC 7636, RFC 9396).

use std::collections::BTreeSet;

use serde_json::Value;

use super::openid::{AuthenticationRequest, OPENID_SCOPE};
use super::{Denial, GrantAction, OAuthError, Parameters};
use crate::consent::{Asked, AskedFor, AskedIdentity, IDENTITY_DETAILS_TYPE};
use crate::id::Iin;
use crate::jose::from_base64;
use crate::json;
use crate::problem::Problem;
use crate::routing::TokenClaims;

/// At least 64 must be accepted (FAPI 2.0 §5.3.2.2).
const NONCE_LENGTH_MAX: usize = 128;
const STATE_LENGTH_MAX: usize = 1024;

#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    pub redirect_uri: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    /// SHA-256 of the verifier, in base64url.
    pub code_challenge: String,
    /// The key that the tokens will be bound to, named in advance (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    pub asked: AskedFor,
    /// What becomes of an earlier grant.
    pub action: GrantAction,
}

impl Pushed {
    /// `redirect_uris`: the registered ones; the request must name one of them exactly.
    pub fn read(form: &Parameters, redirect_uris: &BTreeSet<String>) -> Result<Self, Denial> {
        // A pushed request must not refer to another (RFC 9126 §2.1), and we support no request objects.
        if form.get("request_uri").is_some() || form.get("request").is_some() {
            return Err(Denial::request(
                "request_uri and request have no place in a pushed request",
            ));
        }
        if form.need("response_type", "response_type is missing")? != "code" {
            let error = OAuthError::UnsupportedResponseType;
            return Err(Denial { error, ..Denial::request("response_type must be code") });
        }
        if form.get("response_mode").is_some_and(|it| it != "query") {
            return Err(Denial::request("response_mode must be query, or be left out"));
        }
        let redirect_uri = form.need("redirect_uri", "redirect_uri is missing")?;
        if !redirect_uris.contains(redirect_uri) {
            return Err(Denial::request("redirect_uri is not one that is registered"));
        }
        let mut asked = asked(form)?;
        match &mut asked {
            AskedFor::Accounts(_) => check_scope(form.get("scope"))?,
            AskedFor::Identity(asked) => {
                check_openid(form.get("scope"))?;
                AuthenticationRequest::read(form)?.narrow(asked);
            }
        }
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            state: printable(
                form,
                "state",
                STATE_LENGTH_MAX,
                "state must be at most 1024 printable characters",
            )?,
            nonce: printable(
                form,
                "nonce",
                NONCE_LENGTH_MAX,
                "nonce must be at most 128 printable characters",
            )?,
            code_challenge: challenge(form)?,
            dpop_jkt: thumbprint(form)?,
            asked,
            action: GrantAction::read(form)?,
        })
    }
}

fn check_scope(scope: Option<&str>) -> Result<(), Denial> {
    // Without a scope, the only one that exists (RFC 6749 §3.3).
    let Some(scope) = scope else { return Ok(()) };
    let words: BTreeSet<_> = scope.split(' ').collect();
    if words == BTreeSet::from([TokenClaims::SCOPE]) {
        return Ok(());
    }
    let error = OAuthError::InvalidScope;
    Err(Denial { error, ..Denial::request("scope must be accounts") })
}

/// Scopes that are not known are ignored (OpenID Connect Core §3.1.2.1); that for accounts is not for this request.
fn check_openid(scope: Option<&str>) -> Result<(), Denial> {
    let words: BTreeSet<_> = scope.unwrap_or_default().split(' ').collect();
    if words.contains(OPENID_SCOPE) && !words.contains(TokenClaims::SCOPE) {
        return Ok(());
    }
    let error = OAuthError::InvalidScope;
    let description =
        "scope must hold openid, and not accounts, where the details are of type identity";
    Err(Denial { error, ..Denial::request(description) })
}

fn printable(
    form: &Parameters,
    name: &str,
    length_max: usize,
    wrong: &'static str,
) -> Result<Option<String>, Denial> {
    let Some(text) = form.get(name) else { return Ok(None) };
    // RFC 6749 appendix A.5: VSCHAR.
    if text.len() > length_max || !text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Err(Denial::request(wrong));
    }
    Ok(Some(text.to_owned()))
}

fn challenge(form: &Parameters) -> Result<String, Denial> {
    let challenge = form.need("code_challenge", "code_challenge is missing: PKCE is required")?;
    if form.get("code_challenge_method") != Some("S256") {
        return Err(Denial::request("code_challenge_method must be S256"));
    }
    if from_base64(challenge).is_ok_and(|it| it.len() == 32) {
        return Ok(challenge.to_owned());
    }
    Err(Denial::request("code_challenge must be a SHA-256 in base64url"))
}

fn thumbprint(form: &Parameters) -> Result<Option<String>, Denial> {
    let Some(text) = form.get("dpop_jkt") else { return Ok(None) };
    if from_base64(text).is_ok_and(|it| it.len() == 32) {
        return Ok(Some(text.to_owned()));
    }
    Err(Denial::request("dpop_jkt must be a SHA-256 in base64url"))
}

fn asked(form: &Parameters) -> Result<AskedFor, Denial> {
    let text = form.need("authorization_details", "authorization_details are missing")?;
    let Ok(Value::Array(mut details)) = json::read(text.as_bytes()) else {
        return Err(Denial::details(
            "authorization_details must be a JSON array, no member of it twice",
        ));
    };
    let (Some(detail), true) = (details.pop(), details.is_empty()) else {
        return Err(Denial::details("authorization_details must hold exactly one element"));
    };
    let iin = &detail["client"]["iin"];
    if iin.as_str().is_some_and(|it| it.parse::<Iin>().is_err()) {
        let error = OAuthError::InvalidAuthorizationDetails;
        return Err(Denial::new(error, Problem::IinInvalid));
    }
    if detail["type"] == IDENTITY_DETAILS_TYPE {
        let asked: AskedIdentity = json::read_value(detail).map_err(|_| {
            Denial::details("authorization_details are not what the standard says: type, client {iin, phone}, claims, purpose {code, text}, term_days")
        })?;
        asked.check().map_err(Denial::details)?;
        return Ok(AskedFor::Identity(asked));
    }
    let asked: Asked = json::read_value(detail).map_err(|_| {
        Denial::details("authorization_details are not what the standard says: type, client {iin, phone}, providers, data, accounts, transactions_from, unattended {reads_a_day}, purpose {code, text}, term_days")
    })?;
    asked.check().map_err(Denial::details)?;
    Ok(AskedFor::Accounts(asked))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::jose::{sha256_base64, to_base64};

    const DETAILS: &str = r#"[{"type":"account_information","client":{"iin":"900101300017","phone":"+77010000001"},
        "providers":["960440000151"],"data":["accounts"],"purpose":{"code":"account-aggregation"}}]"#;

    #[test]
    fn a_request_reads() {
        let pushed = read(&[("state", "s"), ("nonce", &"n".repeat(64))]).unwrap();
        assert_eq!((pushed.state.as_deref(), pushed.dpop_jkt), (Some("s"), None));
        assert_eq!(pushed.redirect_uri, "https://app/back");
    }

    #[test]
    fn a_request_for_authentication_reads_by_its_scope() {
        const IDENTITY: &str = r#"[{"type":"identity","client":{"iin":"900101300017","phone":"+77010000001"},
            "claims":["iin","given_name"],"purpose":{"code":"sign-in"}}]"#;
        let read = |changes: &[(&str, &str)]| {
            let mut all = vec![("authorization_details", IDENTITY), ("scope", "openid")];
            all.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
            all.extend(changes);
            self::read(&all).map(|it| it.asked)
        };
        for scope in ["openid", "profile openid", "openid email address"] {
            assert!(matches!(read(&[("scope", scope)]), Ok(AskedFor::Identity(_))), "{scope}");
        }
        let narrowed = r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"iin":null}}}}"#;
        let Ok(AskedFor::Identity(asked)) = read(&[("claims", narrowed)]) else {
            panic!("refused")
        };
        assert_eq!(asked.claims.len(), 1);
        for (name, value, error) in [
            ("scope", "", OAuthError::InvalidScope),
            ("scope", "accounts", OAuthError::InvalidScope),
            ("scope", "openid accounts", OAuthError::InvalidScope),
            ("prompt", "none", OAuthError::LoginRequired),
            (
                "authorization_details",
                &IDENTITY.replace("given_name", "portrait"),
                OAuthError::InvalidAuthorizationDetails,
            ),
            (
                "authorization_details",
                &IDENTITY.replace("sign-in", "credit-decision"),
                OAuthError::InvalidAuthorizationDetails,
            ),
            (
                "authorization_details",
                &IDENTITY.replace("\"claims\"", "\"providers\""),
                OAuthError::InvalidAuthorizationDetails,
            ),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err().error, error, "{name}={value}");
        }
        assert!(self::read(&[("authorization_details", DETAILS), ("scope", "openid")]).is_err());
        let purpose = DETAILS.replace("account-aggregation", "sign-in");
        assert!(self::read(&[("authorization_details", &purpose)]).is_err());
    }

    // EnsureAuthorizationRequestWithoutStateSuccess, …WithoutNonceSuccess, EnsureOtherScopeOrderSucceeds.
    #[test]
    fn optional_parameters_may_be_omitted() {
        for name in ["state", "nonce", "scope", "dpop_jkt", "response_mode"] {
            assert!(read(&[(name, "")]).is_ok(), "{name}");
        }
        assert!(read(&[("response_mode", "query")]).is_ok());
        assert!(read(&[("unheard_of", "x"), ("claims", "{}")]).is_ok());
    }

    #[test]
    fn requests_that_the_profile_forbids_are_refused() {
        let stranger = DETAILS.replace("900101300017\",\"phone", "900101300018\",\"phone");
        let unknown = DETAILS.replace("\"data\"", "\"more\":1,\"data\"");
        let two = format!("[{0},{0}]", &DETAILS[1..DETAILS.len() - 1]);
        let with = |member: &str| DETAILS.replace("\"data\"", &format!("{member},\"data\""));
        let listed =
            DETAILS.replace(r#"{"code":"account-aggregation"}"#, r#"["account-aggregation",null]"#);
        assert_ne!(listed, DETAILS);
        let in_words = |text: &str| {
            let text = serde_json::to_string(text).unwrap();
            DETAILS
                .replace("account-aggregation\"", &format!("account-aggregation\",\"text\":{text}"))
        };
        assert!(read(&[("authorization_details", &in_words("Add accounts"))]).is_ok());
        assert!(
            read(&[("authorization_details", &with(r#""transactions_from":"2026-01-01""#))])
                .is_ok()
        );
        assert!(read(&[("state", &"s".repeat(STATE_LENGTH_MAX))]).is_ok());
        let invalid = OAuthError::InvalidAuthorizationDetails;
        let bad_request = (OAuthError::InvalidRequest, Problem::RequestMalformed);
        let bad_details = (invalid, Problem::RequestMalformed);
        for (name, value, expected) in [
            // PARRejectRequestUriInParAuthorizationFormParams
            ("request_uri", "urn:x", bad_request),
            ("request", "e30", bad_request),
            // EnsureResponseTypeCodeIdTokenFails, EnsureResponseTypeTokenFails
            ("response_type", "", bad_request),
            (
                "response_type",
                "token",
                (OAuthError::UnsupportedResponseType, Problem::RequestMalformed),
            ),
            (
                "response_type",
                "code id_token",
                (OAuthError::UnsupportedResponseType, Problem::RequestMalformed),
            ),
            ("response_mode", "fragment", bad_request),
            // EnsureRegisteredRedirectUri, EnsureRedirectUriInAuthorizationRequest
            ("redirect_uri", "", bad_request),
            ("redirect_uri", "https://app/back/", bad_request),
            ("redirect_uri", "https://app/back?x", bad_request),
            ("redirect_uri", "https://evil/back", bad_request),
            // PAREnsurePKCERequired, PAREnsurePlainPKCERejected
            ("code_challenge", "", bad_request),
            ("code_challenge", "short", bad_request),
            ("code_challenge_method", "", bad_request),
            ("code_challenge_method", "plain", bad_request),
            ("scope", "openid", (OAuthError::InvalidScope, Problem::RequestMalformed)),
            ("scope", "accounts payments", (OAuthError::InvalidScope, Problem::RequestMalformed)),
            ("nonce", &"n".repeat(129), bad_request),
            // EnsureAuthorizationRequestWithLongState
            ("state", &"s".repeat(STATE_LENGTH_MAX + 1), bad_request),
            ("state", "a\nb", bad_request),
            ("grant_id", "cns_000000000000000000000000000000ab", bad_request),
            ("grant_management_action", "update", bad_request),
            ("grant_management_action", "merge", bad_request),
            ("dpop_jkt", "x", bad_request),
            ("authorization_details", "", bad_request),
            ("authorization_details", "[{", bad_details),
            ("authorization_details", "{}", bad_details),
            ("authorization_details", "[]", bad_details),
            ("authorization_details", &two, bad_details),
            ("authorization_details", &unknown, bad_details),
            ("authorization_details", &stranger, (invalid, Problem::IinInvalid)),
            ("authorization_details", &with(r#""data":["accounts"]"#), bad_details),
            ("authorization_details", &listed, bad_details),
            ("authorization_details", &with(r#""purpose":{"code":"income-proof"}"#), bad_details),
            (
                "authorization_details",
                &DETAILS.replace(
                    "account-aggregation\"",
                    "account-aggregation\",\"code\":\"income-proof\"",
                ),
                bad_details,
            ),
            // chrono#592, #1770
            ("authorization_details", &with(r#""transactions_from":"26-1-1""#), bad_details),
            ("authorization_details", &with(r#""transactions_from":"+262142-12-31""#), bad_details),
            ("authorization_details", &with(r#""transactions_from":"2026-1-01""#), bad_details),
            ("authorization_details", &with(r#""transactions_from":" 2026-01-01""#), bad_details),
            ("authorization_details", &with(r#""transactions_from":"2026-02-30""#), bad_details),
            (
                "authorization_details",
                &with(r#""transactions_from":"2026-01-01T00:00:00Z""#),
                bad_details,
            ),
            ("authorization_details", &in_words("a\u{202E}b"), bad_details),
            ("authorization_details", &in_words("a\u{2066}b"), bad_details),
            ("authorization_details", &in_words("a\u{200B}b"), bad_details),
            ("authorization_details", &in_words("a\u{2028}b"), bad_details),
            ("authorization_details", &in_words("a\nb"), bad_details),
            ("authorization_details", &in_words(""), bad_details),
            ("authorization_details", &in_words(&"a".repeat(301)), bad_details),
        ] {
            let denied = read(&[(name, value)]).unwrap_err();
            assert_eq!((denied.error, denied.problem), expected, "{name}={value}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_pushed_makes_it_fall_over(name in "[a-z_]{1,22}", value in ".{0,60}") {
            let _ = read(&[(name.as_str(), value.as_str())]);
            let _ = read(&[("authorization_details", value.as_str())]);
        }
    }

    fn read(changes: &[(&str, &str)]) -> Result<Pushed, Denial> {
        let challenge = sha256_base64(b"verifier");
        let mut pairs = vec![
            ("response_type", "code"),
            ("redirect_uri", "https://app/back"),
            ("scope", "accounts"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("authorization_details", DETAILS),
        ];
        pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        pairs.extend(changes);
        let pairs = pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
        let registered = BTreeSet::from(["https://app/back".to_owned()]);
        assert_eq!(to_base64(&[0; 32]).len(), challenge.len());
        Pushed::read(&Parameters::from_pairs(pairs)?, &registered)
    }
}
