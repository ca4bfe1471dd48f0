//! Switching a bank's faults, from a page or from a test.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use senim_core::id::Bin;
use serde::Deserialize;

use super::{Outside, frame, words};
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
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let from_page = !kind.starts_with("application/json");
    let switch: Option<Switch> =
        if from_page { form(&body) } else { serde_json::from_slice(&body).ok() };
    let Some(switch) = switch else { return StatusCode::BAD_REQUEST.into_response() };
    if !outside.settings.providers.iter().any(|it| it.bin == switch.bin) {
        return StatusCode::NOT_FOUND.into_response();
    }
    outside.faults.set(switch.bin, switch.mode);
    tracing::info!(bank = %switch.bin, mode = switch.mode.name(), "a bank's fault was switched");
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
        let now = outside.faults.of(bank.bin);
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
    let body = format!(
        "<nav><a class=\"back\" href=\"/\">‹ {}</a></nav><h1>{}</h1><p>{}</p>{banks}",
        words.back, words.faults_title, words.faults_text,
    );
    frame(language, words.faults_title, None, body).into_response()
}
