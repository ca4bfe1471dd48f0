//! What holds for every request: its name in the log, its headers' size, what its caller may spend, its time.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use futures::stream;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use senim_channel::Peer;
use senim_channel::budget::{Caller, Origin};
use senim_core::jose::sha256_base64;
use senim_core::problem::Problem;
use tracing::Instrument as _;

use crate::app::App;
use crate::budgets::Who;
use crate::http::cookie;
use crate::http::problem::{Answered, Refusal, answer};

/// Header names and values together, and the address.
const HEADERS_MAX: usize = 32 * 1024;
/// Judging pictures waits in line for a core; all else takes milliseconds.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// A body up to this size is read before the request takes a permit; a longer one takes a place for uploads.
const SMALL_BODY: usize = 64 * 1024;
/// How long a small body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, and tells the log how it ended: never its query, its headers, its body.
pub(crate) async fn access_log(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = format!("{:032x}", app.rng.id());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "other".to_owned(), |it| format!("{method} {}", it.as_str()));
    let span = tracing::info_span!("http", request.id = id);
    let started = app.now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let took = (app.now() - started).to_std().unwrap_or_default();
    app.measures.requests.add(&route, response.status().as_str(), took);
    let took_ms = took.as_millis();
    let problem = response.extensions().get::<Answered>().map(|it| it.0.code());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    span.in_scope(|| {
        // Polls and files would drown the rest.
        if status < 400
            && (["/edge/", "/pages/"].iter().any(|it| path.starts_with(it))
                || ["/healthz", "/jwks", "/status-list"].contains(&path.as_str()))
        {
            tracing::debug!(%method, path, status, took_ms, "answered");
        } else {
            tracing::info!(%method, path, status, problem, took_ms, "answered");
        }
    });
    response
}

pub(crate) async fn small_headers(request: Request, next: Next) -> Response {
    let headers =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    let address = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    if headers.sum::<usize>() + address > HEADERS_MAX {
        return answer(Problem::HeadersTooLarge, None);
    }
    next.run(request).await
}

/// Nothing is held for a request that has not arrived but its body's place, and nobody uses up what another
/// class of caller may spend.
pub(crate) async fn within_budget(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let (caller, who) = caller(&app, &request);
    let (budget, who) = (app.budgets.requests.of(caller), who.as_ref());
    let arrived = async {
        if request.body().is_end_stream() {
            return Ok((request, budget.permit(who).await?));
        }
        let place = budget.body(who)?;
        let (parts, body) = request.into_parts();
        let is_large = body.size_hint().lower() > SMALL_BODY as u64;
        let read =
            async { if is_large { Ok((Vec::new(), Some(body))) } else { small(body).await } };
        let (start, rest) =
            tokio::time::timeout(BODY_WITHIN, read).await.map_err(|_| Problem::BodyTooSlow)??;
        let Some(rest) = rest else {
            let share = budget.permit(who).await?;
            return Ok((Request::from_parts(parts, Body::from(start)), share));
        };
        let share = budget.upload(who)?;
        drop(place);
        let body = stream::iter([Ok(Bytes::from(start))]).chain(rest.into_data_stream());
        Ok::<_, Refusal>((Request::from_parts(parts, Body::from_stream(body)), share))
    };
    match arrived.await {
        Ok((request, _share)) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// The whole of a small body; of a larger one its beginning, and the rest of it.
async fn small(mut body: Body) -> Result<(Vec<u8>, Option<Body>), Refusal> {
    let mut start = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::BodyMalformed)?;
        let Some(chunk) = frame.data_ref() else { continue };
        start.extend_from_slice(chunk);
        if start.len() > SMALL_BODY {
            return Ok((start, Some(body)));
        }
    }
    Ok((start, None))
}

fn caller(app: &App, request: &Request) -> (Caller, Option<Who>) {
    let extensions = request.extensions();
    if let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<Peer>>() {
        return match &peer.certificate {
            Some(it) => (
                app.feed.nodes.class(&it.thumbprint),
                Some(Who::Certificate(it.thumbprint.clone())),
            ),
            None => (Caller::Unknown, Some(Who::Address(peer.address.ip().into()))),
        };
    }
    for cookie in [cookie::SESSION, cookie::CONSOLE] {
        let secret = cookie.read(&app.config, request.headers());
        let hash = secret.map(|it| sha256_base64(it.as_bytes()));
        if let Some(hash) = hash.filter(|it| app.budgets.browsers.knows(it)) {
            return (Caller::Browser, Some(Who::Browser(hash)));
        }
    }
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    let origin = peer.map(|it| Origin::from(it.0.ip())).filter(|it| !it.is_of_own_network());
    (Caller::Unknown, origin.map(Who::Address))
}

pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let Ok(response) = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await else {
        tracing::error!("an answer took too long and was given up");
        return answer(Problem::Internal, None);
    };
    response
}
