//! What lies outside the banks: the state register, the SMS gateway with the phone that it reaches, the
//! operator's authenticator, and the switches of the banks' faults.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use senim_core::text::Language;

use crate::consumer::Keeping;
use crate::page::{self, Page};
use crate::provider::Faults;
use crate::register::People;
use crate::settings::Settings;
use crate::sms::Outbox;

mod authenticator;
mod faults;
mod front;
mod gateway;
mod person;
mod phone;
mod registration;
mod soap;
mod words;

use words::words;

const ICON: &str = include_str!("icon.svg");
/// A photo in base64 and the words around it.
const BODY_BYTES_MAX: usize = 3 * 1024 * 1024;

#[derive(Clone)]
struct Outside(Arc<Parts>);

struct Parts {
    settings: Arc<Settings>,
    people: Arc<People>,
    outbox: Outbox,
    switches: Switches,
}

/// What can be made to go wrong.
#[derive(Clone, Default)]
pub(crate) struct Switches {
    pub(crate) faults: Faults,
    pub(crate) keeping: Keeping,
}

impl std::ops::Deref for Outside {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

pub(crate) fn router(
    settings: Arc<Settings>,
    people: Arc<People>,
    outbox: Outbox,
    switches: Switches,
) -> Router {
    Router::new()
        .route("/", get(front::show))
        .route("/credits", get(front::credits))
        .route("/people/{key}", get(person::photo))
        .route("/source/v1/person", post(person::find))
        .route("/source/soap", get(soap::wsdl).post(soap::find))
        .route("/register", get(registration::show).post(registration::register))
        .route("/phone", get(phone::show))
        .route("/sms/v1/messages", get(gateway::messages).post(gateway::send))
        .route("/authenticator", get(authenticator::show))
        .route("/authenticator.json", get(authenticator::json))
        .route("/faults", get(faults::show).post(faults::set))
        .route("/faults/consumer", post(faults::set_consumer))
        .route("/language/{code}", get(choose_language))
        .route("/style.css", get(page::style))
        .route("/icon.svg", get(async || file("image/svg+xml", ICON)))
        .route(page::REFRESH, get(page::refresh))
        .route("/register.js", get(async || file("text/javascript", include_str!("register.js"))))
        .route("/healthz", get(async || "ok"))
        .fallback(async || Redirect::to("/"))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Outside(Arc::new(Parts { settings, people, outbox, switches })))
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], text)
        .into_response()
}

async fn choose_language(Path(code): Path<String>, headers: HeaderMap) -> Response {
    page::choose_language(&code, &headers)
}

fn frame(language: Language, title: &str, script: Option<&'static str>, body: String) -> Page {
    let words = words(language);
    Page {
        language,
        title: format!("{title} · {}", words.world),
        look: "world",
        brand: format!("<a class=\"brand\" href=\"/\">{ICON}<b>{}</b></a>", words.world),
        account: String::new(),
        body,
        script,
        footer: format!("<p>{}</p>", words.sample),
    }
}

#[cfg(test)]
mod tests;
