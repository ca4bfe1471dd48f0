//! Whether something that was done has taken effect at every node.

use axum::Json;
use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::feed::BOUND_MAX_MS;
use senim_core::feed::reach::{Deed, ReachView, reach};

use crate::app::App;
use crate::caller::Operator;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// A node that was suspended before refuses everything by now, whatever its bound.
fn suspended_ago() -> TimeDelta {
    TimeDelta::milliseconds(i64::try_from(BOUND_MAX_MS).unwrap_or_default()) + TimeDelta::seconds(2)
}

/// Of something that was done at this moment in this frame.
pub async fn reached(
    tx: &mut Tx,
    app: &App,
    deed: Deed,
    now: Timestamp,
) -> Result<ReachView, Refusal> {
    let nodes = app.feed.streams.heard(tx, suspended_ago(), now).await?;
    Ok(reach(&nodes, deed, now))
}

/// `GET /api/console/nodes`: which nodes have all that was done until now.
#[tracing::instrument(name = "feed.nodes", skip_all)]
pub(super) async fn show(app: App, _operator: Operator) -> Result<Json<ReachView>, Refusal> {
    let now = app.now();
    app.store
        .read("feed.nodes", async |tx| {
            let head = store::feed::head(tx).await?.at;
            let made_at = store::feed::last_made_at(tx).await?;
            // No frame is kept: the last one is old.
            let done_at = made_at.unwrap_or(now - suspended_ago());
            Ok(Json(reached(tx, &app, Deed { at: head, done_at }, now).await?))
        })
        .await
}
