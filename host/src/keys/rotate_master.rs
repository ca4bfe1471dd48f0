//! `senim keys rotate-master`: re-seals every sealed value under the first key of the master key file.

use senim_core::journal::{Actor, Event, Subject};

use crate::app::App;
use senim_store::reseal::{Resealed, reseal};
use senim_store::{self as store, StoreError};

/// Hosts keep running meanwhile if all of them know both keys. `values_max` bounds this run; the next one does
/// the rest.
pub async fn rotate_master(app: &App, values_max: Option<u64>) -> Result<Resealed, StoreError> {
    let done = reseal(&app.store, values_max).await?;
    if done.complete && done.values > 0 {
        let now = app.now();
        app.store
            .transact("keys.rotate_master", async |tx| {
                let event = Event::MasterKeyRotated { values: done.values };
                store::journal::append(tx, Actor::Platform, Subject::MasterKey, event, now).await
            })
            .await?;
    }
    Ok(done)
}
