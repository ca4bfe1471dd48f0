//! Participants and their standing, as the console lists them.

use axum::Json;
use senim_core::Timestamp;
use senim_core::monitoring::hour_before;
use senim_core::participant::Participant;
use senim_core::participant::view::ParticipantView;

use crate::app::App;
use crate::caller::Operator;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError, Tx};

#[tracing::instrument(name = "participant.list", skip_all)]
pub(super) async fn list(
    app: App,
    _operator: Operator,
) -> Result<Json<Vec<ParticipantView>>, Refusal> {
    let now = app.now();
    app.store
        .read("participant.list", async |tx| {
            let mut views = Vec::new();
            for participant in store::participant::all(tx).await? {
                views.push(view(tx, participant, now).await?);
            }
            Ok(Json(views))
        })
        .await
}

pub(super) async fn view(
    tx: &mut Tx,
    participant: Participant,
    now: Timestamp,
) -> Result<ParticipantView, StoreError> {
    let (bin, since) = (participant.bin, hour_before(now));
    Ok(ParticipantView {
        applications: store::participant::applications_of(tx, bin).await?,
        consents_active: store::consent::count_active(tx, Some(bin), now).await?,
        requests_last_hour: store::usage::uses_of_participant(tx, bin, since).await?,
        participant,
    })
}
