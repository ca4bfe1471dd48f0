//! Which edge node calls: the common name of its certificate, where the configuration names it.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_core::problem::Problem;

use crate::app::App;
use crate::callers::{Caller, Who};
use crate::http::peer::Certificate;
use crate::http::problem::Refusal;

pub(super) struct Node(pub(super) String);

impl Caller for Node {
    const WHO: Who = Who::Node;
}

impl<S: Send + Sync> FromRequestParts<S> for Node
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let app = App::from_ref(state);
        let Ok(Certificate(certificate)) = Certificate::from_request_parts(parts, state).await;
        let name = certificate.and_then(|it| it.common_name);
        let known = name.filter(|it| app.config.edge_names.contains(it));
        known.map(Self).ok_or_else(|| Problem::Forbidden.into())
    }
}
