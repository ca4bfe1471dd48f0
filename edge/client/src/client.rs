//! The requests of an application, as FAPI 2.0 wants them.

use std::time::Duration;

use senim_channel::clock::{self, Rng as _, SystemRng};
use senim_channel::{Outbound, OutboundError};
use senim_core::authorization::openid::OPENID_SCOPE;
use senim_core::jose::sha256_base64;
use senim_core::routing::TokenClaims;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::answer::{Answer, Refusal, Tokens};
use crate::key::Key;
use crate::proof::{Nonces, proved, proved_again};
use crate::request::Request;

/// Longer than the edge waits for a provider.
const ANSWER_WITHIN: Duration = Duration::from_secs(45);
/// More than the standard lets a provider answer.
const ANSWER_MAX: usize = 4 * 1024 * 1024;
const ASSERTION_S: i64 = 60;

/// An application, and the way to its authorization server. Tokens that are bound to a DPoP key take the key with each request;
/// without one they are bound to the certificate of the connection (RFC 8705 §3).
#[derive(Clone)]
pub struct Client {
    pub server: Server,
    pub client_id: String,
    pub redirect_uri: String,
    pub credential: Credential,
    /// Shows the participant's certificate.
    pub outbound: Outbound,
    /// Of the servers that want DPoP proofs to name one.
    pub nonces: Nonces,
}

/// What the application proves itself with.
#[derive(Clone)]
pub enum Credential {
    /// `private_key_jwt`: this key signs assertions (RFC 7523).
    PrivateKeyJwt(Key),
    /// `tls_client_auth`: the certificate of the connection (RFC 8705 §2.1).
    TlsClientAuth,
}

/// RFC 8414 §2, what is needed of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub pushed_authorization_request_endpoint: String,
    pub revocation_endpoint: String,
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
}

/// A pushed authorization request, and what is kept until the client's browser comes back.
#[derive(Clone)]
pub struct Pushed {
    pub request: Request,
    pub state: String,
    /// What PKCE's challenge was made of.
    pub verifier: String,
    /// What the ID token must repeat; in a request for authentication.
    pub nonce: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("the platform refused: {} {}", .0.status.as_u16(), .0.code.as_deref().unwrap_or_default())]
    Refused(Refusal),
    #[error("the answer can't be read: {0}")]
    Answer(serde_json::Error),
    /// RFC 8414 §3.3.
    #[error("the metadata is another issuer's")]
    Issuer,
    #[error("the token is bound otherwise than was asked")]
    Binding,
    #[error("a security event is not signed by the platform, or not for this application")]
    Event,
    /// OpenID Connect Core §3.1.3.7.
    #[error("the ID token is not to be trusted: {0}")]
    IdToken(&'static str),
}

impl From<Refusal> for ClientError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Server {
    /// RFC 8414 §3.
    pub async fn discover(outbound: &Outbound, issuer: &str) -> Result<Self, ClientError> {
        let url = format!("{issuer}/.well-known/oauth-authorization-server");
        let server: Self = send(outbound, &Request::get(url)).await?.ok()?.json()?;
        if server.issuer == issuer { Ok(server) } else { Err(ClientError::Issuer) }
    }
}

impl Client {
    /// Pushes what is asked (RFC 9126): `authorization_details` is the list of RFC 9396.
    pub fn push(&self, authorization_details: &Value, binding: Option<&Key>) -> Pushed {
        self.pushed(TokenClaims::SCOPE, None, authorization_details, binding)
    }

    /// Pushes a request for authentication (OpenID Connect Core §3.1.2.1), with or without personal data.
    pub fn push_authentication(
        &self,
        authorization_details: &Value,
        binding: Option<&Key>,
    ) -> Pushed {
        let nonce = Some(SystemRng.token());
        self.pushed(OPENID_SCOPE, nonce, authorization_details, binding)
    }

    fn pushed(
        &self,
        scope: &str,
        nonce: Option<String>,
        authorization_details: &Value,
        binding: Option<&Key>,
    ) -> Pushed {
        let (state, verifier) = (SystemRng.token(), SystemRng.token());
        let mut form = vec![
            ("response_type", "code"),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", &state),
            ("code_challenge_method", "S256"),
        ];
        let challenge = sha256_base64(verifier.as_bytes());
        form.push(("code_challenge", &challenge));
        let details = authorization_details.to_string();
        form.push(("authorization_details", &details));
        form.extend(nonce.as_deref().map(|it| ("nonce", it)));
        // Only who holds this key can trade the code (RFC 9449 §10).
        let thumbprint = binding.map(Key::thumbprint);
        if let Some(thumbprint) = &thumbprint {
            form.push(("dpop_jkt", thumbprint));
        }
        let url = &self.server.pushed_authorization_request_endpoint;
        let request = self.authenticated(url, &form);
        Pushed { request, state, verifier, nonce }
    }

