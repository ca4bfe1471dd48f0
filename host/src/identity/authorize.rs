//! A browser brings a pushed request (RFC 9126 §4): the dialogue begins, or goes on.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::id::{Bin, SessionId};
use senim_core::identity::session::{Input, Session};
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;
use serde::Deserialize;
use serde_json::json;

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

/// `GET /authorize`. Until the request is known there is no consumer to send the browser back to: a page tells.
#[tracing::instrument(name = "identity.authorize", skip_all)]
pub async fn authorize(
    app: App,
    headers: HeaderMap,
    brought: Result<Query<Brought>, QueryRejection>,
) -> Response {
    let Ok(Query(brought)) = brought else { return tell(Problem::RequestMalformed) };
    match open(&app, &headers, brought).await {
        Ok(response) => response,
        Err(refusal) => {
            refusal.log();
            tell(refusal.problem())
        }
    }
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
                    dialogue::tell(tx, id, "identity.restarted", json!({}), now).await?;
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
    let facts = json!({
        "purpose": "authorization",
        "authorization": begun.authorization,
        "consumer": begun.consumer.bin,
        "application": begun.client_id,
    });
    let content = Content { session, request: Some(request), client_name: None, redirect: None };
    let dialogue = Dialogue { id, content, cabinet_until: None };
    let hash = browser::hash(secret);
    store::identity::add(tx, &dialogue, &hash, now).await?;
    dialogue::tell(tx, id, "identity.started", facts, now).await?;
    Ok(())
}

async fn named(tx: &mut Tx, bin: Bin) -> Result<ParticipantName, Refusal> {
    let participant = store::participant::load(tx, bin).await?;
    let participant = participant.ok_or(Problem::ProviderNotStanding)?;
    Ok(ParticipantName { bin, name: participant.name })
}

/// A page for a person whose bank sent them here with something that does not work.
fn tell(problem: Problem) -> Response {
    let status = match problem.status() {
        500.. => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    // The catalogue's own words: nothing of the request is repeated on the page.
    let page = format!(
        "<!doctype html><html lang=\"kk\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Senim</title>\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;\
         color-scheme:light dark}}</style><main><h1>Senim</h1>\
         <p lang=\"kk\">Бұл сілтеме жұмыс істемейді. Банкіңіздің қосымшасына оралып, қайтадан бастаңыз.</p>\
         <p lang=\"ru\">Эта ссылка не работает. Вернитесь в приложение банка и начните заново.</p>\
         <p lang=\"en\">This link does not work. Go back to your bank's app and start again.</p>\
         <p><small lang=\"en\">{}: <code>{}</code></small></p></main></html>",
        problem.title(),
        problem.code(),
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, page).into_response()
}
