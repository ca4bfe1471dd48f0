//! Deletes evidence at the end of its retention: images after days, results after years.

use super::RESULTS_KEPT;
use crate::app::App;
use senim_store::{self as store, StoreError};

pub async fn forget_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("evidence.forget_due", async |tx| {
            let packs = store::evidence::forget_frames(tx, now).await?;
            let rows = store::evidence::forget_before(tx, now - RESULTS_KEPT).await?;
            if packs + rows > 0 {
                tracing::info!(packs, rows, "deleted evidence at the end of its retention");
            }
            Ok(())
        })
        .await
}
