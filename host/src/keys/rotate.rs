//! `senim keys rotate`: a new signing key; the old one stays published until its tokens are gone.

use senim_core::Timestamp;
use senim_core::journal::deed;
use serde_json::json;

use super::{kept_until, made};
use crate::clock::Chance;
use crate::store::seal::Sealer;
use crate::store::{self, Store, StoreError};

/// Answers the new key's `kid`. A running host takes it up within seconds.
pub async fn rotate(
    store: &Store,
    sealer: &Sealer,
    chance: &dyn Chance,
    now: Timestamp,
) -> Result<String, StoreError> {
    let key = made(sealer, chance, now)?;
    store
        .transact("keys.rotate", async |tx| {
            store::keys::retire_all(tx, now).await?;
            store::keys::add(tx, &key).await?;
            let long_gone = now - (kept_until(now) - now);
            store::keys::forget_retired(tx, long_gone).await?;
            let deed = deed::KEY_ROTATED;
            store::journal::append(tx, deed, "platform", &key.kid, json!({}), now).await?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(key.kid)
}
