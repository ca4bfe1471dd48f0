//! What holds for every request: its name in the log, its headers' size, its time.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use senim_core::problem::Problem;
use tracing::Instrument as _;

use crate::app::App;
use crate::http::problem::{Answered, answer};

/// Header names and values together, and the address.
const HEADERS_MAX: usize = 32 * 1024;
/// Judging pictures waits in line for a core; all else takes milliseconds.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, and tells the log how it ended: never its query, its headers, its body.
pub(crate) async fn access_log(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = format!("{:032x}", app.rng.id());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("http", request.id = id);
    let started = app.now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took_ms = (app.now() - started).num_milliseconds();
    let status = response.status().as_u16();
    let problem = response.extensions().get::<Answered>().map(|it| it.0.code());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    span.in_scope(|| {
        // Polls and files would drown the rest.
        if status < 400
            && (path.starts_with("/edge/") || path.starts_with("/pages/") || path == "/healthz")
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

pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let Ok(response) = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await else {
        tracing::error!("an answer took too long and was given up");
        return answer(Problem::Internal, None);
    };
    response
}
