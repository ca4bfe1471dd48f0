//! Rows of the stream to nodes (core/src/feed): its end, its last frames, and how far each node is.

use chrono::TimeDelta;
use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::feed::frame::{Bits, Frame, Kind};
use senim_core::feed::reach::NodeHeard;
use senim_core::feed::{Digest, Place, Position};
use senim_core::jose::{JwkSet, from_base64, to_base64};
use senim_core::status::Entry;

use super::{Engine, StoreError, Tx, count, inconsistent, millis, uncount};

const TABLE: &str = "feed_head";
/// Where PostgreSQL says that something was appended; the table says what.
pub(super) const CHANNEL: &str = "senim_feed";
/// Frames read at once.
const FRAMES_MAX: i64 = 1024;

/// The end of the stream.
pub async fn head(tx: &mut Tx) -> Result<Position, StoreError> {
    let row = sqlx::query_as::<_, (i64, i64, String)>(
        "-- feed.head
         SELECT epoch
              , seq
              , digest
           FROM feed_head
          WHERE name = 'edges'",
    )
    .fetch_one(tx.conn())
    .await?;
    position(row)
}

/// The keys that nodes know.
pub async fn keys(tx: &mut Tx) -> Result<JwkSet, StoreError> {
    let keys = sqlx::query_scalar::<_, String>(
        "-- feed.keys
         SELECT keys
           FROM feed_head
          WHERE name = 'edges'",
    )
    .fetch_one(tx.conn())
    .await?;
    serde_json::from_str(&keys).map_err(|_| inconsistent(TABLE, "keys"))
}

