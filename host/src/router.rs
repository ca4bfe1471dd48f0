//! Which listener serves which rooms, and the layers common to all.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use senim_core::problem::Problem;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::callers::{Room, Route, by_anyone};
use crate::http::problem::{Refusal, answer};
use crate::pages as built;
use crate::{
    activity, agreement, authorization, consent, help, identity, journal, limits, matching,
    monitoring, operator, participant, passkey, routing, signals, status, usage,
};

/// Required on every `POST` of a page, because another site's form can't send it (CSRF).
pub const PAGE_HEADER: HeaderName = HeaderName::from_static("senim-page");

/// A listener; a room's routes belong to exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    Pages,
    Servers,
}

impl Listener {
    pub const ALL: [Self; 2] = [Self::Pages, Self::Servers];

    /// Every route except the files of the pages.
    pub fn routes(self) -> Vec<Route> {
        self.rooms().routes().to_vec()
    }

    fn rooms(self) -> Room {
        let everywhere = Room::default().get("/healthz", by_anyone(), health);
        match self {
            Self::Pages => Room::default()
                .merge(identity::routes())
                .merge(consent::routes())
                .merge(agreement::routes())
                .merge(help::routes())
                .merge(passkey::routes())
                .merge(activity::routes())
                .merge(operator::routes())
                .merge(monitoring::routes())
                .merge(routing::console_routes())
                .merge(participant::routes())
                .merge(journal::routes())
                .merge(signals::console_routes())
                .within(|it| it.layer(from_fn(only_from_our_pages)))
                .merge(everywhere),
            Self::Servers => Room::default()
                .merge(authorization::routes())
                .merge(matching::routes())
                .merge(routing::routes())
                .merge(signals::routes())
                .merge(status::routes())
                .merge(usage::routes())
                .merge(journal::servers_routes())
                .merge(everywhere),
        }
    }
}

/// What browsers reach: the pages, `/authorize` and the pages' API.
pub fn pages(app: App) -> Router {
    let config = app.config.clone();
    let says = from_fn_with_state(app.clone(), built::say);
    let rooms = Listener::Pages.rooms().into_router();
    let router = within_limits(rooms.merge(built::routes(&config)), app).layer(says);
    built::guarded(router, &config)
}

/// What participants' servers and edge nodes reach, over TLS.
pub fn servers(app: App) -> Router {
    let strict = SetResponseHeaderLayer::overriding(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    );
    within_limits(Listener::Servers.rooms().into_router(), app).layer(strict)
}

fn within_limits(rooms: Router<App>, app: App) -> Router {
    let no_sniff = SetResponseHeaderLayer::overriding(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Not cacheable unless a handler says otherwise: responses name people.
    let no_store = SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
    rooms
        .fallback(async || Refusal::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Refusal::from(Problem::MethodNotAllowed))
        .layer(from_fn(limits::in_time))
        .layer(from_fn_with_state(app.clone(), limits::within_budget))
        .layer(from_fn(limits::small_headers))
        .layer(from_fn_with_state(app.clone(), limits::access_log))
        .layer(no_store)
        .layer(no_sniff)
        .with_state(app)
}

/// Healthy if the store answers.
async fn health(app: App) -> Result<&'static str, Refusal> {
    app.store.answers().await?;
    Ok("ok")
}

async fn only_from_our_pages(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let ours = request.headers().get(PAGE_HEADER).is_some_and(|it| it == "1");
    if reads || ours {
        return next.run(request).await;
    }
    answer(Problem::Forbidden, Some("send the header senim-page: 1"))
}
