//! The job that journals expired consents and tells their consumers. It changes no state: an expired consent is refused by its dates.

use senim_core::journal::{Actor, Event, Subject};

use super::end;
use crate::app::App;
use senim_store::{self as store, StoreError};

/// The most consents that one run of the job processes.
const ROUND_MAX: u64 = 500;

pub async fn expire_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("consent.expire_due", async |tx| {
            for (id, expires_at) in store::consent::expired_unrecorded(tx, now, ROUND_MAX).await? {
                store::consent::mark_expiry_recorded(tx, id, now).await?;
                let Some(consent) = store::consent::load(tx, id).await? else { continue };
                end::tell(tx, app, &consent, (None, None), expires_at).await?;
                let event =
                    Event::ConsentExpired { consumer: consent.consumer, expired_at: expires_at };
                store::journal::append(tx, Actor::Platform, Subject::Consent(id), event, now)
                    .await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
}
