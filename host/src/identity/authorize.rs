//! A browser brings a pushed request (RFC 9126 §4): the dialogue begins, or goes on.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::id::{Bin, SessionId};
use senim_core::identity::session::{Input, Session};
use senim_core::journal::{Event, StartedFor};
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;
use serde::Deserialize;

use super::dialogue;
use crate::app::App;
use crate::authorization::{self, Begun};
use crate::caller::browser::{self, Browser};
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::{Content, Dialogue, Request};
use senim_store::{self as store, Tx};

/// What a browser may bring. Other parameters are ignored: only what was pushed counts (FAPI 2.0 §5.3.2.2).
#[derive(Deserialize)]
pub struct Brought {
    client_id: Option<String>,
    request_uri: Option<String>,
}

/// `GET /authorize`. Until the request is known there is no consumer to send the browser back to: a page says why.
#[tracing::instrument(name = "identity.authorize", skip_all)]
pub async fn authorize(
    app: App,
    headers: HeaderMap,
    brought: Result<Query<Brought>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(brought) = brought.map_err(|_| Problem::RequestMalformed)?;
    open(&app, &headers, brought).await
}

async fn open(app: &App, headers: &HeaderMap, brought: Brought) -> Result<Response, Refusal> {
    let (Some(client_id), Some(request_uri)) = (brought.client_id, brought.request_uri) else {
        return Err(Problem::RequestMalformed.into());
    };
    let now = app.now();
    let begun = authorization::begin(app, &client_id, &request_uri).await?;
    let browser = Browser::of(headers);
    let secret = app.rng.token();
    let is_new = app
        .store
        .transact("identity.authorize", async |tx| {
            let known = store::identity::by_authorization(tx, begun.authorization).await?;
            match known {
                Some((_, hash)) if browser.as_ref().is_some_and(|it| it.0 == hash) => Ok(false),
                Some((dialogue, _)) => {
                    // Another browser, perhaps another person: from the start, with the counters as they are.
                    let id = dialogue.id;
                    dialogue::advance(tx, app, dialogue, Input::Restarted, None, now).await?;
                    store::identity::change_secret(tx, id, &browser::hash(&secret)).await?;
                    dialogue::record(tx, id, Event::IdentityRestarted {}, now).await?;
                    Ok(true)
                }
                None => {
                    start(tx, app, &begun, headers, &secret, now).await?;
                    Ok::<_, Refusal>(true)
                }
            }
        })
        .await?;
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, "/identity")]).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if is_new {
        answer.insert(header::SET_COOKIE, cookie::set(&app.config, cookie::SESSION, &secret));
    }
    Ok(response)
}

async fn start(
    tx: &mut Tx,
    app: &App,
    begun: &Begun,
    headers: &HeaderMap,
    secret: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut providers = Vec::new();
    for &bin in &begun.asked.providers {
        providers.push(named(tx, bin).await?);
    }
    let request = Request {
        authorization: begun.authorization,
        application: begun.client_id.clone(),
        consumer: begun.consumer.clone(),
        providers,
        asked: begun.asked.clone(),
    };
    let id = SessionId(app.rng.id());
    let session = Session::start(request.purpose(), browser::language(headers), now);
    let content = Content { session, request: Some(request), client_name: None, redirect: None };
    let dialogue = Dialogue { id, content, cabinet_until: None };
    let hash = browser::hash(secret);
    store::identity::add(tx, &dialogue, &hash, now).await?;
    let purpose = StartedFor::Authorization {
        authorization: begun.authorization,
        consumer: begun.consumer.bin,
        application: begun.client_id.clone(),
    };
    dialogue::record(tx, id, Event::IdentityStarted { purpose }, now).await?;
    Ok(())
}

async fn named(tx: &mut Tx, bin: Bin) -> Result<ParticipantName, Refusal> {
    let participant = store::participant::load(tx, bin).await?;
    let participant = participant.ok_or(Problem::ProviderNotStanding)?;
    Ok(ParticipantName { bin, name: participant.name })
}
