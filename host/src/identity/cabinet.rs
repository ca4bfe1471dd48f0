//! Signing in to the cabinet, by an identity session of its own or by one that ended well (CNS-3).

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use senim_core::id::SessionId;
use senim_core::identity::dialogue::{Content, Dialogue};
use senim_core::identity::session::{Purpose, Session};
use senim_core::journal::{Event, StartedFor};

use super::dialogue;
use super::view;
use crate::app::App;
use crate::caller::browser::{self, Address, Browser};
use crate::caller::limit::limit;
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_store as store;

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
            let event = Event::IdentityStarted { purpose: StartedFor::Cabinet };
            dialogue::record(tx, dialogue.id, event, now).await?;
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
                    dialogue::record(tx, dialogue.id, Event::CabinetSignedOut {}, now).await?;
                }
                Ok::<_, Refusal>(())
            })
            .await?;
    }
    let cookie = cookie::clear(&app.config, cookie::SESSION);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
