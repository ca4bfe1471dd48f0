//! Rows of edge nodes: who they are, and their standing. How far each is in the feed: feed.rs.

use std::collections::BTreeSet;

use senim_core::Timestamp;
use senim_core::monitoring::view::EdgeView;
use senim_core::release::GateName;

use super::{StoreError, Tx, millis, uncount};
use senim_channel::clock::moment;

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

/// The names of all active nodes.
pub async fn active_nodes(tx: &mut Tx) -> Result<BTreeSet<String>, StoreError> {
    let rows = sqlx::query_scalar::<_, String>(
        "-- routing.active_nodes
         SELECT name
           FROM node
          WHERE suspended_at IS NULL",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().collect())
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

/// Which gate a node runs, as its latest report says.
pub async fn save_gate(
    tx: &mut Tx,
    edge: &str,
    gate: &GateName,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- routing.save_gate
         INSERT INTO edge (name, seen_at, gate_version, gate_digest)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE
            SET gate_version = $3
              , gate_digest  = $4",
    )
    .bind(edge)
    .bind(millis(now))
    .bind(gate.version.map(|it| it.to_string()))
    .bind(gate.digest.as_str())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn edges(tx: &mut Tx) -> Result<Vec<EdgeView>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64, i64, Option<String>, Option<String>)>(
        "-- routing.edges
         SELECT name
              , seen_at
              , (SELECT COUNT(*) FROM use_set_aside WHERE use_set_aside.edge = edge.name)
              , gate_version
              , gate_digest
           FROM edge
          ORDER BY name",
    )
    .fetch_all(tx.conn())
    .await?;
    let view = |(name, seen_at, aside, gate_version, gate_digest)| EdgeView {
        name,
        seen_at: moment(seen_at),
        uses_set_aside: uncount(aside),
        gate_version,
        gate_digest,
    };
    Ok(rows.into_iter().map(view).collect())
}
