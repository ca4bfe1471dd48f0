//! A consumer's server: pushes requests, trades codes, reads accounts; rightly, or wrongly on purpose.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use senim_client::{Client, Credential, Key, Presence, Pushed, Request};
use serde_json::{Value, json};
use url::Url;

use super::Answer;
use super::browser::{Browser, Person};
use super::jws::{self, Signing};
use crate::platform::{Channel, Platform};

pub struct OAuthClient<'a> {
    pub platform: &'a Platform,
    pub client: Client,
    /// Binds the tokens; without it they are bound to the certificate (RFC 8705 §3).
    pub dpop: Option<Key>,
}

/// What the token endpoint gave.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub consent: String,
}

impl OAuthClient<'_> {
    /// The same application over new connections of this channel, or of nobody's.
    pub fn over(mut self, channel: Option<&Channel>) -> Result<Self> {
        self.client.outbound = self.platform.outbound(channel)?;
        Ok(self)
    }

    pub fn request(&self, details: &Value) -> Pushed {
        self.client.push(details, self.dpop.as_ref())
    }

    pub fn authentication(&self, details: &Value) -> Pushed {
        self.client.push_authentication(details, self.dpop.as_ref())
    }

    /// A request to userinfo with this token.
    pub fn userinfo(&self, token: &str) -> Result<Request> {
        self.client.userinfo(token, self.dpop.as_ref()).context("no userinfo endpoint")
    }

    /// The request with another assertion: the true claims changed, and signed again.
    pub fn asserting(
        &self,
        request: &Request,
        signing: Signing,
        change: impl FnOnce(&mut Value),
    ) -> Result<Request> {
        let Credential::PrivateKeyJwt(key) = &self.client.credential else {
            anyhow::bail!("this client signs no assertions")
        };
        let assertion = request.parameter("client_assertion").context("no assertion")?;
        let assertion = jws::resigned(assertion, key, signing, change);
        Ok(request.clone().with_parameter("client_assertion", &assertion))
    }

    pub async fn send(&self, request: &Request) -> Result<Answer> {
        let answer = Answer::from(self.client.send(request).await?);
        for member in ["access_token", "refresh_token", "id_token"] {
            self.platform.secrets.add("token", answer.body[member].as_str().unwrap_or_default());
        }
        Ok(answer)
    }

    /// Pushes what must be taken; the address for the client's browser.
    pub async fn link(&self, pushed: &Pushed) -> Result<String> {
        let answer = self.send(&pushed.request).await?;
        anyhow::ensure!(answer.status == 201, "PAR answered {} {}", answer.told(), answer.text);
        let uri = answer.body["request_uri"].as_str().context("no request_uri")?;
        Ok(self.client.authorize_url(uri))
    }

    /// The code in the address that leads back, whose `iss` (RFC 9207) and `state` are looked at.
    pub fn code(&self, pushed: &Pushed, redirect: &str) -> Result<String> {
        let parameter = |name: &str| parameter(redirect, name);
        anyhow::ensure!(
            parameter("iss").as_deref() == Some(&self.platform.issuer),
            "another iss came back"
        );
        anyhow::ensure!(
            parameter("state").as_deref() == Some(&pushed.state),
            "another state came back"
        );
        let code =
            parameter("code").with_context(|| format!("no code, but {:?}", parameter("error")))?;
        self.platform.secrets.add("authorization code", &code);
        Ok(code)
    }

    pub async fn trade(&self, code: &str, verifier: &str) -> Result<Answer> {
        self.send(&self.client.exchange(code, verifier, self.dpop.as_ref())).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Result<Answer> {
        self.send(&self.client.refresh(refresh_token, self.dpop.as_ref())).await
    }

    /// The whole way to tokens, with the person before the camera saying yes.
    pub async fn tokens(&self, person: &Person, details: &Value) -> Result<Tokens> {
        let pushed = self.request(details);
        let link = self.link(&pushed).await?;
        let redirect = Browser::new(self.platform)?.walk(&link, person, true).await?;
        let code = self.code(&pushed, &redirect)?;
        Tokens::read(&self.trade(&code, &pushed.verifier).await?.ok()?)
    }

    /// Reads through the edge, as it should be done.
    pub async fn read(&self, tokens: &Tokens, path: &str) -> Result<Answer> {
        self.read_by(&tokens.access, path).await
    }

    /// Reads with any token text.
    pub async fn read_by(&self, token: &str, path: &str) -> Result<Answer> {
        self.send(&self.reading(token, path)).await
    }

    /// While the client is there.
    pub fn reading(&self, token: &str, path: &str) -> Request {
        self.unattended(token, path).attended(&presence())
    }

    pub fn unattended(&self, token: &str, path: &str) -> Request {
        self.client.read(&self.edge(path), token, self.dpop.as_ref())
    }

    pub fn edge(&self, path: &str) -> String {
        format!("{}/account-information/v1{path}", self.platform.edge_url)
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.platform.issuer)
    }
}

impl Tokens {
    pub fn read(answer: &Answer) -> Result<Self> {
        let tokens: senim_client::Tokens = serde_json::from_str(&answer.text)?;
        let consent = tokens.authorization_details.first().map(|it| &it["consent_id"]);
        let consent = consent.and_then(Value::as_str).context("no consent_id")?;
        Ok(Self {
            consent: consent.to_owned(),
            access: tokens.access_token,
            refresh: tokens.refresh_token.context("no refresh_token")?,
        })
    }
}

/// What the consumer asks of this client: everything at these providers, for ninety days.
pub fn details(person: &Person, providers: &[&str]) -> Value {
    json!([{
        "type": "account_information",
        "client": { "iin": person.iin, "phone": person.phone },
        "providers": providers,
        "data": ["accounts", "balances", "transactions"],
        "purpose": { "code": "account-aggregation" },
        "term_days": 90,
    }])
}

/// A client who has just signed in at the consumer.
pub fn presence() -> Presence {
    let ip_address = Ipv4Addr::LOCALHOST.into();
    Presence { signed_in_at: senim_channel::clock::now(), ip_address }
}

/// Authentication of this client, with these claims for once.
pub fn identity_details(person: &Person, claims: &[&str]) -> Value {
    json!([{
        "type": "identity",
        "client": { "iin": person.iin, "phone": person.phone },
        "claims": claims,
        "purpose": { "code": "identification" },
    }])
}

pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}
