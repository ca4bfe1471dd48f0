//! The feed that edges poll four times a second, cached: reloaded when its version grows, signed again every second.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::routing::RegistryParticipant;
use senim_core::status::PackedList;

use super::nodes::Nodes;
use crate::app::App;
use crate::http::problem::Refusal;
use senim_store as store;

/// Maximum age of a signature: its `iat` proves to a node that the answer is fresh.
const SIGNED_ANEW: TimeDelta = TimeDelta::seconds(1);
/// Maximum age of the content, whatever its version.
const READ_ANEW: TimeDelta = TimeDelta::seconds(30);
/// Lifetime of an answer: `exp` − `iat`.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// How often a node's last contact is saved.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(1);

#[derive(Default)]
pub struct Feed {
    pub(crate) registry: Kept<Vec<RegistryParticipant>>,
    pub(crate) status_list: Kept<PackedList>,
    /// The known nodes, to choose the budget that a request counts against.
    pub nodes: Nodes,
    seen: Mutex<BTreeMap<String, Timestamp>>,
}

/// One published document.
pub(crate) struct Kept<T>(Mutex<Option<Edition<T>>>);

#[derive(Clone)]
pub(crate) struct Edition<T> {
    pub(crate) version: u64,
    pub(crate) read_at: Timestamp,
    pub(crate) content: T,
    pub(crate) signed_at: Timestamp,
    pub(crate) jws: Bytes,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Kept<T> {
    /// The signed answer, if it is of this version and fresh.
    pub(crate) fn signed(&self, version: u64, now: Timestamp) -> Option<Bytes> {
        let kept = self.lock();
        let kept = kept.as_ref().filter(|it| it.is_current(version, now))?;
        (now - kept.signed_at < SIGNED_ANEW && now >= kept.signed_at).then(|| kept.jws.clone())
    }

    /// The content, if it is of this version.
    pub(crate) fn content(&self, version: u64, now: Timestamp) -> Option<(T, Timestamp)> {
        let kept = self.lock();
        let kept = kept.as_ref().filter(|it| it.is_current(version, now))?;
        Some((kept.content.clone(), kept.read_at))
    }

    /// A slower concurrent request must not restore an older version.
    pub(crate) fn keep(&self, content: Edition<T>) {
        let mut kept = self.lock();
        if kept.as_ref().is_none_or(|it| it.version <= content.version) {
            *kept = Some(content);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Edition<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Edition<T> {
    fn is_current(&self, version: u64, now: Timestamp) -> bool {
        self.version == version && now - self.read_at < READ_ANEW && now >= self.read_at
    }
}

impl Feed {
    /// Saves a node's last contact, at most once a second.
    pub(crate) async fn seen(&self, app: &App, node: &str, now: Timestamp) -> Result<(), Refusal> {
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let lately = seen.get(node).is_some_and(|&at| now >= at && now - at < SEEN_EVERY);
            if lately {
                return Ok(());
            }
            seen.insert(node.to_owned(), now);
        }
        app.store
            .transact("routing.seen", async |tx| {
                store::routing::seen(tx, node, now).await?;
                Ok::<_, Refusal>(())
            })
            .await
    }
}
