//! Signing in to the cabinet, by an identity session of its own or by one that ended well (CNS-3).

use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::{Iin, SessionId};
use senim_core::identity::session::{Purpose, Session};
use senim_core::problem::Problem;
use serde_json::json;

use super::dialogue::{self, Content, Dialogue};
use super::view;
use crate::app::App;
use crate::caller::browser::{self, Address, Browser};
use crate::callers::{Caller, Who};
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// Sessions that one address may open within [`WITHIN`]. Many people may share one.
const SESSIONS_MAX: u64 = 120;
const WITHIN: TimeDelta = TimeDelta::minutes(15);

/// `POST /api/cabinet/sign-in`.
#[tracing::instrument(name = "cabinet.sign_in", skip_all)]
pub async fn sign_in(app: App, address: Address, headers: HeaderMap) -> Result<Response, Refusal> {
    let now = app.now();
    let secret = app.rng.token();
    let dialogue = Dialogue {
        id: SessionId(app.rng.id()),
        content: Content {
            session: Session::start(Purpose::Cabinet, browser::language(&headers), now),
            request: None,
            client_name: None,
            redirect: None,
        },
        cabinet_until: None,
    };
    app.store
        .transact("cabinet.sign_in", async |tx| {
            if let Some(address) = address.0 {
                let subject = app.sealer.blind("identity_attempt.subject", &address.to_string());
                limit(tx, &subject, SESSIONS_MAX, WITHIN, now).await?;
            }
            let hash = browser::hash(&secret);
            store::identity::add(tx, &dialogue, &hash, now).await?;
            let facts = json!({ "purpose": "cabinet" });
            dialogue::tell(tx, dialogue.id, "identity.started", facts, now).await?;
            Ok::<_, Refusal>(())
        })
        .await?;
    let cookie = cookie::set(&app.config, cookie::SESSION, &secret);
    Ok(([(header::SET_COOKIE, cookie)], Json(view::of(&dialogue, now))).into_response())
}

/// `POST /api/cabinet/sign-out`: 204, also where nobody was signed in.
#[tracing::instrument(name = "cabinet.sign_out", skip_all)]
pub async fn sign_out(app: App, headers: HeaderMap) -> Result<Response, Refusal> {
    let now = app.now();
    if let Some(browser) = Browser::of(&headers) {
        app.store
            .transact("cabinet.sign_out", async |tx| {
                let Some(mut dialogue) = store::identity::by_secret(tx, &browser.0).await? else {
                    return Ok(());
                };
                if dialogue.cabinet_until.is_some_and(|until| until > now) {
                    dialogue.cabinet_until = Some(now);
                    store::identity::save(tx, &dialogue).await?;
                    dialogue::tell(tx, dialogue.id, "cabinet.signed-out", json!({}), now).await?;
                }
                Ok::<_, Refusal>(())
            })
            .await?;
    }
    let cookie = cookie::clear(&app.config, cookie::SESSION);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Whoever is signed in to the cabinet.
pub struct Client {
    pub session: SessionId,
    pub iin: Iin,
    pub name: String,
}

impl Caller for Client {
    const WHO: Who = Who::Client;
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let app = App::from_ref(state);
        let browser = Browser::of(&parts.headers).ok_or(Problem::SignedOut)?;
        let dialogue = app
            .store
            .read("cabinet.client", async |tx| store::identity::by_secret(tx, &browser.0).await)
            .await?;
        let now = app.now();
        let signed_in = dialogue.filter(|it| it.cabinet_until.is_some_and(|until| now < until));
        let dialogue = signed_in.ok_or(Problem::SignedOut)?;
        let person = dialogue.content.session.person().ok_or(Problem::SignedOut)?;
        Ok(Self {
            session: dialogue.id,
            iin: person.iin.clone(),
            name: dialogue.content.client_name.clone().unwrap_or_default(),
        })
    }
}

/// Refuses what comes more than `most` times in a window of time.
pub(super) async fn limit(
    tx: &mut Tx,
    subject: &str,
    most: u64,
    within: TimeDelta,
    now: Timestamp,
) -> Result<(), Refusal> {
    let length = within.num_milliseconds().max(1);
    let window_at = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(length));
    if store::identity::attempt(tx, subject, window_at).await? > most {
        return Err(Problem::RateLimited.into());
    }
    Ok(())
}
