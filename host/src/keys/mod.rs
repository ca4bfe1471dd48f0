//! The platform's signing keys: sealed in the store, rotated, published.
//!
//! A new key is published for [`ANNOUNCED`] before anything is signed with it, so that nobody receives a
//! signature of a key that they have not fetched yet; a retired one stays published until what it signed
//! has expired.

pub mod rotate;
pub mod rotate_master;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use senim_core::Timestamp;
use senim_core::authorization::TOKEN_LIFETIME;
use senim_core::jose::{Algorithm, Jwk, JwkSet, PublicKey, joined, unsigned};
use serde::Serialize;

use crate::http::problem::Refusal;
use senim_channel::clock::{Rng, moment};
use senim_store::keys::KeyRow;
use senim_store::seal::Sealer;
use senim_store::{self as store, Store, StoreError, Tx, inconsistent, millis};

const ANNOUNCED: TimeDelta = TimeDelta::seconds(10);
const SEALED_IN: &str = "signing_key.secret";

#[derive(Clone)]
pub struct Keys(Arc<RwLock<Vec<Key>>>);

/// Newest first.
struct Key {
    public: Jwk,
    kid: String,
    secret: SigningKey,
    made_at: Timestamp,
    retired_at: Option<Timestamp>,
}

impl Keys {
    /// Loads the keys, and makes the first one if there is none.
    pub async fn open(
        store: &Store,
        sealer: &Sealer,
        rng: &dyn Rng,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        store
            .transact("keys.open", async |tx| {
                if store::keys::all(tx).await?.is_empty() {
                    store::keys::add(tx, &made(sealer, rng, now)?).await?;
                }
                publish(tx, now).await
            })
            .await?;
        let keys = Self(Arc::default());
        keys.reload(store, sealer).await?;
        Ok(keys)
    }

    /// Loads the keys again: another process may have rotated them.
    pub async fn reload(&self, store: &Store, sealer: &Sealer) -> Result<(), StoreError> {
        let rows = store.read("keys.reload", async |tx| store::keys::all(tx).await).await?;
        let keys = rows.into_iter().map(|row| Key::open(row, sealer)).collect::<Result<_, _>>()?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Loads the keys again, and tells nodes where one is not published any longer.
    pub async fn renew(
        &self,
        store: &Store,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.reload(store, sealer).await?;
        let known = store.read("keys.known", async |tx| store::feed::keys(tx).await).await?;
        if known == self.published(now) {
            return Ok(());
        }
        store.transact("keys.publish", async |tx| publish(tx, now).await).await
    }

    /// A compact JWS over `claims`.
    pub fn sign<T: Serialize>(
        &self,
        typ: &str,
        claims: &T,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let signed = self.sign_with(now, |kid, sign| {
            let text = unsigned(typ, Algorithm::Es256, kid, claims).ok()?;
            Some(joined(&text, &sign(text.as_bytes())))
        });
        signed?.ok_or_else(|| Refusal::internal("claims can't be written"))
    }

    /// What `make` makes with the current key's name and signature (ES256, r ‖ s).
    pub fn sign_with<T>(
        &self,
        now: Timestamp,
        make: impl FnOnce(&str, &dyn Fn(&[u8]) -> [u8; 64]) -> T,
    ) -> Result<T, Refusal> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys
            .iter()
            .find(|key| key.made_at + ANNOUNCED <= now)
            .or(keys.last())
            .ok_or_else(|| Refusal::internal("there is no signing key"))?;
        Ok(make(&key.kid, &|bytes| {
            let signature: Signature = key.secret.sign(bytes);
            signature.to_bytes().into()
        }))
    }

    /// The response of `/jwks`.
    pub fn published(&self, now: Timestamp) -> JwkSet {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let current =
            keys.iter().filter(|key| key.retired_at.is_none_or(|at| now < kept_until(at)));
        JwkSet { keys: current.map(|key| key.public.clone()).collect() }
    }
}

/// Tells nodes the published keys where they know others (in the caller's transaction).
async fn publish(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let rows = store::keys::all(tx).await?;
    let current = rows
        .iter()
        .filter(|row| row.retired_at.is_none_or(|at| now < kept_until(moment(at))))
        .map(|row| {
            serde_json::from_str(&row.public_jwk).map_err(|_| inconsistent("signing_key", &row.kid))
        });
    let published = JwkSet { keys: current.collect::<Result<_, _>>()? };
    store::feed::append_keys(tx, &published, now).await
}

/// Until when a key that was retired at `retired_at` is published: the last token under it was signed
/// while its successor was being announced.
fn kept_until(retired_at: Timestamp) -> Timestamp {
    retired_at + ANNOUNCED + TOKEN_LIFETIME * 2
}

/// A fresh key, sealed for the store.
fn made(sealer: &Sealer, rng: &dyn Rng, now: Timestamp) -> Result<KeyRow, StoreError> {
    let secret = loop {
        let mut bytes = [0; 32];
        rng.fill(&mut bytes);
        // Fails about once in 2^32 tries, when the bytes exceed the group's order.
        if let Ok(secret) = SigningKey::from_slice(&bytes) {
            break secret;
        }
    };
    let point = secret.verifying_key().to_encoded_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else {
        return Err(inconsistent("signing_key", "new"));
    };
    let key = PublicKey::P256 { x: x.to_vec(), y: y.to_vec() };
    let mut public = Jwk { key, kid: None };
    let kid = public.thumbprint();
    public.kid = Some(kid.clone());
    let public_jwk =
        serde_json::to_string(&public).map_err(|_| inconsistent("signing_key", &kid))?;
    let secret_sealed = sealer.seal(rng, SEALED_IN, &kid, &secret.to_bytes());
    Ok(KeyRow { kid, public_jwk, secret_sealed, made_at: millis(now), retired_at: None })
}

impl Key {
    fn open(row: KeyRow, sealer: &Sealer) -> Result<Self, StoreError> {
        let secret = sealer.open_sealed(SEALED_IN, &row.kid, &row.secret_sealed)?;
        let broken = || inconsistent("signing_key", &row.kid);
        Ok(Self {
            public: serde_json::from_str(&row.public_jwk).map_err(|_| broken())?,
            secret: SigningKey::from_slice(&secret).map_err(|_| broken())?,
            made_at: moment(row.made_at),
            retired_at: row.retired_at.map(moment),
            kid: row.kid,
        })
    }
}
