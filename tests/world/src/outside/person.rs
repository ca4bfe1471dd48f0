//! The state register's API (IDX-1's Source), and the people's photos for the front page.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use senim_core::id::Iin;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outside;
use crate::civil;

/// In the body, because an IIN in an address would stand in logs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Find {
    iin: Iin,
}

pub(super) async fn find(
    State(outside): State<Outside>,
    asked: Result<Json<Find>, JsonRejection>,
) -> Response {
    // The rejection's text repeats what was sent.
    let Ok(Json(asked)) = asked else { return StatusCode::BAD_REQUEST.into_response() };
    match found(&outside, &asked.iin) {
        Ok(Some(answer)) => Json(answer).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(NoPhoto) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The photo of somebody who registered is missing.
pub(super) struct NoPhoto;

/// The answer's members, the same in JSON and SOAP.
pub(super) fn found(outside: &Outside, iin: &Iin) -> Result<Option<Value>, NoPhoto> {
    let Some(person) = outside.people.by_iin(iin) else { return Ok(None) };
    let Some(photo) = outside.people.photo(&person) else {
        tracing::error!("the photo of somebody who registered is missing");
        return Err(NoPhoto);
    };
    let mut answer = json!({
        "iin": person.iin,
        "surname": person.surname,
        "name": person.name,
        "birthDate": person.birth_date,
        "sex": person.sex,
        "citizenship": person.civil.citizenship,
        "permanentResidence": person.civil.permanent_residence,
        "capable": person.civil.capable,
        "photo": STANDARD.encode(photo),
    });
    for (name, value) in civil::of(&person) {
        answer[name] = value;
    }
    if let Some(patronymic) = person.patronymic {
        answer["patronymic"] = patronymic.into();
    }
    Ok(Some(answer))
}

pub(super) async fn photo(State(outside): State<Outside>, Path(key): Path<String>) -> Response {
    let found = outside.people.by_key(&key).and_then(|it| outside.people.photo(&it));
    match found {
        Some(jpeg) => (
            [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=600")],
            jpeg,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
