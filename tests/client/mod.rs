//! Clients of the platform that know every wrong way of asking.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::redirect::Policy;
use reqwest::{Certificate, RequestBuilder};
use serde_json::Value;

pub mod browser;
pub mod console;
pub mod jws;
pub mod oauth;
pub mod passkey;
pub mod world;

/// What came back, read as far as it can be.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub cookies: Vec<String>,
    pub content_type: String,
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// `403 participant.suspended`, `400 invalid_request`, `403 unauthorized_client participant.suspended`,
    /// `200`: what a row of the table expects.
    pub fn told(&self) -> String {
        let mut told = self.status.to_string();
        for member in ["error", "problem", "code"] {
            if self.status >= 400
                && let Some(text) = self.body[member].as_str()
            {
                told.push(' ');
                told.push_str(text);
            }
        }
        told
    }

    pub fn ok(self) -> Result<Self> {
        anyhow::ensure!((200..300).contains(&self.status), "answered {}", self.told());
        Ok(self)
    }
}

impl From<senim_client::Answer> for Answer {
    fn from(answer: senim_client::Answer) -> Self {
        let header = |name: &str| answer.header(name).map(str::to_owned);
        Self {
            status: answer.status.as_u16(),
            location: header("location"),
            cookies: Vec::new(),
            content_type: header("content-type").unwrap_or_default(),
            body: answer.json().unwrap_or_default(),
            text: String::from_utf8_lossy(&answer.body).into_owned(),
        }
    }
}

/// An HTTP client that trusts only the demo's CA, follows no redirect and shows this certificate.
pub fn http(ca_pem: &str, identity_pem: Option<&str>) -> Result<reqwest::Client> {
    builder(ca_pem, identity_pem)?.build().context("an HTTP client")
}

/// The same, speaking HTTP/1.1 alone.
pub fn http_1(ca_pem: &str, identity_pem: Option<&str>) -> Result<reqwest::Client> {
    builder(ca_pem, identity_pem)?.http1_only().build().context("an HTTP client")
}

fn builder(ca_pem: &str, identity_pem: Option<&str>) -> Result<reqwest::ClientBuilder> {
    // The second of two calls finds it installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(Duration::from_mins(1))
        .add_root_certificate(Certificate::from_pem(ca_pem.as_bytes())?);
    if let Some(pem) = identity_pem {
        builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes())?);
    }
    Ok(builder)
}

pub async fn send(request: RequestBuilder) -> Result<Answer> {
    let response = request.send().await?;
    let header = |name: &str| {
        response.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
    };
    let (location, content_type) = (header("location"), header("content-type").unwrap_or_default());
    let cookies = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|it| it.to_str().ok().map(str::to_owned))
        .collect();
    let status = response.status().as_u16();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or_default();
    Ok(Answer { status, location, cookies, content_type, body, text })
}
