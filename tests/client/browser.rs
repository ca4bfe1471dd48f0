//! A client's browser without a browser: the identity session and the cabinet by their HTTP API.

use anyhow::{Context as _, Result};
use reqwest::RequestBuilder;
use senim_core::consent::words;
use senim_core::id::SessionId;
use senim_core::liveness::challenge::Challenge;
use serde_json::{Value, json};

use super::oauth::parameter;
use super::{Answer, send};
use crate::clock::Stopwatch;
use crate::frames;
use crate::platform::Platform;

/// Who sits before the camera, and what they answer.
#[derive(Clone, Debug)]
pub struct Person {
    pub iin: String,
    pub phone: String,
    /// The portrait that their camera shows: a name in the folder of people.
    pub portrait: String,
}

pub struct Browser<'a> {
    platform: &'a Platform,
    http: reqwest::Client,
    cookie: Option<String>,
    /// Since the last challenge came.
    asked: Option<Stopwatch>,
    /// That the page shows.
    session: Option<String>,
}

impl<'a> Browser<'a> {
    pub fn new(platform: &'a Platform) -> Result<Self> {
        Ok(Self { platform, http: platform.http()?, cookie: None, asked: None, session: None })
    }

    /// `name=value`, once there is one.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Follows the consumer's link, whose page opens the session.
    pub async fn open(&mut self, url: &str) -> Result<Answer> {
        let answer = send(self.with_cookie(self.http.get(url))).await?;
        if answer.status != 200 {
            return Ok(answer);
        }
        let of_link = |name| parameter(url, name).with_context(|| format!("no {name} in the link"));
        let (client_id, request_uri) = (of_link("client_id")?, of_link("request_uri")?);
        let body = json!({ "client_id": client_id, "request_uri": request_uri });
        self.post("/api/identity/open", &body).await
    }

    /// Enters by the door of the cabinet, without any bank.
    pub async fn sign_in(&mut self) -> Result<Answer> {
        self.post("/api/cabinet/sign-in", &json!({})).await
    }

    pub async fn get(&self, path: &str) -> Result<Answer> {
        send(self.with_cookie(self.http.get(self.url(path)))).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        let request = self.http.post(self.url(path)).header("senim-page", "1").json(body);
        let answer = send(self.with_cookie(request)).await?;
        self.remember(&answer);
        Ok(answer)
    }

