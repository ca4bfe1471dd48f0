//! The job that deletes expired identifiers. Requests are kept for years: core/src/retention.

use crate::app::App;
use senim_store::{self as store, StoreError};

pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("authorization.sweep", async |tx| store::authorization::sweep(tx, now).await)
        .await
}
