//! The client withdraws a consent (CNS-3): data stops at once.

use axum::Json;
use axum::extract::Path;
use senim_core::consent::view::ConsentDetailsView;
use senim_core::consent::{ConsentState, EndedBy};
use senim_core::journal::Actor;
use senim_core::problem::Problem;

use super::{end, show};
use crate::app::App;
use crate::caller::Client;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;

#[tracing::instrument(name = "consent.withdraw", skip_all)]
pub async fn withdraw(
    app: App,
    client: Client,
    Path(id): Path<String>,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<ConsentDetailsView>, Refusal> {
    let now = app.now();
    app.store
        .transact("consent.withdraw", async |tx| {
            let consent = show::own(tx, &client.iin, &id).await?;
            match &consent.state {
                ConsentState::Granted(granted) if !granted.expired(now) => {}
                // Already over: the response says so, instead of reporting a failure.
                ConsentState::Granted(_) | ConsentState::Ended { .. } => {
                    return Err(Problem::ConsentEnded.into());
                }
                ConsentState::Requested
                | ConsentState::Refused { .. }
                | ConsentState::Abandoned { .. } => return Err(Problem::NotFound.into()),
            }
            let by = (EndedBy::Client, None);
            let consent = end::end(tx, &app, consent, by, Actor::Client, now).await?;
            Ok(Json(show::details(tx, consent, now).await?))
        })
        .await
}
