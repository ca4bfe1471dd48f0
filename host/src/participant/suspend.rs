//! The operator suspends a participant: at PAR, token endpoint and edge (OAPI-5, OAPI-20).

use axum::Json;
use axum::extract::Path;
use senim_core::id::Bin;
use senim_core::journal::{Event, Subject};
use senim_core::participant::view::{ParticipantView, SuspendParticipant};
use senim_core::problem::Problem;

use super::list;
use crate::app::App;
use crate::caller::Operator;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;

#[tracing::instrument(name = "participant.suspend", skip_all, fields(participant.bin = bin))]
pub(super) async fn suspend(
    app: App,
    operator: Operator,
    Path(bin): Path<String>,
    JsonBody(asked): JsonBody<SuspendParticipant>,
) -> Result<Json<ParticipantView>, Refusal> {
    let now = app.now();
    let bin: Bin = bin.parse().map_err(|_| Problem::NotFound)?;
    app.store
        .transact("participant.suspend", async |tx| {
            let participant = store::participant::load(tx, bin).await?.ok_or(Problem::NotFound)?;
            let participant = participant.suspend(&asked.reason, now)?;
            store::participant::save_standing(tx, &participant).await?;
            store::feed::append_registry(tx, now).await?;
            let (actor, subject) = (operator.actor(), Subject::Participant(bin));
            let event = Event::ParticipantSuspended { reason: asked.reason.trim().to_owned() };
            store::journal::append(tx, actor, subject, event, now).await?;
            Ok(Json(list::view(tx, participant, now).await?))
        })
        .await
}
