//! A vendor's biometric solution with a front part of its own: what another company would bring, spoken to by the contract alone
//! (core/openapi/biometric-solution-v1.yaml). It really films in its frame, takes its own pack at its own back part, refuses an
//! empty or a still one, and gives portraits.
//!
//! It is a fake, and says so on its page: its judgement is that something moves, which any film does. For tests it has faults.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::Rng as _;
use senim_core::jose::sha256;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub mod pack;

/// As people read it, also on the platform's page.
pub const VENDOR: &str = "Sunqar Biometrics (sample)";
/// By which the host counts it.
pub const NAME: &str = "sunqar";
/// The path of the front part.
pub const FRONT: &str = "/front";

const PACK_MAX: usize = 5 * 1024 * 1024;
/// The newest checks; older ones are forgotten with their pictures.
const SESSIONS_MAX: usize = 200;
const SHOTS: usize = 9;

/// What goes wrong, until another is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    #[default]
    None,
    HangsOnOpen,
    HangsOnVerdict,
    /// Its verdict is another session's.
    AnotherSession,
    LiveWithoutPortraits,
    /// Live, with reasons against it.
    Contradicts,
    /// Its answer is no JSON.
    Malformed,
    /// Its portraits are no pictures.
    NoPictures,
    /// Its front part is served without its script's word that it runs.
    NeverReady,
}

/// The switch of its faults.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Fault>>);

impl Faults {
    pub fn set(&self, fault: Fault) {
        *locked(&self.0) = fault;
    }

    fn now(&self) -> Fault {
        *locked(&self.0)
    }
}

#[derive(Clone)]
struct Vendor(Arc<Parts>);

struct Parts {
    /// The origin of the platform's pages, which alone may frame the front part and talk with it.
    platform: String,
    faults: Faults,
    sessions: Mutex<VecDeque<Session>>,
}

struct Session {
    name: String,
    challenge: String,
    started: bool,
    judged: Option<Judged>,
}

struct Judged {
    sha256: String,
    bytes: usize,
    outcome: Result<Vec<Vec<u8>>, &'static str>,
}

/// `platform`: the origin of the platform's pages.
pub fn router(platform: &str, faults: Faults) -> Router {
    let parts = Parts { platform: platform.to_owned(), faults, sessions: Mutex::default() };
    Router::new()
        .route("/v1/front/session", post(open))
        .route("/v1/front/verdict", post(verdict))
        .route("/v1/match", post(not_offered))
        .route("/v1/liveness/session", post(not_offered))
        .route("/v1/liveness/verdict", post(not_offered))
        .route("/healthz", get(async || "ok"))
        .route("/version", get(version))
        .route("/faults", post(set_fault))
        .route(FRONT, get(front))
        .route("/front.js", get(script))
        .route("/front.css", get(async || file("text/css", include_str!("front.css"))))
        .route("/front/started", post(started))
        .route("/front/pack", post(take_pack))
        .layer(DefaultBodyLimit::max(PACK_MAX))
        .with_state(Vendor(Arc::new(parts)))
}

#[derive(Deserialize)]
struct Opening {
    request_id: String,
}

async fn open(State(vendor): State<Vendor>, Json(asked): Json<Opening>) -> Json<Value> {
    if vendor.0.faults.now() == Fault::HangsOnOpen {
        return std::future::pending().await;
    }
    let (name, challenge) = {
        let mut rng = rand::rng();
        // The pauses between its shots: what nobody can film beforehand, as far as a fake goes.
        let pauses: Vec<String> =
            (1..SHOTS).map(|_| rng.random_range(140..320_u32).to_string()).collect();
        (
            format!("{:032x}", rng.random::<u128>()),
            format!("{:016x}.{}", rng.random::<u64>(), pauses.join("-")),
        )
    };
    let mut sessions = locked(&vendor.0.sessions);
    if sessions.len() >= SESSIONS_MAX {
        sessions.pop_front();
    }
    let session =
        Session { name: name.clone(), challenge: challenge.clone(), started: false, judged: None };
    sessions.push_back(session);
    Json(json!({ "request_id": asked.request_id, "session": name, "challenge": challenge }))
}

#[derive(Deserialize)]
struct Judging {
    request_id: String,
    session: String,
    challenge: String,
}

