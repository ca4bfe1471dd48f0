//! The operator resumes a suspended participant.

use axum::Json;
use axum::extract::Path;
use senim_core::id::Bin;
use senim_core::journal::{Event, Subject};
use senim_core::participant::view::ParticipantView;
use senim_core::problem::Problem;

use super::list;
use crate::app::App;
use crate::caller::Operator;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use senim_store as store;

#[tracing::instrument(name = "participant.resume", skip_all, fields(participant.bin = bin))]
pub(super) async fn resume(
    app: App,
    operator: Operator,
    Path(bin): Path<String>,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<ParticipantView>, Refusal> {
    let now = app.now();
    let bin: Bin = bin.parse().map_err(|_| Problem::NotFound)?;
    app.store
        .transact("participant.resume", async |tx| {
            let participant = store::participant::load(tx, bin).await?.ok_or(Problem::NotFound)?;
            let participant = participant.resume()?;
            store::participant::save_standing(tx, &participant).await?;
            store::feed::append_registry(tx, now).await?;
            let (actor, subject) = (operator.actor(), Subject::Participant(bin));
            let event = Event::ParticipantResumed {};
            store::journal::append(tx, actor, subject, event, now).await?;
            Ok(Json(list::view(tx, participant, now).await?))
        })
        .await
}
