//! A platform of one test: what nodes ask for, signed, and what they tell, kept.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use senim_channel::{ClientCertificates, TlsListener, server_config};
use senim_core::status::StatusList;
use senim_core::usage::{ReportUses, Use};
use serde_json::{Value, json};

use crate::certificates::Certificates;
use crate::tokens::{ISSUER, Key, LIST, header};
use crate::world::now;

#[derive(Clone)]
pub(crate) struct Platform(Arc<Mutex<Word>>);

pub(crate) struct Word {
    pub(crate) participants: Value,
    pub(crate) ended: BTreeSet<u64>,
    /// Keys in the published set; the first signs.
    pub(crate) keys: Vec<u8>,
    /// The key that signs, where it is not the first published.
    pub(crate) signs: Option<u8>,
    pub(crate) issuer: String,
    pub(crate) lifetime_s: i64,
    /// Of registry and status list.
    pub(crate) version: u64,
    /// The status that every answer has instead.
    pub(crate) broken: Option<u16>,
    /// How often registry or status list were asked for.
    pub(crate) asked: u32,
    pub(crate) uses: Vec<Use>,
    pub(crate) uses_refused: Option<u16>,
}

impl Platform {
    pub(crate) fn new(participants: Value) -> Self {
        Self(Arc::new(Mutex::new(Word {
            participants,
            ended: BTreeSet::new(),
            keys: vec![1],
            signs: None,
            issuer: ISSUER.to_owned(),
            lifetime_s: 60,
            version: 1,
            broken: None,
            asked: 0,
            uses: vec![],
            uses_refused: None,
        })))
    }

    pub(crate) fn word<T>(&self, change: impl FnOnce(&mut Word) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub(crate) async fn serve(&self, certificates: &Certificates) -> u16 {
        certificates.issue("platform");
        let config = server_config(
            &certificates.path("platform", "pem"),
            &certificates.path("platform", "key"),
            ClientCertificates::Required(&certificates.path("ca", "pem")),
        );
        let listener = TlsListener::bind("127.0.0.1:0", config.unwrap()).await.unwrap();
        let port = listener.address().port();
        let app = Router::new()
            .route("/jwks", get(jwks))
            .route("/edge/registry", get(registry))
            .route("/edge/status-list", get(status_list))
            .route("/edge/uses", post(uses))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }

    fn signed(&self, typ: &str, claims: impl FnOnce(&Word) -> Value) -> Result<String, StatusCode> {
        self.word(|word| {
            word.asked += 1;
            if let Some(status) = word.broken {
                return Err(StatusCode::from_u16(status).unwrap());
            }
            let (number, kid) = match word.signs {
                Some(other) => (other, "p1".to_owned()),
                None => (word.keys[0], format!("p{}", word.keys[0])),
            };
            let mut header = header(typ);
            header["kid"] = kid.into();
            Ok(Key::of(number).sign(&header, &claims(word)))
        })
    }
}

async fn jwks(State(platform): State<Platform>) -> String {
    platform.word(|word| {
        let keys: Vec<Value> =
            word.keys.iter().map(|&number| Key::of(number).public(&format!("p{number}"))).collect();
        json!({"keys": keys}).to_string()
    })
}

async fn registry(State(platform): State<Platform>) -> Result<String, StatusCode> {
    platform.signed("registry+jwt", |word| {
        json!({
            "iss": word.issuer, "iat": now(), "exp": now() + word.lifetime_s, "version": word.version,
            "participants": word.participants,
        })
    })
}

async fn status_list(State(platform): State<Platform>) -> Result<String, StatusCode> {
    platform.signed("statuslist+jwt", |word| {
        let packed = StatusList::new(100, word.ended.iter().copied()).pack();
        json!({
            "iss": word.issuer, "sub": LIST, "iat": now(), "exp": now() + word.lifetime_s, "ttl": 5,
            "version": word.version, "status_list": packed,
        })
    })
}

async fn uses(State(platform): State<Platform>, body: String) -> StatusCode {
    let report: ReportUses = serde_json::from_str(&body).unwrap();
    platform.word(|word| {
        if let Some(status) = word.uses_refused.or(word.broken) {
            return StatusCode::from_u16(status).unwrap();
        }
        for outcome in report.uses {
            if word.uses.iter().all(|it| it.id != outcome.id) {
                word.uses.push(outcome);
            }
        }
        StatusCode::NO_CONTENT
    })
}
