//! Whether a consent's end has reached every node (CNS-3): until then one of them may let a request through.

use axum::Json;
use axum::extract::Path;
use senim_core::consent::ConsentState;
use senim_core::feed::reach::{Deed, ReachView};
use senim_core::problem::Problem;

use super::show::own;
use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use crate::routing::reached;
use senim_store as store;

/// Not found while the consent stands, or where its term ended it: tokens carry the term.
#[tracing::instrument(name = "consent.reach", skip_all)]
pub(super) async fn show(
    app: App,
    client: Client,
    Path(id): Path<String>,
) -> Result<Json<ReachView>, Refusal> {
    let now = app.now();
    app.store
        .read("consent.reach", async |tx| {
            let consent = own(tx, &client.iin, &id).await?;
            let at = store::consent::ended_at_place(tx, consent.id).await?;
            let (ConsentState::Ended { ended_at: done_at, .. }, Some(at)) = (consent.state, at)
            else {
                return Err(Problem::NotFound.into());
            };
            Ok(Json(reached(tx, &app, Deed { at, done_at }, now).await?))
        })
        .await
}
