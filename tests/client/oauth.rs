//! A consumer's server: pushes requests, trades codes, reads accounts; rightly, or wrongly on purpose.

use anyhow::{Context as _, Result};
use reqwest::RequestBuilder;
use senim_core::jose;
use serde_json::{Value, json};
use url::Url;

use super::browser::{Browser, Person};
use super::jws::{self, Key, Proof, Signing};
use super::{Answer, send};
use crate::clock;
use crate::platform::Platform;

pub struct OAuthClient<'a> {
    pub platform: &'a Platform,
    pub client_id: String,
    pub redirect_uri: String,
    /// Signs client assertions; without it the certificate is the credential (RFC 8705 §2.1).
    pub assertion_key: Option<Key>,
    /// Binds the tokens; without it they are bound to the certificate (RFC 8705 §3).
    pub dpop: Option<Key>,
    /// Shows the channel's certificate.
    pub http: reqwest::Client,
}

/// A pushed authorization request before it is sent, every part of which can be spoilt.
#[derive(Clone)]
pub struct Pushed {
    pub form: Vec<(String, String)>,
    pub assertion: Option<Assertion>,
    pub dpop: Option<Proof>,
    /// What PKCE's challenge was made of.
    pub verifier: String,
    pub state: String,
}

impl Pushed {
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.form.retain(|(it, _)| it != name);
        self
    }

    #[must_use]
    pub fn assertion(mut self, change: impl FnOnce(&mut Assertion)) -> Self {
        if let Some(assertion) = &mut self.assertion {
            change(assertion);
        }
        self
    }
}

/// A client assertion before it is signed (RFC 7523 §3).
#[derive(Clone)]
pub struct Assertion {
    pub claims: Value,
    pub signing: Signing,
    pub key: Key,
}

impl Assertion {
    /// A form with this assertion in it.
    pub fn form(&self, parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut form = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        add_assertion(&mut form, Some(self));
        form
    }

    fn text(&self) -> String {
        self.key.sign(json!({ "typ": "JWT" }), &self.claims, self.signing)
    }
}

/// What the token endpoint gave.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub kind: String,
    pub consent: String,
}

