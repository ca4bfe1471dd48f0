//! Rows for the edges' feed: versions that grow with each change, and each edge's last contact.

use senim_core::Timestamp;
use senim_core::monitoring::view::EdgeView;

use super::{StoreError, Tx, millis, uncount};
use senim_channel::clock::moment;

/// What is published to edges. A change to its content must call [`touch`] in the same transaction.
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

/// A registered edge node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeEntry {
    pub name: String,
    pub active: bool,
}

/// Registers a node with exactly these certificates; its standing stays. `true`: it is new.
pub async fn register_node(
    tx: &mut Tx,
    name: &str,
    certificates: &[String],
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- routing.register_node
         INSERT INTO node (name)
         VALUES ($1)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .execute(tx.conn())
    .await?
    .rows_affected();
    sqlx::query(
        "-- routing.forget_node_certificates
         DELETE FROM node_certificate
          WHERE name = $1",
    )
    .bind(name)
    .execute(tx.conn())
    .await?;
    for certificate in certificates {
        sqlx::query(
            "-- routing.add_node_certificate
             INSERT INTO node_certificate (thumbprint, name)
             VALUES ($1, $2)",
        )
        .bind(certificate.as_str())
        .bind(name)
        .execute(tx.conn())
        .await?;
    }
    Ok(added > 0)
}

/// The node with this certificate.
pub async fn node(tx: &mut Tx, thumbprint: &str) -> Result<Option<NodeEntry>, StoreError> {
    let row = sqlx::query_as::<_, (String, Option<i64>)>(
        "-- routing.node
         SELECT node.name
              , node.suspended_at
           FROM node_certificate
           JOIN node ON node.name = node_certificate.name
          WHERE node_certificate.thumbprint = $1",
    )
    .bind(thumbprint)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(name, suspended_at)| NodeEntry { name, active: suspended_at.is_none() }))
}

/// The certificates of all active nodes.
pub async fn node_certificates(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query_scalar::<_, String>(
        "-- routing.node_certificates
         SELECT node_certificate.thumbprint
           FROM node_certificate
           JOIN node ON node.name = node_certificate.name
          WHERE node.suspended_at IS NULL
          ORDER BY node_certificate.thumbprint",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Suspends a node, with a reason, or resumes it. `false`: there is no such node.
pub async fn save_node_standing(
    tx: &mut Tx,
    name: &str,
    suspended: Option<(Timestamp, &str)>,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "-- routing.save_node_standing
         UPDATE node
            SET suspended_at  = $2
              , suspended_why = $3
          WHERE name = $1",
    )
    .bind(name)
    .bind(suspended.map(|(at, _)| millis(at)))
    .bind(suspended.map(|(_, why)| why))
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(changed > 0)
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
    let rows = sqlx::query_as::<_, (String, i64, i64)>(
        "-- routing.edges
         SELECT name
              , seen_at
              , (SELECT COUNT(*) FROM use_set_aside WHERE use_set_aside.edge = edge.name)
           FROM edge
          ORDER BY name",
    )
    .fetch_all(tx.conn())
    .await?;
    let view = |(name, seen_at, aside)| EdgeView {
        name,
        seen_at: moment(seen_at),
        uses_set_aside: uncount(aside),
    };
    Ok(rows.into_iter().map(view).collect())
}
