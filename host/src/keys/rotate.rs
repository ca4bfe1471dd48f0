//! `senim keys rotate`: a new signing key; the old one stays published until its tokens are gone.

use senim_core::Timestamp;
use senim_core::journal::{Actor, Event, Subject};

use super::{kept_until, made, publish};
use senim_channel::clock::Rng;
use senim_store::seal::Sealer;
use senim_store::{self as store, Store, StoreError};

/// Returns the new key's `kid`. A running host picks the key up within seconds.
pub async fn rotate(
    store: &Store,
    sealer: &Sealer,
    rng: &dyn Rng,
    now: Timestamp,
) -> Result<String, StoreError> {
    let key = made(sealer, rng, now)?;
    store
        .transact("keys.rotate", async |tx| {
            store::keys::retire_all(tx, now).await?;
            store::keys::add(tx, &key).await?;
            let long_gone = now - (kept_until(now) - now);
            store::keys::forget_retired(tx, long_gone).await?;
            publish(tx, now).await?;
            let subject = Subject::Key(key.kid.clone());
            store::journal::append(tx, Actor::Platform, subject, Event::KeyRotated {}, now).await?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(key.kid)
}
