//! What edges poll: versions that grow with each change, and when each edge was last heard.

use senim_core::Timestamp;
use senim_core::monitoring::view::EdgeView;

use super::{StoreError, Tx, millis, uncount};
use senim_channel::clock::moment;

/// What is published to edges. Whoever changes what stands in one calls [`touch`] in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// Participants, their standing, certificates and applications.
    Registry,
    /// Which consents have ended.
    StatusList,
}

impl Published {
    fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::StatusList => "status-list",
        }
    }
}

pub async fn touch(tx: &mut Tx, what: Published) -> Result<(), StoreError> {
    sqlx::query(
        "-- routing.touch
         UPDATE feed
            SET version = version + 1
          WHERE name = $1",
    )
    .bind(what.name())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn version(tx: &mut Tx, what: Published) -> Result<u64, StoreError> {
    let version = sqlx::query_scalar::<_, i64>(
        "-- routing.version
         SELECT version
           FROM feed
          WHERE name = $1",
    )
    .bind(what.name())
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(version))
}

pub async fn seen(tx: &mut Tx, edge: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- routing.seen
         INSERT INTO edge (name, seen_at)
         VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET seen_at = $2",
    )
    .bind(edge)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn edges(tx: &mut Tx) -> Result<Vec<EdgeView>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- routing.edges
         SELECT name
              , seen_at
           FROM edge
          ORDER BY name",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(name, at)| EdgeView { name, seen_at: moment(at) }).collect())
}
