//! The operator at the console's HTTP API.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Answer, send};
use crate::clock;
use crate::platform::Platform;

pub struct Console {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Console {
    /// A code works once: where somebody has just signed in with this one, the next is taken already, and after that waited
    /// for.
    pub async fn sign_in(platform: &Platform) -> Result<Self> {
        let http = platform.http()?;
        let limit = Duration::from_secs(65);
        let answer = clock::until("the operator's sign-in", limit, async || {
            for ahead in [0, 1] {
                let code = platform.one_time_code(ahead)?;
                let answer = enter(platform, &http, &code).await?;
                if (200..300).contains(&answer.status) {
                    return Ok(answer);
                }
            }
            // Two codes are used: failed tries would lock the operator out.
            tokio::time::sleep(Duration::from_secs(15)).await;
            anyhow::bail!("both codes were used before")
        })
        .await?;
        let cookie = answer
            .cookies
            .iter()
            .find(|it| it.starts_with("senim_console="))
            .and_then(|it| it.split(';').next())
            .context("no console cookie")?
            .to_owned();
        Ok(Self { http, base: format!("{}/api/console", platform.pages_url), cookie })
    }

    /// `name=value`.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Signs in twice with the same one-time code; what the second try is answered.
    pub async fn replay(platform: &Platform) -> Result<Answer> {
        let http = platform.http()?;
        let code = platform.one_time_code(0)?;
        // Whether the first is taken does not matter: an earlier sign-in may have used this code.
        enter(platform, &http, &code).await?;
        enter(platform, &http, &code).await
    }

    pub async fn suspend(&self, bin: &str) -> Result<Answer> {
        self.post(
            &format!("/participants/{bin}/suspend"),
            &json!({ "reason": "a row of the table" }),
        )
        .await
    }

    pub async fn resume(&self, bin: &str) -> Result<Answer> {
        self.post(&format!("/participants/{bin}/resume"), &json!({})).await
    }

    pub async fn get(&self, path: &str) -> Result<Answer> {
        send(self.http.get(format!("{}{path}", self.base)).header("cookie", &self.cookie)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        let request = self.http.post(format!("{}{path}", self.base)).header("senim-page", "1");
        send(request.header("cookie", &self.cookie).json(body)).await
    }
}

async fn enter(platform: &Platform, http: &reqwest::Client, code: &str) -> Result<Answer> {
    let operator = &platform.material.operator;
    let body = json!({ "name": operator.name, "password": operator.password, "code": code });
    let url = format!("{}/api/console/sign-in", platform.pages_url);
    send(http.post(url).header("senim-page", "1").json(&body)).await
}
