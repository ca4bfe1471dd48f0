//! The job that journals expired consents. It changes no state: an expired consent is refused by its dates.

use senim_core::journal::{Actor, Event, Subject};

use crate::app::App;
use senim_store::{self as store, StoreError};

/// The most consents that one run of the job processes.
const ROUND_MAX: u64 = 500;

pub async fn expire_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("consent.expire_due", async |tx| {
            for (id, consumer, expires_at) in
                store::consent::expired_unrecorded(tx, now, ROUND_MAX).await?
            {
                store::consent::mark_expiry_recorded(tx, id, now).await?;
                store::consent::add_notice(tx, id, consumer, None, expires_at).await?;
                let event = Event::ConsentExpired { consumer, expired_at: expires_at };
                store::journal::append(tx, Actor::Platform, Subject::Consent(id), event, now)
                    .await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
}
