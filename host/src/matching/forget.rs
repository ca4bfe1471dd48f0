//! Deletes requests and results after five years (IDX-8). The journal stays.

use chrono::Months;

use crate::app::App;
use senim_store::{self as store, StoreError};

const KEPT: Months = Months::new(5 * 12);

/// One run of the job.
pub async fn forget(app: &App) -> Result<(), StoreError> {
    let Some(before) = app.now().checked_sub_months(KEPT) else { return Ok(()) };
    let forgotten = app
        .store
        .transact("photo.forget", async |tx| {
            let photos = store::matching::forget(tx, before).await?;
            Ok::<_, StoreError>(photos + store::solution::forget(tx, before).await?)
        })
        .await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "deleted matching requests older than five years");
    }
    Ok(())
}
