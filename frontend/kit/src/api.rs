//! The way to the server: JSON typed by core's views, problems as RFC 9457 tells them.

use js_sys::Array;
use senim_core::text::Language;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestCache, RequestInit, Response};

use crate::browser::{sleep, window};
use crate::words::problems;

/// Every `POST` carries it: a form on another site can't.
pub const PAGE_HEADER: (&str, &str) = ("senim-page", "1");

/// How long to wait before a read is tried again, in milliseconds.
const PATIENCE_MS: [u32; 2] = [400, 1_500];

/// `{}`: the body of a `POST` that has nothing to add.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Nothing {}

/// Why there is no answer to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Nothing came back: no network, or the server is being restarted.
    Offline,
    /// The server said no, and why.
    Refused(Refused),
    /// Something came back that these pages can't read, as after an update of the server.
    Unreadable,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Refused {
    pub status: u16,
    pub code: String,
    pub title: String,
}

impl Trouble {
    /// Nobody is signed in, or the session is over.
    pub fn signed_out(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.status == 401)
    }

    /// A sentence that says what to do, in the reader's language.
    pub fn sentence(&self, language: Language) -> String {
        match self {
            Self::Offline => problems::OFFLINE.say(language).to_owned(),
            Self::Unreadable => problems::UNREADABLE.say(language).to_owned(),
            Self::Refused(refused) => problems::sentence(&refused.code, language)
                .map_or_else(|| refused.title.clone(), str::to_owned),
        }
    }
}

/// Reads; tried again where nothing came back, for a read changes nothing.
pub async fn get<A: DeserializeOwned>(path: &str) -> Result<A, Trouble> {
    for wait in PATIENCE_MS {
        match send(path, "GET", None).await {
            Err(Trouble::Offline) => sleep(wait).await,
            answer => return parsed(&answer?),
        }
    }
    parsed(&send(path, "GET", None).await?)
}

/// Does; never tried again on its own.
pub async fn post<A: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<A, Trouble> {
    let body = serde_json::to_string(body).map_err(|_| Trouble::Unreadable)?;
    parsed(&send(path, "POST", Some(&body)).await?)
}

/// Does what is answered with nothing (204).
pub async fn tell(path: &str) -> Result<(), Trouble> {
    send(path, "POST", Some("{}")).await.map(|_| ())
}

async fn send(path: &str, method: &str, body: Option<&str>) -> Result<String, Trouble> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_cache(RequestCache::NoStore);
    let headers = Headers::new().map_err(|_| Trouble::Unreadable)?;
    let mut lines = vec![("accept", "application/json")];
    if let Some(body) = body {
        lines.extend([PAGE_HEADER, ("content-type", "application/json")]);
        init.set_body(&body.into());
    }
    for (name, value) in lines {
        headers.set(name, value).map_err(|_| Trouble::Unreadable)?;
    }
    init.set_headers(&headers);
    let request = Request::new_with_str_and_init(path, &init).map_err(|_| Trouble::Unreadable)?;
    let answer = JsFuture::from(window().fetch_with_request(&request))
        .await
        .map_err(|_| Trouble::Offline)?;
    let answer: Response = answer.dyn_into().map_err(|_| Trouble::Unreadable)?;
    let text = answer.text().map_err(|_| Trouble::Unreadable)?;
    let text = JsFuture::from(text).await.map_err(|_| Trouble::Offline)?;
    let text = text.as_string().unwrap_or_default();
    if answer.ok() { Ok(text) } else { Err(refusal(answer.status(), &text)) }
}

/// A refusal's body may come from a proxy on the way, in which case only the status tells something.
fn refusal(status: u16, body: &str) -> Trouble {
    match serde_json::from_str(body) {
        Ok(refused) => Trouble::Refused(refused),
        Err(_) if status >= 502 => Trouble::Offline,
        Err(_) => Trouble::Unreadable,
    }
}

fn parsed<A: DeserializeOwned>(text: &str) -> Result<A, Trouble> {
    serde_json::from_str(text).map_err(|_| Trouble::Unreadable)
}

/// What somebody else fetched: the liveness widget.
pub fn answered<A: DeserializeOwned>(status: f64, body: &str) -> Result<A, Trouble> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped before the cast"
    )]
    let status = status.clamp(0.0, 999.0) as u16;
    if (200..300).contains(&status) { parsed(body) } else { Err(refusal(status, body)) }
}

/// A query string out of names and values; empty values are left out.
pub fn query(path: &str, pairs: &[(&str, &str)]) -> String {
    let pairs: Array = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| js_sys::JsString::from(format!("{name}={}", encoded(value))))
        .collect();
    format!("{path}?{}", String::from(pairs.join("&")))
}

fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}
