//! The job that deletes expired identifiers, links and codes.

use chrono::TimeDelta;

use crate::app::App;
use senim_store::{self as store, StoreError};

/// How long a replayed code is recognised and ends its consent. Consents themselves are kept for years.
const REQUESTS_KEPT: TimeDelta = TimeDelta::days(7);

pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("authorization.sweep", async |tx| {
            store::authorization::sweep(tx, now, now - REQUESTS_KEPT).await
        })
        .await
}
