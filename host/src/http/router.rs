//! Which listener serves which rooms, and the limits that hold for all of them.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use senim_core::problem::Problem;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::problem::Refusal;
use super::{pages as built, problem};
use crate::app::App;
use crate::{authorization, consent, identity, monitoring, routing};

/// Bodies of the JSON API and of OAuth forms. Pictures and edges' reports set their own.
const BODY_MAX: usize = 64 * 1024;
/// Longest time for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Every `POST` of a page carries it: another site's form can't.
pub const PAGE_HEADER: HeaderName = HeaderName::from_static("senim-page");

/// What browsers reach: the pages, `/authorize` and the pages' API.
pub fn pages(app: App) -> Router {
    let rooms = Router::new()
        .merge(identity::routes())
        .merge(consent::routes())
        .merge(monitoring::routes())
        .layer(from_fn(only_from_our_pages));
    within_limits(rooms.merge(built::routes(&app.config)), app)
}

/// What participants' servers and edge nodes reach, over TLS.
pub fn servers(app: App) -> Router {
    within_limits(Router::new().merge(authorization::routes()).merge(routing::routes()), app)
}

fn within_limits(rooms: Router<App>, app: App) -> Router {
    let no_sniff = SetResponseHeaderLayer::overriding(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    rooms
        .route("/healthz", axum::routing::get(async || "ok"))
        .fallback(async || Refusal::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Refusal::from(Problem::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER_WITHIN))
        .layer(no_sniff)
        .with_state(app)
}

async fn only_from_our_pages(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let ours = request.headers().get(PAGE_HEADER).is_some_and(|it| it == "1");
    if reads || ours {
        return next.run(request).await;
    }
    problem::answer(Problem::Forbidden, Some("send the header senim-page: 1"))
}
