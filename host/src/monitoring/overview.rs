//! The last hour in minutes: sessions, requests, who is there.

use std::collections::BTreeMap;

use axum::Json;
use senim_core::monitoring::view::OverviewView;
use senim_core::monitoring::{MINUTES_SHOWN, hour_before};
use senim_core::participant::Standing;

use crate::app::App;
use crate::caller::Operator;
use crate::http::problem::Refusal;
use senim_store as store;

#[tracing::instrument(name = "monitoring.overview", skip_all)]
pub(super) async fn show(app: App, _operator: Operator) -> Result<Json<OverviewView>, Refusal> {
    let now = app.now();
    let since = hour_before(now);
    app.store
        .read("monitoring.overview", async |tx| {
            let sessions = store::identity::by_minute(tx, since).await?;
            let requests = store::usage::uses_by_minute(tx, since).await?;
            let participants = store::participant::all(tx).await?;
            let active = participants.iter().filter(|it| it.standing == Standing::Active).count();
            let suspended = participants.len() - active;
            Ok(Json(OverviewView {
                now,
                sessions_started: minutes(&sessions, |it| it.0),
                sessions_passed: minutes(&sessions, |it| it.1),
                sessions_failed: minutes(&sessions, |it| it.2),
                requests_answered: minutes(&requests, |it| it.0),
                requests_refused: minutes(&requests, |it| it.1),
                consents_active: store::consent::count_active(tx, now).await?,
                participants_active: u64::try_from(active).unwrap_or_default(),
                participants_suspended: u64::try_from(suspended).unwrap_or_default(),
                edges: store::routing::edges(tx).await?,
            }))
        })
        .await
}

/// One number a minute, oldest first; minutes missing in the rows are 0.
fn minutes<T>(found: &BTreeMap<u64, T>, of: impl Fn(&T) -> u64) -> Vec<u64> {
    (0..MINUTES_SHOWN).map(|minute| found.get(&minute).map_or(0, &of)).collect()
}