/// Adds a frame in the deed's transaction: writers meet at the end of the stream, so numbers have no gaps and frames the order
/// of their commits.
pub async fn append(
    tx: &mut Tx,
    kind: Kind,
    payload: Vec<u8>,
    now: Timestamp,
) -> Result<Place, StoreError> {
    let row = sqlx::query_as::<_, (i64, i64, String)>(
        "-- feed.next
         UPDATE feed_head
            SET seq = seq + 1
          WHERE name = 'edges'
         RETURNING epoch, seq, digest",
    )
    .fetch_one(tx.conn())
    .await?;
    let Position { at, digest: prev } = position(row)?;
    let frame = Frame { kind, seq: at.seq, prev, payload };
    sqlx::query(
        "-- feed.chain
         UPDATE feed_head
            SET digest = $1
          WHERE name = 'edges'",
    )
    .bind(to_base64(&frame.digest()))
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- feed.append
         INSERT INTO feed_frame (seq, kind, payload, made_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(count(frame.seq))
    .bind(i64::from(kind.number()))
    .bind(frame.payload)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    if tx.engine == Engine::Postgres {
        sqlx::query("-- feed.notify\n SELECT CAST(pg_notify($1, '') AS TEXT)")
            .bind(CHANNEL)
            .execute(tx.conn())
            .await?;
    }
    tx.appended = true;
    Ok(at)
}

/// Tells nodes that a consent has ended, or was changed.
pub async fn append_end(
    tx: &mut Tx,
    index: u64,
    entry: Entry,
    now: Timestamp,
) -> Result<Place, StoreError> {
    let taken = super::consent::taken_indices(tx).await?;
    let bits = Bits { taken, changes: [(index, entry)].into() };
    append(tx, Kind::Bits, bits.write(), now).await
}

/// Tells nodes the registry, after a change of participants, their standing, certificates or applications.
pub async fn append_registry(tx: &mut Tx, now: Timestamp) -> Result<Place, StoreError> {
    let registry = super::participant::registry(tx).await?;
    let payload = serde_json::to_vec(&registry).map_err(|_| inconsistent(TABLE, "registry"))?;
    append(tx, Kind::Registry, payload, now).await
}

/// Tells nodes the published keys where they know others.
pub async fn append_keys(
    tx: &mut Tx,
    published: &JwkSet,
    now: Timestamp,
) -> Result<(), StoreError> {
    if keys(tx).await? == *published {
        return Ok(());
    }
    let text = serde_json::to_string(published).map_err(|_| inconsistent(TABLE, "keys"))?;
    append(tx, Kind::Keys, text.clone().into_bytes(), now).await?;
    sqlx::query(
        "-- feed.set_keys
         UPDATE feed_head
            SET keys = $1
          WHERE name = 'edges'",
    )
    .bind(text)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The frames after this one, as long as they are kept; `after` is the last one before them.
pub async fn frames_after(tx: &mut Tx, after: &Position) -> Result<Vec<Frame>, StoreError> {
    let rows = sqlx::query_as::<_, (i64, i64, Vec<u8>)>(
        "-- feed.frames_after
         SELECT seq
              , kind
              , payload
           FROM feed_frame
          WHERE seq > $1
          ORDER BY seq
          LIMIT $2",
    )
    .bind(count(after.at.seq))
    .bind(FRAMES_MAX)
    .fetch_all(tx.conn())
    .await?;
    let mut prev = after.digest;
    let mut frames = Vec::with_capacity(rows.len());
    for (seq, kind, payload) in rows {
        let kind = u8::try_from(kind).ok().and_then(Kind::from_number);
        let kind = kind.ok_or_else(|| inconsistent("feed_frame", seq))?;
        let frame = Frame { kind, seq: uncount(seq), prev, payload };
        prev = frame.digest();
        frames.push(frame);
    }
    Ok(frames)
}

/// When the last frame was made, if it is kept still.
pub async fn last_made_at(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let made_at = sqlx::query_scalar::<_, i64>(
        "-- feed.last_made_at
         SELECT made_at
           FROM feed_frame
          ORDER BY seq DESC
          LIMIT 1",
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(made_at.map(moment))
}

pub async fn forget_frames(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- feed.forget_frames
         DELETE FROM feed_frame
          WHERE made_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Begins an epoch: after a restore from a backup, nodes take lower numbers again. Never below the moment in milliseconds,
/// so that a second restore of one backup begins another one.
pub async fn begin_epoch(tx: &mut Tx, now: Timestamp) -> Result<Place, StoreError> {
    let Position { at, .. } = head(tx).await?;
    let epoch = uncount(millis(now)).max(at.epoch + 1);
    sqlx::query(
        "-- feed.begin_epoch
         UPDATE feed_head
            SET epoch = $1
          WHERE name = 'edges'",
    )
    .bind(count(epoch))
    .execute(tx.conn())
    .await?;
    Ok(Place { epoch, seq: at.seq })
}

/// What a node acknowledged, and that a stream to it is open; `None` leaves what is there.
pub async fn save_heard(
    tx: &mut Tx,
    node: &str,
    acknowledged: Option<(Place, TimeDelta)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (place, bound) = acknowledged.unzip();
    sqlx::query(
        "-- feed.save_heard
         INSERT INTO edge (name, seen_at, acked_epoch, acked_seq, bound_ms)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE
            SET seen_at     = $2
              , acked_epoch = COALESCE($3, edge.acked_epoch)
              , acked_seq   = COALESCE($4, edge.acked_seq)
              , bound_ms    = COALESCE($5, edge.bound_ms)",
    )
    .bind(node)
    .bind(millis(now))
    .bind(place.map(|it| count(it.epoch)))
    .bind(place.map(|it| count(it.seq)))
    .bind(bound.map(|it| it.num_milliseconds()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The registered nodes, but for those that are suspended since before this moment.
pub async fn nodes(tx: &mut Tx, suspended_since: Timestamp) -> Result<Vec<NodeHeard>, StoreError> {
    type Row = (String, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let rows = sqlx::query_as::<_, Row>(
        "-- feed.nodes
         SELECT node.name
              , edge.seen_at
              , edge.acked_epoch
              , edge.acked_seq
              , edge.bound_ms
           FROM node
           LEFT JOIN edge ON edge.name = node.name
          WHERE node.suspended_at IS NULL
             OR node.suspended_at >= $1
          ORDER BY node.name",
    )
    .bind(millis(suspended_since))
    .fetch_all(tx.conn())
    .await?;
    let heard = |(name, seen_at, epoch, seq, bound_ms): Row| NodeHeard {
        name,
        connected_at: seen_at.map(moment),
        acknowledged: epoch
            .zip(seq)
            .map(|(epoch, seq)| Place { epoch: uncount(epoch), seq: uncount(seq) }),
        bound: TimeDelta::milliseconds(bound_ms.unwrap_or_default()),
    };
    Ok(rows.into_iter().map(heard).collect())
}

fn position((epoch, seq, digest): (i64, i64, String)) -> Result<Position, StoreError> {
    let digest = from_base64(&digest).ok().and_then(|it| Digest::try_from(it).ok());
    Ok(Position {
        at: Place { epoch: uncount(epoch), seq: uncount(seq) },
        digest: digest.ok_or_else(|| inconsistent(TABLE, "digest"))?,
    })
}
