//! What OAuth endpoints answer instead of what was asked: OAuth's error with our problem beside it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::authorization::{Denial, OAuthError};
use senim_core::problem::Problem;
use serde_json::json;

use crate::http::problem::{Answered, Refusal};
use senim_store::{Failure, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error(transparent)]
    OAuth(#[from] Denial),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What OAuth has no word for: a body over its limit, a failure of ours.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Failure for Denied {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Refused(refusal) => refusal.store(),
            Self::OAuth(_) => None,
        }
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let denial = match self {
            Self::OAuth(denial) => denial,
            Self::Store(error) => return Refusal::from(error).into_response(),
            Self::Refused(refusal) => return refusal.into_response(),
        };
        tracing::debug!(error = denial.error.code(), problem = denial.problem.code(), "denied");
        let status = if denial.problem == Problem::BodyTooLarge {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            StatusCode::from_u16(denial.error.status()).unwrap_or(StatusCode::BAD_REQUEST)
        };
        let body = json!({
            "error": denial.error.code(),
            "error_description": denial.description,
            "problem": denial.problem.code(),
        });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if denial.error == OAuthError::InvalidClient {
            // RFC 9110 §15.5.2: a 401 names a way to authenticate.
            let challenge = HeaderValue::from_static("private_key_jwt");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Answered(denial.problem));
        response
    }
}
