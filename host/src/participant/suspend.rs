//! The operator takes a participant's standing away: at PAR, token endpoint and edge (OAPI-5, OAPI-20).

use axum::Json;
use axum::extract::Path;
use senim_core::id::Bin;
use senim_core::journal::event;
use senim_core::participant::view::{ParticipantView, SuspendParticipant};
use senim_core::problem::Problem;
use serde_json::json;

use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::monitoring::{Operator, participants};
use senim_store as store;
use senim_store::routing::Published;

#[tracing::instrument(name = "participant.suspend", skip_all, fields(participant.bin = bin))]
pub async fn suspend(
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
            store::routing::touch(tx, Published::Registry).await?;
            let facts = json!({ "reason": asked.reason.trim() });
            let (actor, subject) = (operator.actor(), format!("participant:{bin}"));
            let event = event::PARTICIPANT_SUSPENDED;
            store::journal::append(tx, event, &actor, &subject, facts, now).await?;
            Ok(Json(participants::view(tx, participant, now).await?))
        })
        .await
}
