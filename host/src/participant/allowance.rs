//! The operator sets what a participant may ask for as a consumer, at each edge node (OAPI-18).

use axum::Json;
use axum::extract::Path;
use senim_core::id::Bin;
use senim_core::journal::{Event, Subject};
use senim_core::problem::Problem;
use senim_core::routing::{Allowance, SetAllowance};

use crate::app::App;
use crate::caller::Operator;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;

#[tracing::instrument(name = "participant.allowance", skip_all, fields(participant.bin = bin))]
pub(super) async fn show(
    app: App,
    _operator: Operator,
    Path(bin): Path<String>,
) -> Result<Json<Allowance>, Refusal> {
    let bin: Bin = bin.parse().map_err(|_| Problem::NotFound)?;
    let found = app
        .store
        .read("participant.allowance", async |tx| store::participant::allowance(tx, bin).await)
        .await?;
    Ok(Json(found.ok_or(Problem::NotFound)?))
}

/// Nodes count by it from the registry's next frame on. What is the same already is neither told nor recorded.
#[tracing::instrument(name = "participant.set_allowance", skip_all, fields(participant.bin = bin))]
pub(super) async fn set(
    app: App,
    operator: Operator,
    Path(bin): Path<String>,
    JsonBody(asked): JsonBody<SetAllowance>,
) -> Result<Json<Allowance>, Refusal> {
    let now = app.now();
    let bin: Bin = bin.parse().map_err(|_| Problem::NotFound)?;
    let allowance = Allowance::from(asked);
    allowance.check().map_err(|why| Refusal::detailed(Problem::BodyMalformed, why))?;
    app.store
        .transact("participant.set_allowance", async |tx| {
            let before = store::participant::allowance(tx, bin).await?.ok_or(Problem::NotFound)?;
            if before == allowance {
                return Ok(Json(allowance));
            }
            store::participant::save_allowance(tx, bin, allowance).await?;
            store::feed::append_registry(tx, now).await?;
            let event = Event::ParticipantAllowanceSet {
                requests_a_minute: allowance.requests_a_minute,
                application_requests_a_minute: allowance.application_requests_a_minute,
                application_requests_a_day: allowance.application_requests_a_day,
                consent_requests_a_minute: allowance.consent_requests_a_minute,
            };
            let (actor, subject) = (operator.actor(), Subject::Participant(bin));
            store::journal::append(tx, actor, subject, event, now).await?;
            Ok(Json(allowance))
        })
        .await
}
