//! The SMS gateway's API.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use senim_core::id::Phone;
use serde::Deserialize;
use serde_json::json;

use super::Outside;
use crate::clock;
use crate::sms::Send;

#[derive(Deserialize)]
pub(super) struct Asked {
    to: Option<Phone>,
}

pub(super) async fn send(
    State(outside): State<Outside>,
    asked: Result<Json<Send>, JsonRejection>,
) -> StatusCode {
    let Ok(Json(asked)) = asked else { return StatusCode::BAD_REQUEST };
    if outside.outbox.take(asked, clock::now()) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// For tests: a real gateway tells nobody what it sent.
pub(super) async fn messages(
    State(outside): State<Outside>,
    Query(asked): Query<Asked>,
) -> Response {
    Json(json!({ "messages": outside.outbox.messages(asked.to.as_ref()) })).into_response()
}