    /// Where the client's browser goes with the `request_uri` that a pushed request gave.
    pub fn authorize_url(&self, request_uri: &str) -> String {
        let query = [("client_id", self.client_id.as_str()), ("request_uri", request_uri)];
        let base = &self.server.authorization_endpoint;
        Url::parse_with_params(base, query).map_or_else(|_| base.clone(), String::from)
    }

    /// Trades the code that came back for tokens.
    pub fn exchange(&self, code: &str, verifier: &str, binding: Option<&Key>) -> Request {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ];
        self.token(&form, binding)
    }

    pub fn refresh(&self, refresh_token: &str, binding: Option<&Key>) -> Request {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.token(&form, binding)
    }

    /// Gives a consent back (RFC 7009).
    pub fn revoke(&self, token: &str) -> Request {
        self.authenticated(&self.server.revocation_endpoint, &[("token", token)])
    }

    /// A `GET` with an access token.
    pub fn read(&self, url: &str, access_token: &str, binding: Option<&Key>) -> Request {
        let request = Request::get(url.to_owned());
        let scheme = if binding.is_some() { "DPoP" } else { "Bearer" };
        let request = request.with_header("authorization", &format!("{scheme} {access_token}"));
        proved(request, binding, Some(access_token), &self.nonces)
    }

    /// A request to the token endpoint.
    pub fn token(&self, form: &[(&str, &str)], binding: Option<&Key>) -> Request {
        let request = self.authenticated(&self.server.token_endpoint, form);
        proved(request, binding, None, &self.nonces)
    }

    /// The tokens in an answer of the token endpoint, bound as was asked.
    pub fn tokens(answer: &Answer, binding: Option<&Key>) -> Result<Tokens, ClientError> {
        let tokens: Tokens = answer.json()?;
        let kind = if binding.is_some() { "DPoP" } else { "Bearer" };
        let bound = tokens.token_type.eq_ignore_ascii_case(kind);
        if bound { Ok(tokens) } else { Err(ClientError::Binding) }
    }

    /// Sends it once; a `GET` whose connection was closed under it once more, and so a request whose DPoP proof must name
    /// the nonce that came with the refusal (RFC 9449 §9).
    pub async fn send(&self, request: &Request) -> Result<Answer, OutboundError> {
        let answer = send(&self.outbound, request).await?;
        self.nonces.keep(&request.url, &answer);
        let Some(again) = proved_again(request, &answer, &self.nonces) else { return Ok(answer) };
        let answer = send(&self.outbound, &again).await?;
        self.nonces.keep(&request.url, &answer);
        Ok(answer)
    }

    fn authenticated(&self, url: &str, form: &[(&str, &str)]) -> Request {
        let request = Request::post(url.to_owned(), form);
        let request = request.with_parameter("client_id", &self.client_id);
        match &self.credential {
            Credential::TlsClientAuth => request,
            Credential::PrivateKeyJwt(key) => request
                .with_parameter(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .with_parameter("client_assertion", &self.assertion(key)),
        }
    }

    /// RFC 7523 §3, `aud` as FAPI 2.0 §5.3.2.1 wants it: the issuer.
    fn assertion(&self, key: &Key) -> String {
        let now = clock::now().timestamp();
        let claims = json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.server.issuer,
            "jti": SystemRng.token(),
            "iat": now,
            "exp": now + ASSERTION_S,
        });
        key.sign(json!({ "typ": "JWT", "kid": key.thumbprint() }), &claims)
    }
}

