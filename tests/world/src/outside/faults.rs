//! Switching a bank's faults, from a page or from a test.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use senim_core::id::Bin;
use serde::Deserialize;

use super::{Outside, frame, words};
use crate::cast;
use crate::page::{self, escaped};
use crate::provider::Fault;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    bin: Bin,
    mode: Fault,
}

/// JSON from tests, a form from the page.
pub(super) async fn set(
    State(outside): State<Outside>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let from_page = !is_json(&headers);
    let switch: Option<Switch> =
        if from_page { form(&body) } else { serde_json::from_slice(&body).ok() };
    let Some(switch) = switch else { return StatusCode::BAD_REQUEST.into_response() };
    if !outside.settings.providers.iter().any(|it| it.bin == switch.bin) {
        return StatusCode::NOT_FOUND.into_response();
    }
    outside.switches.faults.set(switch.bin, switch.mode);
    tracing::info!(bank = %switch.bin, mode = switch.mode.name(), "a bank's fault was switched");
    done(from_page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consumer {
    keeps: bool,
}

/// Whether the consumer's bank keeps what it must delete.
pub(super) async fn set_consumer(
    State(outside): State<Outside>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let from_page = !is_json(&headers);
    let keeps = if from_page {
        let mut fields = url::form_urlencoded::parse(&body);
        fields.find(|(name, _)| name == "keeps").map(|(_, value)| value == "true")
    } else {
        serde_json::from_slice(&body).ok().map(|it: Consumer| it.keeps)
    };
    let Some(keeps) = keeps else { return StatusCode::BAD_REQUEST.into_response() };
    outside.switches.keeping.set(keeps);
    tracing::info!(keeps, "whether the consumer keeps what it must delete was switched");
    done(from_page)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|it| it.starts_with("application/json"))
}

fn done(from_page: bool) -> Response {
    if from_page {
        Redirect::to("/faults").into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    }
}

fn form(body: &[u8]) -> Option<Switch> {
    let fields: std::collections::BTreeMap<_, _> = url::form_urlencoded::parse(body).collect();
    let mode = fields.get("mode")?;
    Some(Switch {
        bin: fields.get("bin")?.parse().ok()?,
        mode: Fault::ALL.into_iter().find(|it| it.name() == mode)?,
    })
}

pub(super) async fn show(State(outside): State<Outside>, headers: HeaderMap) -> Response {
    let language = page::language(&headers);
    let words = words(language);
    let mut banks = String::new();
    for bank in &outside.settings.providers {
        let now = outside.switches.faults.of(bank.bin);
        let mut modes = String::new();
        for (mode, text) in Fault::ALL.into_iter().zip(words.faults) {
            let _ = write!(
                modes,
                "<button class=\"chip\" name=\"mode\" value=\"{mode}\" aria-pressed=\"{pressed}\" data-test=\"fault-{mode}\">{text}</button>",
                mode = mode.name(),
                pressed = mode == now,
            );
        }
        let _ = write!(
            banks,
            "<section class=\"card\"><h2>{name}</h2><form method=\"post\" class=\"chips\">\
             <input type=\"hidden\" name=\"bin\" value=\"{bin}\">{modes}</form></section>",
            name = escaped(&bank.name),
            bin = bank.bin,
        );
    }
    let keeps = outside.switches.keeping.is_on();
    let mut modes = String::new();
    for (value, text) in [(false, words.consumer_deletes), (true, words.consumer_keeps)] {
        let _ = write!(
            modes,
            "<button class=\"chip\" name=\"keeps\" value=\"{value}\" aria-pressed=\"{pressed}\" data-test=\"keeps-{value}\">{text}</button>",
            pressed = value == keeps,
        );
    }
    let _ = write!(
        banks,
        "<section class=\"card\"><h2>{name}</h2><p>{text}</p>\
         <form method=\"post\" action=\"/faults/consumer\" class=\"chips\">{modes}</form></section>",
        name = cast::CONSUMER.name,
        text = words.consumer_text,
    );
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {}</a></nav><h1>{}</h1><p>{}</p>{banks}",
        words.back, words.faults_title, words.faults_text,
    );
    frame(language, words.faults_title, None, body).into_response()
}
