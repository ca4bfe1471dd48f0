//! JSON bodies, strict: the content type, the limit and every field are checked.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use senim_core::problem::Problem;
use serde::de::DeserializeOwned;

use super::problem::Refusal;

/// A body read as `T`; what does not read is [`Problem::BodyMalformed`].
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|it| it.to_str().ok())
            .is_some_and(|it| media_type(it).eq_ignore_ascii_case("application/json"));
        let bytes =
            Bytes::from_request(request, state).await.map_err(|error| too_large_or(&error))?;
        if !is_json {
            return Err(Refusal::detailed(Problem::BodyMalformed, "send application/json"));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // Only where it broke: serde's own words may quote what was sent.
            let place = format!("not readable at line {} column {}", error.line(), error.column());
            Refusal::detailed(Problem::BodyMalformed, place)
        })
    }
}

/// The body was longer than its limit, or broke off.
pub fn too_large_or(error: &BytesRejection) -> Refusal {
    match error.status().as_u16() {
        413 => Problem::BodyTooLarge.into(),
        _ => Problem::BodyMalformed.into(),
    }
}

/// Without parameters such as `charset`.
pub fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}
