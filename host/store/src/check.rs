//! Liveness checks: those that were drawn for a person and a requester, how long there are no more (IDX-2), and how each ended.

use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::id::{Iin, SessionId};
use senim_core::identity::requester::Requester;

use super::identity::IIN_INDEX;
use super::{StoreError, Tx, millis};

const REQUESTER_INDEX: &str = "identity_block.requester_index";
const CHALLENGE_SEALED: &str = "identity_check.challenge_sealed";

/// Until when liveness checks are blocked for a person and a requester, if they are (IDX-2).
pub async fn blocked_until(
    tx: &mut Tx,
    iin: &Iin,
    requester: &Requester,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let until = sqlx::query_scalar::<_, i64>(
        "-- check.blocked_until
         SELECT blocked_until
           FROM identity_block
          WHERE iin_index = $1
            AND requester_index = $2
            AND blocked_until > $3",
    )
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(tx.sealer.blind(REQUESTER_INDEX, &requester.key()))
    .bind(millis(now))
    .fetch_optional(tx.conn())
    .await?;
    Ok(until.map(moment))
}

pub async fn block(
    tx: &mut Tx,
    iin: &Iin,
    requester: &Requester,
    until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- check.block
         INSERT INTO identity_block (iin_index, requester_index, blocked_until)
         VALUES ($1, $2, $3)
         ON CONFLICT (iin_index, requester_index) DO UPDATE SET blocked_until = $3",
    )
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(tx.sealer.blind(REQUESTER_INDEX, &requester.key()))
    .bind(millis(until))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counts a challenge drawn for a person and a requester.
pub async fn add_draw(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
    (iin, requester): (&Iin, &Requester),
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- check.add_draw
         INSERT INTO identity_draw (session_id, number, iin_index, requester_index, kind, drawn_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(tx.sealer.blind(REQUESTER_INDEX, &requester.key()))
    .bind(requester.kind())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The times of challenges for a person and a requester, after `since` and after the last passed check.
pub async fn drawn(
    tx: &mut Tx,
    iin: &Iin,
    requester: &Requester,
    since: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let moments = sqlx::query_scalar::<_, i64>(
        "-- check.drawn
         SELECT drawn_at
           FROM identity_draw
          WHERE iin_index = $1
            AND requester_index = $2
            AND drawn_at > $3",
    )
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(tx.sealer.blind(REQUESTER_INDEX, &requester.key()))
    .bind(millis(since))
    .fetch_all(tx.conn())
    .await?;
    Ok(moments.into_iter().map(moment).collect())
}

/// The same for all requesters of a kind.
pub async fn drawn_of_kind(
    tx: &mut Tx,
    iin: &Iin,
    kind: &str,
    since: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let moments = sqlx::query_scalar::<_, i64>(
        "-- check.drawn_of_kind
         SELECT drawn_at
           FROM identity_draw
          WHERE iin_index = $1
            AND kind = $2
            AND drawn_at > $3",
    )
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(kind)
    .bind(millis(since))
    .fetch_all(tx.conn())
    .await?;
    Ok(moments.into_iter().map(moment).collect())
}

/// Notes a passed check of this person and requester.
pub async fn forget_draws(tx: &mut Tx, iin: &Iin, requester: &Requester) -> Result<(), StoreError> {
    sqlx::query(
        "-- check.forget_draws
         DELETE FROM identity_draw
          WHERE iin_index = $1
            AND requester_index = $2",
    )
    .bind(tx.sealer.blind(IIN_INDEX, &iin.expose()))
    .bind(tx.sealer.blind(REQUESTER_INDEX, &requester.key()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn forget_draw(
    tx: &mut Tx,
    (session, number): (SessionId, u8),
) -> Result<(), StoreError> {
    sqlx::query(
        "-- check.forget_draw
         DELETE FROM identity_draw
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A counted check with its challenge, or with the front part that was opened for it.
pub async fn add(
    tx: &mut Tx,
    session: SessionId,
    (number, challenge): (u8, &impl serde::Serialize),
    now: Timestamp,
) -> Result<(), StoreError> {
    let plain = serde_json::to_vec(challenge).unwrap_or_default();
    sqlx::query(
        "-- check.add
         INSERT INTO identity_check (session_id, number, counted_at, challenge_sealed)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(millis(now))
    .bind(tx.sealer.seal(&*tx.rng, CHALLENGE_SEALED, &format!("{session}.{number}"), &plain))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Its frames have arrived.
pub async fn arrived(
    tx: &mut Tx,
    session: SessionId,
    number: u8,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- check.arrived
         UPDATE identity_check
            SET arrived_at = $3
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// `outcome`: `passed`, or a problem's code.
pub async fn ended(
    tx: &mut Tx,
    session: SessionId,
    number: u8,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- check.ended
         UPDATE identity_check
            SET ended_at = $3
              , outcome  = $4
          WHERE session_id = $1
            AND number = $2",
    )
    .bind(session.to_string())
    .bind(i64::from(number))
    .bind(millis(now))
    .bind(outcome)
    .execute(tx.conn())
    .await?;
    Ok(())
}
