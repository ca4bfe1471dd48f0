//! The platform's own signing key, taken from its store by whoever set it up: for tokens that it would never sign.

use anyhow::{Context as _, Result};
use senim_channel::clock::SystemRng;
use senim_core::Timestamp;
use senim_host::keys::Keys;
use senim_store::Store;
use senim_store::seal::Sealer;
use serde_json::Value;

use super::Platform;
use crate::clock;

pub struct IssuerKey(Keys);

impl IssuerKey {
    pub(super) async fn open(platform: &Platform) -> Result<Self> {
        let sealer = Sealer::open(&platform.material.master_key_file)?;
        let rng = std::sync::Arc::new(SystemRng);
        let store = Store::open(&platform.described.database, sealer, rng).await?;
        Ok(Self(Keys::open(&store, store.sealer(), &SystemRng, now()?).await?))
    }

    /// A token with these claims, as good as the platform's own.
    pub fn sign(&self, claims: &Value) -> Result<String> {
        self.0.sign("at+jwt", claims, now()?).map_err(|error| anyhow::anyhow!("{error}"))
    }
}

fn now() -> Result<Timestamp> {
    Timestamp::from_timestamp(clock::now_s(), 0).context("a moment")
}
