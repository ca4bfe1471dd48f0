//! The calling edge node: the active one that the certificate is registered for.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_core::problem::Problem;

use crate::app::App;
use crate::callers::{Caller, Who};
use crate::http::peer::Certificate;
use crate::http::problem::Refusal;
use senim_store as store;

pub struct Node(pub String);

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
        let thumbprint = certificate.ok_or(Problem::Forbidden)?.thumbprint;
        let node = app
            .store
            .read("routing.node", async |tx| {
                Ok::<_, Refusal>(store::routing::node(tx, &thumbprint).await?)
            })
            .await?;
        let node = node.filter(|it| it.active);
        app.feed.nodes.learn(&thumbprint, node.is_some());
        node.map(|it| Self(it.name)).ok_or_else(|| Problem::Forbidden.into())
    }
}
