//! Forms of OAuth endpoints: `application/x-www-form-urlencoded` and nothing else, no parameter twice.

use axum::extract::{FromRequest, Request};
use senim_core::authorization::{Denial, Parameters};
use senim_core::problem::Problem;

use super::answer::Denied;
use crate::http::body::{is_of_type, read};

pub(super) struct Form(pub(super) Parameters);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Denied;

    async fn from_request(request: Request, _: &S) -> Result<Self, Denied> {
        let is_form = is_of_type(&request, "application/x-www-form-urlencoded");
        let bytes = read(request)
            .await
            .map_err(|problem| Denial { problem, ..Denial::request(problem.title()) })?;
        if !is_form {
            let description = "send application/x-www-form-urlencoded";
            let problem = Problem::BodyMalformed;
            return Err(Denial { problem, ..Denial::request(description) }.into());
        }
        let pairs = url::form_urlencoded::parse(&bytes).into_owned();
        Ok(Self(Parameters::from_pairs(pairs)?))
    }
}
