//! Forms of OAuth endpoints: `application/x-www-form-urlencoded` and nothing else, no parameter twice.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use senim_core::authorization::{Denial, Parameters};
use senim_core::problem::Problem;

use super::answer::Denied;
use crate::http::body::{media_type, too_large_or};

pub(super) struct Form(pub(super) Parameters);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Denied;

    async fn from_request(request: Request, state: &S) -> Result<Self, Denied> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_form = content_type.and_then(|it| it.to_str().ok()).is_some_and(|it| {
            media_type(it).eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let bytes = Bytes::from_request(request, state).await.map_err(|it| too_large_or(&it))?;
        if !is_form {
            let description = "send application/x-www-form-urlencoded";
            let problem = Problem::BodyMalformed;
            return Err(Denial { problem, ..Denial::request(description) }.into());
        }
        let pairs = url::form_urlencoded::parse(&bytes).into_owned();
        Ok(Self(Parameters::from_pairs(pairs)?))
    }
}
