//! Signing in to the cabinet, with an identity session of its own or after a successful one (CNS-3).

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::SessionId;
use senim_core::identity::dialogue::{Content, Dialogue};
use senim_core::identity::session::{Purpose, Session};
use senim_core::journal::{Event, StartedFor};

use super::dialogue;
use super::view;
use crate::app::App;
use crate::caller::browser::{self, Browser, Visitor};
use crate::caller::limit::limit;
use crate::http::cookie;
use crate::http::problem::Refusal;
use crate::storage;
use senim_store as store;

/// Sessions that a known browser may open within [`WITHIN`].
const SESSIONS_MAX: u64 = 30;
const WITHIN: TimeDelta = TimeDelta::minutes(15);

/// `POST /api/cabinet/sign-in`.
#[tracing::instrument(name = "cabinet.sign_in", skip_all)]
pub async fn sign_in(app: App, visitor: Visitor, headers: HeaderMap) -> Result<Response, Refusal> {
    let now = app.now();
    storage::check_room(&app)?;
    let known = known(&app, &visitor, now).await?;
    if known.is_none() {
        // Unknown browsers can't use up the budget of known ones.
        if let Some(origin) = visitor.origin {
            app.budgets.sign_ins_of_origin.take(origin, 1, now)?;
        }
        app.budgets.sign_ins.take((), 1, now)?;
    }
    let secret = app.rng.token();
    let dialogue = Dialogue {
        id: SessionId(app.rng.id()),
        content: Content {
            session: Session::start(Purpose::Cabinet, browser::language(&headers), now),
            request: None,
            requester: None,
            device: Some(browser::device(&headers)),
            agreement: None,
            client_name: None,
            full_name: None,
            passkey: None,
            redirect: None,
        },
        cabinet_until: None,
    };
    app.store
        .transact("cabinet.sign_in", async |tx| {
            if let Some(known) = &known {
                let subject = app.sealer.blind("identity_attempt.subject", known);
                limit(tx, &subject, SESSIONS_MAX, WITHIN, now).await?;
            }
            let hash = browser::hash(&secret);
            store::identity::add(tx, &dialogue, &hash, now).await?;
            let event = Event::IdentityStarted { purpose: StartedFor::Cabinet };
            dialogue::record(tx, dialogue.id, event, now).await?;
            Ok::<_, Refusal>(())
        })
        .await?;
    let cookie = cookie::SESSION.set(&app.config, &secret);
    Ok(([(header::SET_COOKIE, cookie)], Json(view::of(&app, &dialogue, now))).into_response())
}

/// The hash of the visitor's cookie, if somebody has proved their identity in this browser.
pub(crate) async fn known(
    app: &App,
    visitor: &Visitor,
    now: Timestamp,
) -> Result<Option<String>, store::StoreError> {
    let Some(hash) = &visitor.known else { return Ok(None) };
    let known = app
        .store
        .read("cabinet.sign_in/known", async |tx| {
            store::identity::browser_known(tx, hash, now).await
        })
        .await?;
    Ok(known.then(|| hash.clone()))
}

/// `POST /api/cabinet/sign-out`: 204, even if nobody was signed in.
#[tracing::instrument(name = "cabinet.sign_out", skip_all)]
pub async fn sign_out(app: App, headers: HeaderMap) -> Result<Response, Refusal> {
    let now = app.now();
    if let Some(browser) = Browser::of(&app.config, &headers) {
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
    let cookie = cookie::SESSION.clear(&app.config);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
