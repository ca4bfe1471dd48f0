//! The consumer bank's app, as its clients see it on their phones. Its server holds keys and tokens; a
//! browser holds only the name of its session.

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use rand::Rng as _;
use senim_core::id::Bin;
use senim_core::text::Language;

use crate::page;
use crate::register::{People, Person};
use crate::settings::Settings;

mod account;
mod connect;
mod home;
mod kept;
mod link;
mod platform;
mod read;
mod view;
mod words;

use kept::{Kept, Told};
use platform::Platform;

pub(crate) const SESSION_COOKIE: &str = "jetisu_session";
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

pub(crate) fn router(settings: &Settings, people: Arc<People>) -> Result<Router> {
    let app = App(Arc::new(Parts {
        platform: Platform::open(settings)?,
        people,
        kept: Kept::open(&settings.data_dir)?,
        banks: settings
            .providers
            .iter()
            .map(|it| Bank { bin: it.bin, name: it.name.clone() })
            .collect(),
        cabinet_url: format!("{}/cabinet", settings.pages_url),
        register_url: format!("{}/register", settings.outside_url),
    }));
    Ok(Router::new()
        .route("/", get(home::show))
        .route("/enter", post(home::enter))
        .route("/leave", post(home::leave))
        .route("/add", get(connect::show).post(connect::begin))
        .route("/callback", get(connect::callback))
        .route("/links/{link}", get(link::show))
        .route("/links/{link}/read", post(link::read_again))
        .route("/links/{link}/give-back", post(link::give_back))
        .route("/links/{link}/forget", post(link::forget))
        .route("/links/{link}/accounts/{bank}/{account}", get(account::show))
        .route("/language/{code}", get(choose_language))
        .route("/style.css", get(page::style))
        .route("/icon.svg", get(icon))
        .route("/healthz", get(async || "ok"))
        .fallback(async || Redirect::to("/"))
        .with_state(app))
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
}

impl Parts {
    /// The signed-in client, or the way to the sign-in.
    fn visit(&self, headers: &HeaderMap) -> Result<Visit, Redirect> {
        let language = page::language(headers);
        let found = page::cookie(headers, SESSION_COOKIE).and_then(|session| {
            let client = self.people.by_key(&self.kept.person(&session)?)?;
            Some(Visit { session, client, language })
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
