//! The outside world's own doors for tests: text messages, the state register, failing providers.

use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use senim_world::cast;
pub use senim_world::provider::Fault;
use serde_json::json;

use super::browser::Person;
use super::{Answer, send};
use crate::clock;
use crate::platform::{self, Platform};

pub struct World<'a> {
    platform: &'a Platform,
    http: reqwest::Client,
}

impl<'a> World<'a> {
    pub fn new(platform: &'a Platform) -> Result<Self> {
        Ok(Self { platform, http: platform.http()? })
    }

    /// Texts that reached this phone, newest first.
    pub async fn messages(&self, phone: &str) -> Result<Vec<String>> {
        let request = self.http.get(self.url("/sms/v1/messages")).query(&[("to", phone)]);
        let answer = send(request).await?.ok()?;
        let messages = answer.body["messages"].as_array().context("no list of messages")?;
        Ok(messages.iter().filter_map(|it| it["text"].as_str().map(str::to_owned)).collect())
    }

    /// Messages with a code among them, newest first: alerts come as well, and whenever they like.
    pub async fn codes(&self, phone: &str) -> Result<Vec<String>> {
        let messages = self.messages(phone).await?;
        Ok(messages.iter().filter_map(|it| six_digits(it)).collect())
    }

    /// The newest code, which comes after the answer that announced it.
    pub async fn code_for(&self, phone: &str) -> Result<String> {
        self.code_after(phone, 0).await
    }

    /// The same, when this many codes had come before.
    pub async fn code_after(&self, phone: &str, before: usize) -> Result<String> {
        clock::until("a text message", Duration::from_secs(10), async || {
            let codes = self.codes(phone).await?;
            anyhow::ensure!(codes.len() > before, "no further code");
            let code = codes.first().context("no code")?.clone();
            self.platform.secrets.add("SMS code", &code);
            Ok(code)
        })
        .await
    }

    /// Somebody new in the state register, with the face of the genuine recording.
    pub async fn register(&self) -> Result<Person> {
        let photo = self.platform.people.0.join(format!("{}.jpg", cast::AINUR.photo));
        let phone = format!("+7705{:07}", rand::random::<u32>() % 10_000_000);
        let answer = self.registering(&phone, &std::fs::read(photo)?).await?;
        let answer = answer.ok().context("registering")?;
        let iin = answer.body["iin"].as_str().context("no IIN")?.to_owned();
        let person = Person { iin, phone, portrait: cast::AINUR.camera.to_owned() };
        platform::remember(&self.platform.secrets, &person);
        Ok(person)
    }

    /// What the register says to this photo.
    pub async fn registering(&self, phone: &str, photo: &[u8]) -> Result<Answer> {
        let body = json!({ "surname": "Сынақ", "name": "Адам", "birthDate": "1991-05-17", "sex": "female",
            "phone": phone, "photo": STANDARD.encode(photo) });
        let request = self.http.post(self.url("/register")).header("senim-page", "1").json(&body);
        send(request).await
    }

    /// Breaks the first provider, or mends it.
    pub async fn fault(&self, fault: Fault) -> Result<()> {
        let body = json!({ "bin": self.platform.material.provider_bin, "mode": fault });
        send(self.http.post(self.url("/faults")).header("senim-page", "1").json(&body))
            .await?
            .ok()?;
        Ok(())
    }

    /// Whether the sample consumer keeps what it must delete.
    pub async fn keeps(&self, keeps: bool) -> Result<()> {
        let request = self.http.post(self.url("/faults/consumer")).header("senim-page", "1");
        send(request.json(&json!({ "keeps": keeps }))).await?.ok()?;
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.platform.material.outside_url)
    }
}

fn six_digits(text: &str) -> Option<String> {
    text.split(|it: char| !it.is_ascii_digit()).find(|it| it.len() == 6).map(str::to_owned)
}
