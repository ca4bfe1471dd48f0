//! Sealed months of the log, and what was pruned of it.

use senim_core::Timestamp;
use senim_core::log::entry::{Month, Pruned};
use senim_core::log::segment::Segment;

use super::row::row;
use super::{StoreError, Tx, count, inconsistent, millis, uncount};

/// Records that are deleted in one transaction.
pub const FORGOTTEN_MAX: u64 = 5000;

/// A sealed month as the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub month: Month,
    pub first: u64,
    pub size: u64,
    /// The segment's signed note, as it lies in the folder.
    pub note: String,
    pub sealed_at: Timestamp,
}

/// The log was pruned by its entry `number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruning {
    pub number: u64,
    pub pruned: Pruned,
    pub pruned_at: Timestamp,
    /// Every row and file of what was given up is gone.
    pub done: bool,
}

row! {
    struct SealedRow {
        month: String,
        first_number: i64,
        size: i64,
        note: String,
        sealed_at: i64,
    }
}

row! {
    struct PruningRow {
        number: i64,
        minimum: i64,
        from_month: String,
        pruned_at: i64,
        done_at: Option<i64>,
    }
}

/// In the order of the log.
pub async fn all(tx: &mut Tx) -> Result<Vec<Sealed>, StoreError> {
    let rows = sqlx::query_as::<_, SealedRow>(
        "-- segment.all
         SELECT month
              , first_number
              , size
              , note
              , sealed_at
           FROM log_segment
          ORDER BY first_number",
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|it| {
            let broken = || inconsistent("log_segment", &it.month);
            Ok(Sealed {
                month: it.month.parse().map_err(|_| broken())?,
                first: uncount(it.first_number),
                size: uncount(it.size),
                sealed_at: Timestamp::from_timestamp_millis(it.sealed_at).ok_or_else(broken)?,
                note: it.note,
            })
        })
        .collect()
}

/// `note`: of the segment, signed.
pub async fn add(
    tx: &mut Tx,
    segment: &Segment,
    note: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- segment.add
         INSERT INTO log_segment (month, first_number, size, note, sealed_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(segment.month.to_string())
    .bind(count(segment.first))
    .bind(count(segment.size))
    .bind(note)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// In the order of the log; the last one counts.
pub async fn prunings(tx: &mut Tx) -> Result<Vec<Pruning>, StoreError> {
    let rows = sqlx::query_as::<_, PruningRow>(
        "-- segment.prunings
         SELECT number
              , minimum
              , from_month
              , pruned_at
              , done_at
           FROM log_pruning
          ORDER BY number",
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|it| {
            let broken = || inconsistent("log_pruning", it.number);
            let from = it.from_month.parse().map_err(|_| broken())?;
            Ok(Pruning {
                number: uncount(it.number),
                pruned: Pruned { minimum: uncount(it.minimum), from },
                pruned_at: Timestamp::from_timestamp_millis(it.pruned_at).ok_or_else(broken)?,
                done: it.done_at.is_some(),
            })
        })
        .collect()
}

/// From this commit on, entries before the minimum are given up.
pub async fn prune(
    tx: &mut Tx,
    number: u64,
    pruned: &Pruned,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- segment.prune
         INSERT INTO log_pruning (number, minimum, from_month, pruned_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(count(number))
    .bind(count(pruned.minimum))
    .bind(pruned.from.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Nothing of what was given up before `minimum` is left.
pub async fn pruned(tx: &mut Tx, minimum: u64, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- segment.pruned
         UPDATE log_pruning
            SET done_at = $1
          WHERE minimum <= $2
            AND done_at IS NULL",
    )
    .bind(millis(now))
    .bind(count(minimum))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes records before `minimum`, at most [`FORGOTTEN_MAX`] of them; returns how many.
pub async fn forget_before(tx: &mut Tx, minimum: u64) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "-- segment.forget_before
         DELETE FROM journal
          WHERE log_number IN (SELECT log_number
                                 FROM journal
                                WHERE log_number < $1
                                ORDER BY log_number
                                LIMIT $2)",
    )
    .bind(count(minimum))
    .bind(count(FORGOTTEN_MAX))
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

/// Whether an open dispute, or an operator by law, holds a session that one of these entries tells of (DSP-2).
pub async fn is_held(
    tx: &mut Tx,
    (first, size): (u64, u64),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let held = sqlx::query_scalar::<_, i64>(
        "-- segment.is_held
         SELECT COUNT(*)
           FROM journal
          WHERE log_number >= $1
            AND log_number < $2
            AND subject IN (SELECT session_id FROM evidence_hold WHERE held_until > $3
                             UNION
                            SELECT session_id FROM disowned_case WHERE closed_at IS NULL)",
    )
    .bind(count(first))
    .bind(count(size))
    .bind(millis(now))
    .fetch_one(tx.conn())
    .await?;
    Ok(held > 0)
}
