//! The job that tells of terms that are over. It changes no state: an expired consent is refused by its dates.

use senim_core::journal::{Actor, Event, Subject};

use crate::app::App;
use senim_store::{self as store, StoreError};

/// Consents that one round of the job takes on.
const ROUND_MAX: u64 = 500;

pub async fn expire_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("consent.expire_due", async |tx| {
            for (id, consumer, expires_at) in
                store::consent::expired_untold(tx, now, ROUND_MAX).await?
            {
                store::consent::mark_expired_told(tx, id, now).await?;
                store::consent::add_notice(tx, id, consumer, None, expires_at).await?;
                let event = Event::ConsentExpired { consumer, expired_at: expires_at };
                store::journal::append(tx, Actor::Platform, Subject::Consent(id), event, now)
                    .await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
}
