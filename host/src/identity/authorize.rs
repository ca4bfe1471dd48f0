//! What a consumer's link shows (RFC 9126 §4). A GET changes nothing, because link scanners and previews send it
//! too (RFC 9110 §9.2.1): the page opens the session with a `POST` of its own.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use senim_core::identity::view::OpenSession;
use senim_core::problem::Problem;
use serde::Deserialize;

use crate::app::App;
use crate::authorization;
use crate::caller::browser::Browser;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::Dialogue;
use senim_store as store;

/// Query parameters. All others are ignored: only pushed ones count (FAPI 2.0 §5.3.2.2).
#[derive(Deserialize)]
pub struct Brought {
    client_id: Option<String>,
    request_uri: Option<String>,
}

/// `GET /authorize`. For an unknown request there is no consumer to redirect to, so an error page is shown.
#[tracing::instrument(name = "identity.authorize", skip_all)]
pub async fn authorize(
    app: App,
    headers: HeaderMap,
    brought: Result<Query<Brought>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(brought) = brought.map_err(|_| Problem::RequestMalformed)?;
    show(&app, &headers, brought).await
}

async fn show(app: &App, headers: &HeaderMap, brought: Brought) -> Result<Response, Refusal> {
    let (Some(client_id), Some(request_uri)) = (brought.client_id, brought.request_uri) else {
        return Err(Problem::RequestMalformed.into());
    };
    let asked = OpenSession { client_id, request_uri, take_over: false };
    let browser = Browser::of(&app.config, headers);
    let mut response = if own(app, browser.as_ref(), &asked).await?.is_some() {
        (StatusCode::SEE_OTHER, [(header::LOCATION, "/identity")]).into_response()
    } else {
        authorization::begin(app, &asked.client_id, &asked.request_uri).await?;
        Html(page(app).await?).into_response()
    };
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// The request's open session, if it is this browser's. It continues even after the link has expired.
pub(super) async fn own(
    app: &App,
    browser: Option<&Browser>,
    asked: &OpenSession,
) -> Result<Option<Dialogue>, Refusal> {
    let Some(browser) = browser else { return Ok(None) };
    app.store
        .read("identity.authorize/own", async |tx| {
            let (client_id, request_uri) = (&asked.client_id, &asked.request_uri);
            let pushed = authorization::pushed(tx, client_id, request_uri).await?;
            let Some(id) = pushed else { return Ok(None) };
            let known = store::identity::by_authorization(tx, id).await?;
            let own = known.filter(|(it, secret_hash)| {
                *secret_hash == browser.0 && it.content.session.ended_at().is_none()
            });
            Ok(own.map(|(dialogue, _)| dialogue))
        })
        .await
}

/// The cabinet's page `/authorize`, which opens the session.
async fn page(app: &App) -> Result<String, Refusal> {
    match &app.config.pages_dir {
        Some(folder) => tokio::fs::read_to_string(folder.join("cabinet/index.html"))
            .await
            .map_err(Refusal::internal),
        // Only the API is served: the pages served elsewhere open the session.
        None => Ok("<!doctype html><title>Senim</title>".to_owned()),
    }
}
