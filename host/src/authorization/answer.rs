//! Error responses of OAuth endpoints: OAuth's error code with our problem beside it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::authorization::Denial;

use crate::http::problem::{Answered, Refusal};
use senim_store::{Failure, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error(transparent)]
    OAuth(#[from] Denial),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Errors that OAuth has no code for: a body over its limit, an internal failure.
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
        let status = StatusCode::from_u16(denial.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, denial.body()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = denial.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response.extensions_mut().insert(Answered(denial.problem));
        response
    }
}
