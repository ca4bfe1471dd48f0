//! Refusals as HTTP: core writes the problem document (RFC 9457), here it becomes a response.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use senim_channel::budget::Exhausted;
use senim_core::consent::ConsentError;
use senim_core::participant::ParticipantError;
use senim_core::problem::{Problem, ProblemDocument};

use senim_store::{Failure, StoreError};

/// Why a use case failed.
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
    /// 503, or 429 if this caller alone sends too many requests.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// May succeed after `retry_after`, which becomes the header `Retry-After`.
    #[error("{}", .problem.code())]
    Later { problem: Problem, retry_after: TimeDelta },
    /// An unexpected failure: logged in full, reported to the caller only as `internal`.
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
            Self::Problem(problem)
            | Self::Detailed { problem, .. }
            | Self::Later { problem, .. } => *problem,
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
            Self::Later { .. }
            | Self::Problem(_)
            | Self::Consent(_)
            | Self::Participant(_)
            | Self::Exhausted(_)
            | Self::Store(_)
            | Self::Internal(_) => None,
        }
    }

    /// Logs what the caller does not see.
    pub fn log(&self) {
        match self {
            Self::Store(error) => tracing::error!(%error, "the store failed"),
            Self::Internal(why) => tracing::error!(why, "internal error"),
            Self::Exhausted(exhausted) => {
                tracing::debug!(problem = self.problem().code(), budget = %exhausted.budget, "refused");
            }
            Self::Problem(_)
            | Self::Detailed { .. }
            | Self::Consent(_)
            | Self::Participant(_)
            | Self::Later { .. } => {
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
            | Self::Later { .. }
            | Self::Internal(_) => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.log();
        let document = ProblemDocument::of(self.problem()).detail(self.detail());
        respond(&match self.retry_after_s() {
            Some(seconds) => document.retry_after_s(seconds),
            None => document,
        })
    }
}

impl Refusal {
    /// Whole seconds, rounded up (RFC 9110 §10.2.3); `None` if unknown.
    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Exhausted(exhausted) => Some(exhausted.retry_after_s()),
            Self::Later { retry_after, .. } => {
                let milliseconds = u64::try_from(retry_after.num_milliseconds()).unwrap_or(1);
                Some(milliseconds.max(1).div_ceil(1000))
            }
            Self::Problem(_)
            | Self::Detailed { .. }
            | Self::Consent(_)
            | Self::Participant(_)
            | Self::Store(_)
            | Self::Internal(_) => None,
        }
    }
}

/// The problem in a response, for logs and counters.
#[derive(Clone, Copy, Debug)]
pub struct Answered(pub Problem);

pub fn answer(problem: Problem, detail: Option<&str>) -> Response {
    respond(&ProblemDocument::of(problem).detail(detail))
}

pub fn respond(document: &ProblemDocument) -> Response {
    let status =
        StatusCode::from_u16(document.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, document.body()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(ProblemDocument::MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = document.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(Answered(document.problem()));
    response
}