async fn send(outbound: &Outbound, request: &Request) -> Result<Answer, OutboundError> {
    let answer = outbound.send(request.to_http()?, ANSWER_WITHIN).await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    Ok(Answer { status, headers, body: answer.body(ANSWER_MAX).await? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use http::Method;
    use senim_channel::verify_jws;
    use senim_core::jose::{Jwk, JwkSet, Jws};

    use super::*;

    #[test]
    fn a_pushed_request_is_signed_and_names_the_key_of_its_tokens() {
        let (client, key, binding) = client();
        let details = json!([{ "type": "account_information" }]);
        let pushed = client.push(&details, Some(&binding));
        let form: BTreeMap<_, _> = pushed.request.form.iter().cloned().collect();
        assert_eq!(form.len(), pushed.request.form.len(), "a parameter stands there twice");
        assert_eq!(form["code_challenge"], sha256_base64(pushed.verifier.as_bytes()));
        assert_eq!((&form["state"], &form["dpop_jkt"]), (&pushed.state, &binding.thumbprint()));
        assert_eq!(form["authorization_details"], details.to_string());
        let claims = checked(&form["client_assertion"], &key, "JWT");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!("bank"), &json!("https://issuer")));
        assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|it| it + ASSERTION_S));
        let again = client.push(&details, None).request;
        assert_ne!(again.parameter("client_assertion"), Some(form["client_assertion"].as_str()));
        assert_eq!(again.parameter("dpop_jkt"), None);
    }

    #[test]
    fn a_read_is_bound_to_its_key_method_address_and_token() {
        let (client, _, binding) = client();
        let read = client.read("https://edge/accounts?limit=1", "token", Some(&binding));
        assert_eq!(read.header("authorization"), Some("DPoP token"));
        let claims = checked(read.header("dpop").unwrap(), &binding, "dpop+jwt");
        assert_eq!(
            (&claims["htm"], &claims["htu"]),
            (&json!("GET"), &json!("https://edge/accounts"))
        );
        assert_eq!(claims["ath"], sha256_base64(b"token"));
        let bare = client.read("https://edge/accounts", "token", None);
        assert_eq!((bare.header("authorization"), bare.headers.len()), (Some("Bearer token"), 1));
    }

    #[test]
    fn a_certificate_alone_signs_nothing() {
        let (mut client, _, _) = client();
        client.credential = Credential::TlsClientAuth;
        let form = client.refresh("r", None).form;
        let names: Vec<_> = form.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(names, ["grant_type", "refresh_token", "client_id"]);
        assert_eq!(client.revoke("r").url, "https://issuer/revoke");
        assert_eq!(client.poll_events(&[]).url, "https://issuer/signals/bank/poll");
    }

    #[test]
    fn a_request_is_altered_as_plain_data() {
        let (client, _, binding) = client();
        let request = client.exchange("code", "verifier", Some(&binding));
        let altered = request.clone().without_parameter("code_verifier").without_header("dpop");
        let altered =
            altered.with_parameter("code", "ä b").with_header("x-odd", "1").to_http().unwrap();
        assert_eq!((altered.method(), altered.headers().len()), (&Method::POST, 2));
        let body = std::str::from_utf8(altered.body()).unwrap();
        assert!(body.ends_with("&code=%C3%A4+b") && !body.contains("verifier"), "{body}");
        assert!(request.with_header("x-odd", "\n").to_http().is_err());
    }

    #[test]
    fn a_refusal_is_read_whoever_wrote_it() {
        let refusal = |body: &'static str| {
            let answer = Answer {
                status: http::StatusCode::BAD_REQUEST,
                headers: http::HeaderMap::new(),
                body: body.into(),
            };
            let refusal = answer.refusal();
            (refusal.code, refusal.sentence)
        };
        let told = |code: &str, sentence: &str| (Some(code.to_owned()), Some(sentence.to_owned()));
        let problem = r#"{"code":"consent.expired","title":"It has expired","status":401}"#;
        assert_eq!(refusal(problem), told("consent.expired", "It has expired"));
        let oauth =
            r#"{"error":"invalid_grant","error_description":"No","problem":"code.expired"}"#;
        assert_eq!(refusal(oauth), told("code.expired", "No"));
        assert_eq!(refusal("<html>"), (None, None));
    }

    #[test]
    fn a_token_that_is_bound_otherwise_is_not_taken() {
        let answer = |kind: &str| Answer {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: json!({ "access_token": "a", "token_type": kind, "expires_in": 300 })
                .to_string()
                .into(),
        };
        let key = Key::generate();
        assert!(Client::tokens(&answer("DPoP"), Some(&key)).is_ok());
        assert!(Client::tokens(&answer("bearer"), None).is_ok());
        for (kind, key) in [("Bearer", Some(&key)), ("DPoP", None)] {
            let refused = Client::tokens(&answer(kind), key);
            assert!(matches!(refused, Err(ClientError::Binding)), "{kind}");
        }
    }

    #[test]
    fn a_key_comes_back_from_its_text() {
        let key = Key::generate();
        let again = Key::from_text(&key.to_text()).unwrap();
        assert_eq!(again.thumbprint(), key.thumbprint());
        assert!(Key::from_text("AAAA").is_none());
        assert!(Key::from_pem("no key").is_none());
    }

    fn client() -> (Client, Key, Key) {
        let (key, binding) = (Key::generate(), Key::generate());
        let at = |path: &str| format!("https://issuer{path}");
        let client = Client {
            server: Server {
                issuer: at(""),
                authorization_endpoint: at("/authorize"),
                token_endpoint: at("/token"),
                pushed_authorization_request_endpoint: at("/par"),
                revocation_endpoint: at("/revoke"),
                userinfo_endpoint: None,
            },
            client_id: "bank".to_owned(),
            redirect_uri: "https://bank.example/back".to_owned(),
            credential: Credential::PrivateKeyJwt(key.clone()),
            outbound: Outbound::http_or_https(None::<&Path>, ANSWER_WITHIN).unwrap(),
            nonces: Nonces::default(),
        };
        (client, key, binding)
    }

    /// The claims of a JWS that this key signed.
    fn checked(text: &str, key: &Key, typ: &str) -> Value {
        let jws = Jws::parse(text).unwrap();
        // An assertion names its key as it is registered: by its thumbprint.
        let name = jws.header.kid.is_some().then(|| key.thumbprint());
        let keys = JwkSet { keys: vec![Jwk { kid: name, ..key.public() }] };
        assert!(jws.is_type(typ) && verify_jws(&jws, &keys));
        jws.claims().unwrap()
    }
}
