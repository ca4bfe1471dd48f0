//! The consumer bank's app, as its clients see it on their phones. Its server holds keys and tokens; a
//! browser holds only the name of its session.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use chrono::TimeDelta;
use rand::Rng as _;
use senim_client::Presence;
use senim_core::id::Bin;
use senim_core::text::Language;

use crate::clock;
use crate::page;
use crate::register::{People, Person};
use crate::settings::Settings;

mod account;
mod connect;
mod events;
mod home;
mod kept;
mod link;
mod marks;
mod platform;
mod read;
mod sign_in;
mod view;
mod words;

pub(crate) use events::Keeping;
use kept::{Kept, Told};
use platform::Platform;

pub(crate) const SESSION_COOKIE: &str = "jetisu_session";
/// The address at the other end of the connection, in place of whatever a browser sent under this name.
const PEER: HeaderName = HeaderName::from_static("jetisu-peer");
/// Whoever signed in longer ago signs in again.
const SIGNED_IN_MAX: TimeDelta = TimeDelta::hours(12);
const ICON: &str = include_str!("icon.svg");

#[derive(Clone)]
struct App(Arc<Parts>);

struct Parts {
    platform: Platform,
    people: Arc<People>,
    kept: Kept,
    banks: Vec<Bank>,
    /// Where clients manage their consents.
    cabinet_url: String,
    keeping: Keeping,
    ignored: events::Ignored,
    /// Where a person at a webcam becomes one of those to choose from.
    register_url: String,
}

/// Another bank that one can connect, from the platform's list of active providers (OAPI-10).
#[derive(Clone)]
struct Bank {
    bin: Bin,
    name: String,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

pub(crate) fn router(settings: &Settings, people: Arc<People>, keeping: Keeping) -> Result<Router> {
    let app = App(Arc::new(Parts {
        platform: Platform::open(settings)?,
        people,
        kept: Kept::open(&settings.data_dir)?,
        banks: settings
            .providers
            .iter()
            .map(|it| Bank { bin: it.bin, name: it.name.clone() })
            .collect(),
        keeping,
        ignored: events::Ignored::default(),
        cabinet_url: format!("{}/cabinet", settings.pages_url),
        register_url: format!("{}/register", settings.outside_url),
    }));
    tokio::spawn(read::keep_fresh(app.clone()));
    tokio::spawn(events::follow(app.clone()));
    Ok(Router::new()
        .route("/", get(home::show))
        .route("/enter", post(home::enter))
        .route("/leave", post(home::leave))
        .route("/add", get(connect::show).post(connect::begin))
        .route("/sign-in", get(sign_in::show).post(sign_in::begin))
        .route("/received", get(sign_in::received))
        .route("/received/delete", post(sign_in::delete))
        .route("/callback", get(connect::callback))
        .route("/links/{link}", get(link::show))
        .route("/links/{link}/read", post(link::read_again))
        .route("/links/{link}/give-back", post(link::give_back))
        .route("/links/{link}/forget", post(link::forget))
        .route("/links/{link}/accounts/{bank}/{account}", get(account::show))
        .route("/language/{code}", get(choose_language))
        .route("/style.css", get(page::style))
        .route(page::REFRESH, get(page::refresh))
        .route("/icon.svg", get(icon))
        .route("/healthz", get(async || "ok"))
        .fallback(async || Redirect::to("/"))
        .layer(from_fn(with_peer))
        .with_state(app))
}

async fn with_peer(mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(it)| it.ip());
    if let Ok(value) = HeaderValue::from_str(&address.to_string()) {
        request.headers_mut().insert(PEER, value);
    }
    next.run(request).await
}

async fn choose_language(Path(code): Path<String>, headers: HeaderMap) -> Response {
    page::choose_language(&code, &headers)
}

async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], ICON).into_response()
}

/// Who holds this browser, and what they are to be told once.
struct Visit {
    session: String,
    client: Person,
    language: Language,
    /// They are there, and this is how the platform is told.
    presence: Presence,
}

impl Parts {
    /// The signed-in client, or the way to the sign-in.
    fn visit(&self, headers: &HeaderMap) -> Result<Visit, Redirect> {
        let language = page::language(headers);
        let found = page::cookie(headers, SESSION_COOKIE).and_then(|session| {
            let (person, signed_in_at) = self.kept.signed_in(&session)?;
            let client = self.people.by_key(&person)?;
            let ip_address = headers.get(PEER)?.to_str().ok()?.parse().ok()?;
            let presence = Presence { signed_in_at, ip_address };
            let fresh = clock::now() - signed_in_at < SIGNED_IN_MAX;
            fresh.then_some(Visit { session, client, language, presence })
        });
        found.ok_or_else(|| Redirect::to("/"))
    }

    fn bank_name(&self, bin: Bin) -> String {
        let known = self.banks.iter().find(|it| it.bin == bin);
        known.map_or_else(|| bin.to_string(), |it| it.name.clone())
    }

    /// Back to a page, with something to tell there.
    fn tell(&self, session: &str, told: Told, to: &str) -> Response {
        self.kept.tell(session, told);
        see_other(to)
    }
}

fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

/// 128 bits and more, in hexadecimal.
fn random_name() -> String {
    let mut chance = rand::rng();
    format!("{:032x}{:016x}", chance.random::<u128>(), chance.random::<u64>())
}

type Shared = State<App>;

#[cfg(test)]
mod tests;