impl OAuthClient<'_> {
    pub fn request(&self, details: &Value) -> Pushed {
        let verifier = jws::random_text() + &jws::random_text();
        let state = jws::random_text();
        let challenge = jose::sha256_base64(verifier.as_bytes());
        let form = [
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "accounts"),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("authorization_details", &details.to_string()),
        ];
        Pushed {
            form: form
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            assertion: self.assertion(),
            dpop: None,
            verifier,
            state,
        }
    }

    pub fn assertion(&self) -> Option<Assertion> {
        let key = self.assertion_key.clone()?;
        let now = clock::now_s();
        let claims = json!({ "iss": self.client_id, "sub": self.client_id, "aud": self.platform.issuer,
            "iat": now, "exp": now + 60, "jti": jws::random_text() });
        Some(Assertion { claims, signing: Signing::Es256, key })
    }

    pub async fn push(&self, request: &Pushed) -> Result<Answer> {
        let mut form = request.form.clone();
        add_assertion(&mut form, request.assertion.as_ref());
        let mut sent = self.http.post(self.at("/par")).form(&form);
        if let Some(proof) = &request.dpop {
            sent = sent.header("dpop", proof.text());
        }
        send(sent).await
    }

    /// Pushes what must be taken; the address for the client's browser.
    pub async fn link(&self, request: &Pushed) -> Result<String> {
        let answer = self.push(request).await?;
        anyhow::ensure!(answer.status == 201, "PAR answered {} {}", answer.told(), answer.text);
        let uri = answer.body["request_uri"].as_str().context("no request_uri")?;
        Ok(self.authorize_url(uri))
    }

    pub fn authorize_url(&self, request_uri: &str) -> String {
        let query = [("client_id", self.client_id.as_str()), ("request_uri", request_uri)];
        let base = format!("{}/authorize", self.platform.pages_url);
        Url::parse_with_params(&base, query).map(String::from).unwrap_or(base)
    }

    /// The code in the address that leads back, whose `iss` (RFC 9207) and `state` are looked at.
    pub fn code(&self, request: &Pushed, redirect: &str) -> Result<String> {
        let parameter = |name: &str| parameter(redirect, name);
        anyhow::ensure!(
            parameter("iss").as_deref() == Some(&self.platform.issuer),
            "another iss came back"
        );
        anyhow::ensure!(
            parameter("state").as_deref() == Some(&request.state),
            "another state came back"
        );
        let code =
            parameter("code").with_context(|| format!("no code, but {:?}", parameter("error")))?;
        self.platform.secrets.add("authorization code", &code);
        Ok(code)
    }

    pub async fn trade(&self, code: &str, verifier: &str) -> Result<Answer> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ];
        self.token(&form).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Result<Answer> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub async fn token(&self, parameters: &[(&str, &str)]) -> Result<Answer> {
        let mut form: Vec<_> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        form.push(("client_id".to_owned(), self.client_id.clone()));
        add_assertion(&mut form, self.assertion().as_ref());
        let url = self.at("/token");
        let mut sent = self.http.post(&url).form(&form);
        if let Some(key) = &self.dpop {
            sent = sent.header("dpop", jws::dpop(key, "POST", &url, None, clock::now_s()).text());
        }
        let answer = send(sent).await?;
        for member in ["access_token", "refresh_token"] {
            self.platform.secrets.add("token", answer.body[member].as_str().unwrap_or_default());
        }
        Ok(answer)
    }

    /// The whole way to tokens, with the person before the camera saying yes.
    pub async fn tokens(&self, person: &Person, details: &Value) -> Result<Tokens> {
        let request = self.request(details);
        let link = self.link(&request).await?;
        let redirect = Browser::new(self.platform)?.walk(&link, person, true).await?;
        let code = self.code(&request, &redirect)?;
        Tokens::read(&self.trade(&code, &request.verifier).await?.ok()?)
    }

    /// Reads through the edge, as it should be done.
    pub async fn read(&self, tokens: &Tokens, path: &str) -> Result<Answer> {
        self.read_with(&tokens.access, path, |request| request).await
    }

    /// Reads with any token text; `change` may add headers.
    pub async fn read_with(
        &self,
        token: &str,
        path: &str,
        change: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer> {
        let url = self.edge(path);
        let proof = self.dpop.as_ref().map(|key| self.proof(key, &url, token));
        self.read_proved(token, path, proof.as_ref(), change).await
    }

    pub fn proof(&self, key: &Key, url: &str, token: &str) -> Proof {
        jws::dpop(key, "GET", url, Some(token), clock::now_s())
    }

    /// Reads with this proof or none.
    pub async fn read_proved(
        &self,
        token: &str,
        path: &str,
        proof: Option<&Proof>,
        change: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer> {
        let scheme = if self.dpop.is_some() { "DPoP" } else { "Bearer" };
        let mut request =
            self.http.get(self.edge(path)).header("authorization", format!("{scheme} {token}"));
        if let Some(proof) = proof {
            request = request.header("dpop", proof.text());
        }
        send(change(request)).await
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
        let member = |name: &str| {
            answer.body[name].as_str().map(str::to_owned).context(format!("no {name}"))
        };
        Ok(Self {
            access: member("access_token")?,
            refresh: member("refresh_token")?,
            kind: member("token_type")?,
            consent: answer.body["authorization_details"][0]["consent_id"]
                .as_str()
                .context("no consent_id")?
                .to_owned(),
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

pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}

fn add_assertion(form: &mut Vec<(String, String)>, assertion: Option<&Assertion>) {
    if let Some(assertion) = assertion {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        form.push(("client_assertion_type".to_owned(), kind.to_owned()));
        form.push(("client_assertion".to_owned(), assertion.text()));
    }
}
