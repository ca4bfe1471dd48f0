//! The app's server towards Senim: FAPI 2.0 with `private_key_jwt`, PKCE, DPoP, over the participant's channel.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use rand::Rng as _;
use senim_channel::{Identity, client_config};
use senim_core::consent::Asked;
use senim_core::exchange::{Envelope, Route};
use senim_core::id::Bin;
use senim_core::jose::{Algorithm, from_base64, joined, sha256_base64, to_base64, unsigned};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::kept::Trouble;
use super::random_name;
use crate::clock;
use crate::settings::Settings;
use crate::setup::public_jwk;

/// Longer than the edge waits for a provider.
const ANSWER_WITHIN: Duration = Duration::from_secs(45);
const ASSERTION_S: i64 = 60;
/// A token is renewed this long before it ends.
const RENEW_BEFORE_S: i64 = 10;

pub(super) struct Platform {
    http: reqwest::Client,
    issuer: String,
    edge_url: String,
    client_id: String,
    key: SigningKey,
    kid: String,
    metadata: OnceCell<Metadata>,
}

/// RFC 8414 §2, what is needed of it.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    pushed_authorization_request_endpoint: String,
    revocation_endpoint: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    access: String,
    access_ends_at: DateTime<Utc>,
    refresh: Option<String>,
}

impl Tokens {
    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.access_ends_at - now).num_seconds() > RENEW_BEFORE_S
    }
}

/// A key pair of the link's own: the tokens are good only with it (RFC 9449).
pub(super) struct ProofKey(p256::SecretKey);

impl ProofKey {
    pub(super) fn new() -> Result<Self> {
        let bytes: [u8; 32] = rand::rng().random();
        Ok(Self(p256::SecretKey::from_slice(&bytes)?))
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        p256::SecretKey::from_slice(&from_base64(text).ok()?).ok().map(Self)
    }

    pub(super) fn to_text(&self) -> String {
        to_base64(&self.0.to_bytes())
    }

    fn thumbprint(&self) -> String {
        public_jwk(&self.0).thumbprint()
    }

    /// RFC 9449 §4.2.
    fn proof(&self, method: &str, url: &str, token: Option<&str>) -> String {
        let mut jwk = public_jwk(&self.0);
        jwk.kid = None;
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let mut claims = json!({
            "jti": random_name(),
            "htm": method,
            "htu": url,
            "iat": clock::now().timestamp(),
        });
        if let Some(token) = token {
            claims["ath"] = sha256_base64(token.as_bytes()).into();
        }
        let part = |it: &Value| to_base64(it.to_string().as_bytes());
        let text = format!("{}.{}", part(&header), part(&claims));
        let signature: Signature = SigningKey::from(&self.0).sign(text.as_bytes());
        joined(&text, &signature.to_bytes())
    }
}

#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    token_type: String,
    expires_in: i64,
    refresh_token: Option<String>,
}