    /// A body of any kind, for what is not JSON.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Result<Answer> {
        let request = self.http.post(self.url(path)).header("senim-page", "1");
        send(self.with_cookie(request).header("content-type", content_type).body(body)).await
    }

    /// What to do before the camera, of what the genuine recording shows.
    pub async fn challenge(&mut self) -> Result<Challenge> {
        let wishes = serde_json::to_value(frames::WISHES)?;
        let answer = self.post("/api/identity/liveness/challenge", &wishes).await?;
        self.asked = Some(Stopwatch::start());
        frames::asked(&answer.ok().context("challenge")?.body)
    }

    /// Sends a pack as it is.
    pub async fn send_frames(&self, pack: Vec<u8>) -> Result<Answer> {
        self.post_raw("/api/identity/liveness", "application/vnd.senim.frames", pack).await
    }

    /// Sends a pack after as long as its person was before the camera: the platform has a clock of its own.
    pub async fn perform(&self, pack: Vec<u8>) -> Result<Answer> {
        let length = frames::length(&pack).unwrap_or_default();
        // The making of the pack took a part of it.
        let gone = self.asked.map(Stopwatch::elapsed).unwrap_or_default();
        tokio::time::sleep(length.saturating_sub(gone)).await;
        self.send_frames(pack).await
    }

    /// The genuine person does as asked, filmed as never before.
    pub fn genuine(&self, challenge: &Challenge) -> Result<Vec<u8>> {
        frames::genuine(&self.platform.people.0, challenge, rand::random())
    }

    /// The same while others go on: filming takes a core for a second or two.
    async fn filmed(&self, challenge: &Challenge) -> Result<Vec<u8>> {
        let (people, challenge) = (self.platform.people.0.clone(), challenge.clone());
        let film = move || frames::genuine(&people, &challenge, rand::random());
        tokio::task::spawn_blocking(film).await?
    }

    pub async fn accept_agreement(&mut self) -> Result<Answer> {
        let view = self.get("/api/identity").await?;
        let edition = &view.body["agreement"]["edition"];
        let answer = json!({ "accept": true, "edition": edition, "language": "en" });
        self.post("/api/identity/agreement", &answer).await
    }

    pub async fn confirm_iin(&mut self, iin: &str) -> Result<Answer> {
        self.post("/api/identity/iin", &json!({ "iin": iin })).await
    }

    pub async fn enter_code(&mut self, code: &str) -> Result<Answer> {
        self.post("/api/identity/code", &json!({ "code": code })).await
    }

    pub async fn answer_consent(&mut self, approve: bool) -> Result<Answer> {
        let view = self.get("/api/identity").await?;
        let agreed =
            serde_json::from_value::<words::Agreed>(view.body["consent"]["agreed"].clone());
        let text_hash = agreed.map(|it| it.hash()).unwrap_or_default();
        let answer = json!({ "approve": approve, "text_hash": text_hash });
        self.post("/api/identity/consent", &answer).await
    }

    /// From the link to the camera.
    pub async fn to_camera(&mut self, url: &str, person: &Person) -> Result<()> {
        let opened = self.open(url).await?;
        anyhow::ensure!(opened.status == 200, "the link answered {}", opened.told());
        self.accept_agreement().await?.ok().context("agreement")?;
        let answer = self.confirm_iin(&person.iin).await?.ok().context("IIN")?;
        expect_step(&answer, "liveness")
    }

    /// From the link to the code from the text message.
    pub async fn to_code(&mut self, url: &str, person: &Person) -> Result<()> {
        self.to_camera(url, person).await?;
        self.show_face().await
    }

    /// The one genuine recording is everybody's face: whose reference photo it is passes.
    pub async fn show_face(&mut self) -> Result<()> {
        let (answer, _) = self.checked().await?;
        expect_step(&answer.ok().context("liveness and match")?, "code")
    }

    /// What came of the camera in the end, and the last pack. A client has four checks (IDX-2), and the recording, filmed
    /// anew each time, is taken for a picture in one of ten.
    pub async fn checked(&mut self) -> Result<(Answer, Vec<u8>)> {
        const MORE: usize = 3;
        let mut left = MORE;
        loop {
            let challenge = self.challenge().await?;
            let pack = self.filmed(&challenge).await?;
            let answer = self.perform(pack.clone()).await?;
            if left == 0 || answer.told() != "422 identity.not-live" {
                return Ok((answer, pack));
            }
            left -= 1;
        }
    }

    /// From the link to the page that asks for the consent.
    pub async fn to_consent(&mut self, url: &str, person: &Person) -> Result<Answer> {
        let before = self.platform.world()?.codes(&person.phone).await?.len();
        self.to_code(url, person).await?;
        let code = self.platform.world()?.code_after(&person.phone, before).await?;
        let answer = self.enter_code(&code).await?.ok().context("code")?;
        expect_step(&answer, "consent")?;
        Ok(answer)
    }

    /// The whole walk; the address that leads back to the consumer, with code or error.
    pub async fn walk(&mut self, url: &str, person: &Person, approve: bool) -> Result<String> {
        self.to_consent(url, person).await?;
        let answer = self.answer_consent(approve).await?.ok().context("consent")?;
        let redirect = answer.body["redirect"].as_str().context("no redirect at the end")?;
        Ok(redirect.to_owned())
    }

    fn url(&self, path: &str) -> String {
        let base = &self.platform.pages_url;
        match (path.strip_prefix("/api/identity/"), &self.session) {
            (Some("open" | "phone/open") | None, _) => format!("{base}{path}"),
            (Some(step), Some(session)) => format!("{base}/api/identity/{session}/{step}"),
            (Some(step), None) => format!("{base}/api/identity/{}/{step}", SessionId(0)),
        }
    }

    fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    fn remember(&mut self, answer: &Answer) {
        let set = answer.cookies.iter().find(|it| {
            // With this before it where the pages are reached by TLS.
            it.strip_prefix("__Host-").unwrap_or(it).starts_with("senim_session=")
        });
        if let Some(pair) = set.and_then(|it| it.split(';').next()) {
            self.cookie = Some(pair.to_owned());
        }
        if let Some(session) = answer.body["session"].as_str() {
            self.session = Some(session.to_owned());
        }
    }
}

fn expect_step(answer: &Answer, step: &str) -> Result<()> {
    let at = answer.body["step"].as_str().unwrap_or("nowhere");
    let why = answer.body["last_problem"].as_str().or(answer.body["problem"].as_str());
    anyhow::ensure!(
        at == step,
        "the session stands at {at}, not at {step} ({})",
        why.unwrap_or("no problem told")
    );
    Ok(())
}
