//! Participants and their standing, as the console lists them.

use std::collections::BTreeMap;

use axum::Json;
use senim_core::Timestamp;
use senim_core::id::Bin;
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
            let counts = Counts::read(tx, now).await?;
            let all = store::participant::all(tx).await?.into_iter();
            Ok(Json(all.map(|it| counts.view(it)).collect()))
        })
        .await
}

/// Of every participant.
struct Counts {
    applications: BTreeMap<Bin, u64>,
    consents_active: BTreeMap<Bin, u64>,
    requests_last_hour: BTreeMap<Bin, u64>,
}

impl Counts {
    async fn read(tx: &mut Tx, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            applications: store::participant::count_applications(tx).await?,
            consents_active: store::consent::count_active_by_party(tx, now).await?,
            requests_last_hour: store::usage::uses_by_participant(tx, hour_before(now)).await?,
        })
    }

    fn view(&self, participant: Participant) -> ParticipantView {
        let of = |counts: &BTreeMap<Bin, u64>| counts.get(&participant.bin).copied().unwrap_or(0);
        ParticipantView {
            applications: of(&self.applications),
            consents_active: of(&self.consents_active),
            requests_last_hour: of(&self.requests_last_hour),
            participant,
        }
    }
}

pub(super) async fn view(
    tx: &mut Tx,
    participant: Participant,
    now: Timestamp,
) -> Result<ParticipantView, StoreError> {
    Ok(Counts::read(tx, now).await?.view(participant))
}