/// RFC 9457 and RFC 6749 §5.2 alike.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: Option<String>,
    title: Option<String>,
    problem: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Platform {
    pub(super) fn open(settings: &Settings) -> Result<Self> {
        let consumer = &settings.consumer;
        let identity = Identity { certificate: &consumer.certificate, key: &consumer.key };
        let http = reqwest::Client::builder()
            .use_preconfigured_tls(client_config(&settings.ca, Some(identity))?)
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_WITHIN)
            .build()?;
        let secret = p256::SecretKey::read_pkcs8_pem_file(&consumer.application_key)
            .with_context(|| consumer.application_key.display().to_string())?;
        Ok(Self {
            http,
            issuer: settings.issuer.clone(),
            edge_url: settings.edge_url.clone(),
            client_id: consumer.client_id.clone(),
            kid: public_jwk(&secret).thumbprint(),
            key: SigningKey::from(secret),
            metadata: OnceCell::new(),
        })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Pushes what is asked (RFC 9126); answers where to send the client's browser.
    pub(super) async fn push(
        &self,
        asked: &Asked,
        redirect_uri: &str,
        state: &str,
        verifier: &str,
        key: &ProofKey,
    ) -> Result<String, Trouble> {
        let metadata = self.metadata().await?;
        let details = serde_json::to_string(&[asked]).map_err(|_| trouble("internal"))?;
        let form = [
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            ("scope", "accounts"),
            ("state", state),
            ("code_challenge", &sha256_base64(verifier.as_bytes())),
            ("code_challenge_method", "S256"),
            ("dpop_jkt", &key.thumbprint()),
            ("authorization_details", &details),
        ];
        let url = &metadata.pushed_authorization_request_endpoint;
        let pushed: Pushed = self.post(url, &form, None).await?;
        let mut url =
            url::Url::parse(&metadata.authorization_endpoint).map_err(|_| trouble("internal"))?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("request_uri", &pushed.request_uri);
        Ok(url.into())
    }

    pub(super) async fn exchange(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        key: &ProofKey,
    ) -> Result<Tokens, Trouble> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        self.tokens(&form, None, key).await
    }

    pub(super) async fn renew(&self, tokens: &Tokens, key: &ProofKey) -> Result<Tokens, Trouble> {
        let Some(refresh) = &tokens.refresh else { return Err(trouble("token.expired")) };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        self.tokens(&form, Some(refresh.clone()), key).await
    }

    /// Gives the consent back (RFC 7009).
    pub(super) async fn revoke(&self, tokens: &Tokens, key: &ProofKey) -> Result<(), Trouble> {
        let url = &self.metadata().await?.revocation_endpoint;
        let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
        let response = self.send(url, &[("token", token.as_str())], Some(key)).await?;
        if response.status().is_success() { Ok(()) } else { Err(refused(response).await) }
    }

    /// One read of the standard through the edge.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        route: &Route,
        bank: Bin,
        tokens: &Tokens,
        key: &ProofKey,
    ) -> Result<Envelope<T>, Trouble> {
        let url = format!("{}{route}", self.edge_url);
        // RFC 9449 §4.2: without query.
        let target = url.split('?').next().unwrap_or(&url);
        let request = self
            .http
            .get(&url)
            .header("authorization", format!("DPoP {}", tokens.access))
            .header("dpop", key.proof("GET", target, Some(&tokens.access)))
            .header("senim-provider", bank.to_string())
            .header("x-fapi-interaction-id", interaction_id());
        let response = request.send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        response.json().await.map_err(|_| trouble("provider.answer-invalid"))
    }

    async fn metadata(&self) -> Result<&Metadata, Trouble> {
        self.metadata
            .get_or_try_init(|| async {
                let url = format!("{}/.well-known/oauth-authorization-server", self.issuer);
                let response = self.http.get(url).send().await.map_err(unreachable)?;
                let metadata: Metadata = response.json().await.map_err(unreachable)?;
                // RFC 8414 §3.3.
                if metadata.issuer == self.issuer { Ok(metadata) } else { Err(trouble("issuer")) }
            })
            .await
    }

    async fn tokens(
        &self,
        form: &[(&str, &str)],
        refresh: Option<String>,
        key: &ProofKey,
    ) -> Result<Tokens, Trouble> {
        let url = &self.metadata().await?.token_endpoint;
        let answer: TokenAnswer = self.post(url, form, Some(key)).await?;
        if !answer.token_type.eq_ignore_ascii_case("DPoP") {
            return Err(trouble("token.binding"));
        }
        let access_ends_at =
            clock::now() + chrono::TimeDelta::seconds(answer.expires_in.clamp(0, 86_400));
        // A refresh token is not rotated (FAPI 2.0 §5.3.2.1): the one that is there stays.
        Ok(Tokens {
            access: answer.access_token,
            access_ends_at,
            refresh: answer.refresh_token.or(refresh),
        })
    }

    async fn post<T: DeserializeOwned>(
        &self,
        url: &str,
        form: &[(&str, &str)],
        key: Option<&ProofKey>,
    ) -> Result<T, Trouble> {
        let response = self.send(url, form, key).await?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        response.json().await.map_err(|_| trouble("internal"))
    }

    async fn send(
        &self,
        url: &str,
        form: &[(&str, &str)],
        key: Option<&ProofKey>,
    ) -> Result<reqwest::Response, Trouble> {
        let assertion = self.assertion().ok_or_else(|| trouble("internal"))?;
        let mut all = vec![
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        all.extend_from_slice(form);
        let mut request = self.http.post(url).form(&all);
        if let Some(key) = key {
            request = request.header("dpop", key.proof("POST", url, None));
        }
        request.send().await.map_err(unreachable)
    }

    /// RFC 7523 §3, `aud` as FAPI 2.0 §5.3.2.1 wants it: the issuer.
    fn assertion(&self) -> Option<String> {
        let now = clock::now().timestamp();
        let claims = json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": random_name(),
            "iat": now,
            "exp": now + ASSERTION_S,
        });
        let text = unsigned("JWT", Algorithm::Es256, &self.kid, &claims).ok()?;
        let signature: Signature = self.key.sign(text.as_bytes());
        Some(joined(&text, &signature.to_bytes()))
    }
}

fn interaction_id() -> String {
    let it = format!("{:032x}", rand::rng().random::<u128>());
    format!("{}-{}-4{}-8{}-{}", &it[..8], &it[8..12], &it[13..16], &it[17..20], &it[20..])
}

async fn refused(response: reqwest::Response) -> Trouble {
    let status = response.status();
    let refusal: Refusal = response.json().await.unwrap_or_default();
    let code = refusal.code.or(refusal.problem).or(refusal.error);
    let sentence = refusal.title.or(refusal.error_description);
    tracing::warn!(%status, code, "the platform refused");
    Trouble {
        code: code.unwrap_or_else(|| format!("status-{}", status.as_u16())),
        sentence: sentence.unwrap_or_default(),
    }
}

fn unreachable(error: reqwest::Error) -> Trouble {
    tracing::warn!(error = %error.without_url(), "the platform does not answer");
    trouble("platform.unreachable")
}

fn trouble(code: &str) -> Trouble {
    Trouble { code: code.to_owned(), sentence: String::new() }
}
