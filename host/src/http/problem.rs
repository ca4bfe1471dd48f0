//! The one place where what went wrong becomes HTTP: RFC 9457, `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_channel::budget::Exhausted;
use senim_core::consent::ConsentError;
use senim_core::participant::ParticipantError;
use senim_core::problem::Problem;

use senim_store::{Failure, StoreError};

/// Why a use case did not answer as asked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("{}", .0.code())]
    Problem(Problem),
    /// `detail` says which parameter; never what names a person.
    #[error("{}: {detail}", .problem.code())]
    Detailed { problem: Problem, detail: String },
    #[error(transparent)]
    Consent(#[from] ConsentError),
    #[error(transparent)]
    Participant(#[from] ParticipantError),
    /// 503, or 429 where this caller alone asks too often.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was not foreseen: logged whole, told as nothing.
    #[error("{0}")]
    Internal(String),
}

impl Refusal {
    pub fn internal(why: impl std::fmt::Display) -> Self {
        Self::Internal(why.to_string())
    }

    pub fn detailed(problem: Problem, detail: impl Into<String>) -> Self {
        Self::Detailed { problem, detail: detail.into() }
    }

    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) | Self::Detailed { problem, .. } => *problem,
            Self::Consent(error) => error.problem(),
            Self::Participant(error) => error.problem(),
            Self::Exhausted(Exhausted { retry_after: Some(_), .. }) => Problem::RateLimited,
            Self::Exhausted(_) => Problem::Busy,
            Self::Store(_) | Self::Internal(_) => Problem::Internal,
        }
    }

    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Detailed { detail, .. } => Some(detail),
            Self::Problem(_)
            | Self::Consent(_)
            | Self::Participant(_)
            | Self::Exhausted(_)
            | Self::Store(_)
            | Self::Internal(_) => None,
        }
    }

    /// Tells the log what the caller is not told.
    pub fn log(&self) {
        match self {
            Self::Store(error) => tracing::error!(%error, "the store failed"),
            Self::Internal(why) => tracing::error!(why, "what was not foreseen"),
            Self::Exhausted(exhausted) => {
                tracing::debug!(problem = self.problem().code(), budget = %exhausted.budget, "refused");
            }
            Self::Problem(_) | Self::Detailed { .. } | Self::Consent(_) | Self::Participant(_) => {
                tracing::debug!(problem = self.problem().code(), "refused");
            }
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Failure for Refusal {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Problem(_)
            | Self::Detailed { .. }
            | Self::Consent(_)
            | Self::Participant(_)
            | Self::Exhausted(_)
            | Self::Internal(_) => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.log();
        let mut response = answer(self.problem(), self.detail());
        if let Self::Exhausted(exhausted) = self {
            let seconds = HeaderValue::from(exhausted.retry_after_s());
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// For logs and counters: which problem an answer carries.
#[derive(Clone, Copy, Debug)]
pub struct Answered(pub Problem);

pub fn answer(problem: Problem, detail: Option<&str>) -> Response {
    let status =
        StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, problem.body(detail).to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response.extensions_mut().insert(Answered(problem));
    response
}
