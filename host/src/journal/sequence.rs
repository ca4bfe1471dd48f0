//! The job that numbers committed records: one total order, without making writers wait.

use senim_store::{self as store, StoreError};

use crate::app::App;

pub async fn sequence(app: &App) -> Result<(), StoreError> {
    while app
        .store
        .transact("journal.sequence", async |tx| store::journal::sequence(tx).await)
        .await?
        > 0
    {}
    Ok(())
}
