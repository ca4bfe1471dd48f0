//! The job that writes numbered records into the log and publishes its checkpoint. The journal's rows are the outbox:
//! whatever fails here, they wait.

use std::sync::Arc;

use senim_core::log::LogError;
use senim_store as store;

use crate::app::App;
use crate::log::{Log, LogFailure};

/// Nothing where this host writes no log.
pub async fn append(app: &App) -> Result<(), LogFailure> {
    let Some(log) = app.log.clone() else { return Ok(()) };
    let _turn = log.turn().await;
    while written(app, &log).await? {}
    log.publish().await
}

/// One batch; `false`: nothing waits.
async fn written(app: &App, log: &Arc<Log>) -> Result<bool, LogFailure> {
    // On one snapshot: whose records these are is read without being in any writer's way.
    let (lock, waiting) = app
        .store
        .read("log.waiting", async |tx| {
            let lock = store::log::lock(tx).await?;
            Ok::<_, LogFailure>((lock, store::log::waiting(tx).await?))
        })
        .await?;
    log.follow(&lock.ok_or(LogFailure::Overtaken)?)?;
    if waiting.is_empty() {
        return Ok(false);
    }
    let (now, writer, records) = (app.now(), Arc::clone(log), waiting.clone());
    // Synced files: not on the runtime's own threads.
    let done = tokio::task::spawn_blocking(move || writer.write(&records, now)).await;
    let batch = done.map_err(|_| LogError::Tile("writing it broke off"))??;
    let (batch, waiting) = (&batch, &waiting);
    let swapped = app
        .store
        .transact("log.swap", async |tx| {
            if !store::log::swap(tx, &batch.old, &batch.new).await? {
                return Ok(false);
            }
            store::log::written(tx, waiting, batch.old.size, batch.month).await?;
            Ok::<_, LogFailure>(true)
        })
        .await?;
    if !swapped {
        return Err(LogFailure::Overtaken);
    }
    log.follow(&batch.new)?;
    Ok(true)
}