async fn verdict(State(vendor): State<Vendor>, Json(asked): Json<Judging>) -> Response {
    let fault = vendor.0.faults.now();
    if fault == Fault::HangsOnVerdict {
        return std::future::pending().await;
    }
    let Some(mut answer) = told(&vendor, &asked) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match fault {
        Fault::AnotherSession => answer["session"] = "0".repeat(32).into(),
        Fault::LiveWithoutPortraits => {
            (answer["live"], answer["reasons"]) = (true.into(), json!([]));
            answer["portraits"] = json!([]);
        }
        Fault::Contradicts => {
            (answer["live"], answer["reasons"]) = (true.into(), json!(["still"]));
        }
        Fault::NoPictures => answer["portraits"] = json!([STANDARD.encode("no picture")]),
        Fault::Malformed => {
            let html = [(header::CONTENT_TYPE, "application/json")];
            return (html, "<html>").into_response();
        }
        Fault::None | Fault::HangsOnOpen | Fault::HangsOnVerdict | Fault::NeverReady => {}
    }
    Json(answer).into_response()
}

fn told(vendor: &Vendor, asked: &Judging) -> Option<Value> {
    let sessions = locked(&vendor.0.sessions);
    let session =
        sessions.iter().find(|it| it.name == asked.session && it.challenge == asked.challenge)?;
    let mut answer = json!({
        "request_id": asked.request_id, "session": session.name, "challenge": session.challenge,
        "stage": if session.started { "started" } else { "opened" },
        "pack": null, "live": null, "reasons": [], "portraits": [],
    });
    if let Some(judged) = &session.judged {
        answer["stage"] = "arrived".into();
        answer["pack"] = json!({ "sha256": judged.sha256, "bytes": judged.bytes });
        answer["live"] = judged.outcome.is_ok().into();
        match &judged.outcome {
            Ok(portraits) => {
                let encoded = portraits.iter().map(|it| STANDARD.encode(it)).collect::<Vec<_>>();
                answer["portraits"] = json!(encoded);
            }
            Err(reason) => answer["reasons"] = json!([reason]),
        }
    }
    Some(answer)
}

async fn not_offered() -> StatusCode {
    StatusCode::NOT_IMPLEMENTED
}

async fn version() -> Json<Value> {
    // It has no models; its rule stands in for one.
    let rule = sha256(include_bytes!("pack.rs"));
    Json(json!({
        "name": "sunqar-sample", "version": env!("CARGO_PKG_VERSION"),
        "models": [{ "name": "something-moves", "sha256": rule }],
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    mode: Fault,
}

async fn set_fault(State(vendor): State<Vendor>, Json(switch): Json<Switch>) -> StatusCode {
    vendor.0.faults.set(switch.mode);
    tracing::info!(mode = ?switch.mode, "the vendor's fault was switched");
    StatusCode::NO_CONTENT
}

/// The front part's page: framed by the platform's pages and by nobody else.
async fn front(State(vendor): State<Vendor>) -> Response {
    let page = include_str!("front.html").replace("{platform}", &vendor.0.platform);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         media-src 'self' blob: mediastream:; base-uri 'none'; form-action 'none'; frame-ancestors {}",
        vendor.0.platform
    );
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
        ),
    ];
    (headers, page).into_response()
}

async fn script(State(vendor): State<Vendor>) -> Response {
    let runs = vendor.0.faults.now() != Fault::NeverReady;
    let text =
        if runs { include_str!("front.js") } else { "// A fault of the tests: nothing runs." };
    file("text/javascript", text)
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Starting {
    session: String,
    challenge: String,
}

/// The front part runs, and has been given its session.
async fn started(State(vendor): State<Vendor>, Json(named): Json<Starting>) -> StatusCode {
    let mut sessions = locked(&vendor.0.sessions);
    let session =
        sessions.iter_mut().find(|it| it.name == named.session && it.challenge == named.challenge);
    match session {
        Some(session) => {
            session.started = true;
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

/// One pack a session; what came first counts.
async fn take_pack(State(vendor): State<Vendor>, body: Bytes) -> StatusCode {
    let Some(pack) = pack::Pack::read(&body) else { return StatusCode::BAD_REQUEST };
    // Decoding takes a moment of a core.
    let (session, challenge) = (pack.session.clone(), pack.challenge.clone());
    let Ok(outcome) = tokio::task::spawn_blocking(move || pack.judge()).await else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    let mut sessions = locked(&vendor.0.sessions);
    let session = sessions.iter_mut().find(|it| it.name == session && it.challenge == challenge);
    match session {
        None => StatusCode::NOT_FOUND,
        Some(session) if session.judged.is_some() => StatusCode::CONFLICT,
        Some(session) => {
            session.started = true;
            session.judged = Some(Judged { sha256: sha256(&body), bytes: body.len(), outcome });
            StatusCode::NO_CONTENT
        }
    }
}

fn locked<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
