//! The ID token that came with an access token, checked as OpenID Connect Core §3.1.3.7 says.

use senim_channel::{clock, verify_jws};
use senim_core::authorization::openid::{IdToken, at_hash};
use senim_core::jose::{JwkSet, Jws};

use crate::answer::Tokens;
use crate::client::{Client, ClientError};
use crate::request::Request;

/// How far our clock may be behind the platform's.
const AHEAD_MAX_S: i64 = 60;

impl Client {
    /// The personal data under a consent (§5.3), where the metadata name the endpoint.
    pub fn userinfo(&self, access_token: &str, binding: Option<&crate::Key>) -> Option<Request> {
        let url = self.server.userinfo_endpoint.as_ref()?;
        Some(self.read(url, access_token, binding))
    }

    /// Who was authenticated. `keys`: the answer to [`Client::keys`]; `nonce`: that of the pushed request.
    pub fn id_token(
        &self,
        tokens: &Tokens,
        keys: &JwkSet,
        nonce: &str,
    ) -> Result<IdToken, ClientError> {
        let text = tokens.id_token.as_deref().ok_or(ClientError::IdToken("none came"))?;
        let jws = Jws::parse(text).map_err(|_| ClientError::IdToken("it is no JWS"))?;
        if !verify_jws(&jws, keys) {
            return Err(ClientError::IdToken("its signature is not the platform's"));
        }
        let token: IdToken =
            jws.claims().map_err(|_| ClientError::IdToken("a claim is missing or wrong"))?;
        let now = clock::now().timestamp();
        let complaint = if token.iss != self.server.issuer {
            "iss is another issuer"
        } else if token.aud != self.client_id {
            "aud is another application"
        } else if token.exp <= now || token.iat > now + AHEAD_MAX_S {
            "it is not valid now"
        } else if token.nonce.as_deref() != Some(nonce) {
            "nonce is another request's"
        } else if token.at_hash != at_hash(&tokens.access_token) {
            "at_hash is another access token's"
        } else {
            return Ok(token);
        };
        Err(ClientError::IdToken(complaint))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use senim_channel::Outbound;
    use senim_core::jose::Jwk;
    use serde_json::{Value, json};

    use super::*;
    use crate::client::{Credential, Server};
    use crate::key::Key;

    #[test]
    fn an_id_token_is_taken_only_as_the_platform_made_it_for_this_request() {
        let (key, client) = (Key::generate(), client());
        let keys = JwkSet { keys: vec![Jwk { kid: Some("k".to_owned()), ..key.public() }] };
        let told = |claims: &Value| {
            let id_token = Some(key.sign(json!({ "kid": "k", "typ": "JWT" }), claims));
            let told = client.id_token(&tokens(id_token), &keys, "nonce");
            told.map(|it| it.sub).map_err(|error| error.to_string())
        };
        assert_eq!(told(&claims()), Ok("p".to_owned()));
        for (member, value, complaint) in [
            ("iss", json!("https://other"), "another issuer"),
            ("aud", json!("other"), "another application"),
            ("exp", json!(1), "not valid now"),
            ("iat", json!(clock::now().timestamp() + 120), "not valid now"),
            ("nonce", json!("other"), "another request's"),
            ("nonce", Value::Null, "another request's"),
            ("at_hash", json!(at_hash("other")), "another access token's"),
            ("sub", Value::Null, "missing or wrong"),
        ] {
            let mut claims = claims();
            claims[member] = value;
            let told = told(&claims).unwrap_err();
            assert!(told.contains(complaint), "{member}: {told}");
        }
        let signed = Some(Key::generate().sign(json!({ "kid": "k" }), &claims()));
        assert!(client.id_token(&tokens(signed), &keys, "nonce").is_err());
        assert!(client.id_token(&tokens(None), &keys, "nonce").is_err());
    }

    fn claims() -> Value {
        let now = clock::now().timestamp();
        json!({ "iss": "https://issuer", "sub": "p", "aud": "bank", "exp": now + 60, "iat": now, "auth_time": now,
                "nonce": "nonce", "acr": "a", "amr": [], "at_hash": at_hash("token") })
    }

    fn tokens(id_token: Option<String>) -> Tokens {
        Tokens {
            access_token: "token".to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in: 300,
            refresh_token: None,
            id_token,
            authorization_details: Vec::new(),
        }
    }

    fn client() -> Client {
        let at = |path: &str| format!("https://issuer{path}");
        Client {
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
            credential: Credential::TlsClientAuth,
            outbound: Outbound::http_or_https(None::<&Path>, Duration::from_secs(1)).unwrap(),
            nonces: crate::Nonces::default(),
        }
    }
}
