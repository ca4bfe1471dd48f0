//! Rows of text messages: waiting, then sent or given up.

use senim_core::Timestamp;
use senim_core::alert::MessageKind;
use senim_core::id::{Iin, MessageId, SessionId};

use super::seal::Sealer;
use super::{StoreError, Tx, count, inconsistent, millis, uncount};
use senim_channel::clock::moment;

/// A message claimed for sending.
pub struct Claimed {
    pub session: SessionId,
    /// Number and text: opened by host/src/messages.
    pub sealed: Vec<u8>,
    pub tries: u32,
}

/// A message to be sent.
pub struct New<'a> {
    pub id: MessageId,
    pub session: SessionId,
    pub kind: MessageKind,
    /// Whom it is for.
    pub iin: Option<&'a Iin>,
    /// Number and text: sealed by host/src/messages.
    pub sealed: Vec<u8>,
    pub good_until: Timestamp,
}

pub async fn add(tx: &mut Tx, new: New<'_>, now: Timestamp) -> Result<(), StoreError> {
    let person = new.iin.map(|it| index(&tx.sealer, it));
    sqlx::query(
        "-- message.add
         INSERT INTO message (id, session_id, made_at, good_until, state, sealed, next_try_at, tries, kind, iin_index)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $3, 0, $6, $7)",
    )
    .bind(new.id.to_string())
    .bind(new.session.to_string())
    .bind(millis(now))
    .bind(millis(new.good_until))
    .bind(new.sealed)
    .bind(new.kind.code())
    .bind(person)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Claims a due message, so that no other process takes it before `next_try_at`.
pub async fn claim(
    tx: &mut Tx,
    id: MessageId,
    next_try_at: Timestamp,
    now: Timestamp,
) -> Result<Option<Claimed>, StoreError> {
    let row = sqlx::query_as::<_, (String, Vec<u8>, i64)>(
        "-- message.claim
         UPDATE message
            SET tries       = tries + 1
              , next_try_at = $2
          WHERE id = $1
            AND state = 'waiting'
            AND next_try_at <= $3
            AND good_until > $3
         RETURNING session_id
              , sealed
              , tries",
    )
    .bind(id.to_string())
    .bind(millis(next_try_at))
    .bind(millis(now))
    .fetch_optional(tx.conn())
    .await?;
    row.map(|(session, sealed, tries)| {
        let session = session.parse().map_err(|_| inconsistent("message", id))?;
        let tries = u32::try_from(tries).map_err(|_| inconsistent("message", id))?;
        Ok(Claimed { session, sealed, tries })
    })
    .transpose()
}

/// Reschedules the next try of a claimed message.
pub async fn postpone(
    tx: &mut Tx,
    id: MessageId,
    next_try_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- message.postpone
         UPDATE message
            SET next_try_at = $2
          WHERE id = $1
            AND state = 'waiting'",
    )
    .bind(id.to_string())
    .bind(millis(next_try_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn mark_sent(tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- message.mark_sent
         UPDATE message
            SET state       = 'sent'
              , next_try_at = NULL
              , finished_at = $2
          WHERE id = $1
            AND state = 'waiting'",
    )
    .bind(id.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives up messages whose codes have expired; returns their ids.
pub async fn give_up(
    tx: &mut Tx,
    now: Timestamp,
) -> Result<Vec<(MessageId, SessionId)>, StoreError> {
    let given_up = sqlx::query_as::<_, (String, String)>(
        "-- message.give_up
         UPDATE message
            SET state       = 'given-up'
              , next_try_at = NULL
              , finished_at = $1
          WHERE state = 'waiting'
            AND good_until <= $1
         RETURNING id
              , session_id",
    )
    .bind(millis(now))
    .fetch_all(tx.conn())
    .await?;
    given_up
        .into_iter()
        .map(|(id, session)| {
            let broken = || inconsistent("message", &id);
            Ok((id.parse().map_err(|_| broken())?, session.parse().map_err(|_| broken())?))
        })
        .collect()
}

/// Due messages, the longest waiting first.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: u64) -> Result<Vec<MessageId>, StoreError> {
    let rows = sqlx::query_scalar::<_, String>(
        "-- message.due
         SELECT id
           FROM message
          WHERE state = 'waiting'
            AND next_try_at <= $1
          ORDER BY next_try_at
          LIMIT $2",
    )
    .bind(millis(now))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|id| id.parse().map_err(|_| inconsistent("message", &id))).collect()
}

/// A message as evidence of what was sent and when it was handed over (DSP-1).
pub struct Kept {
    pub id: MessageId,
    /// Number and text: opened by host/src/messages.
    pub sealed: Vec<u8>,
    pub made_at: Timestamp,
    pub tries: u32,
    /// `waiting`, `sent` or `given-up`.
    pub state: String,
    pub finished_at: Option<Timestamp>,
}

/// The messages of a session, the oldest first.
pub async fn of_session(tx: &mut Tx, session: SessionId) -> Result<Vec<Kept>, StoreError> {
    let rows = sqlx::query_as::<_, (String, Vec<u8>, i64, i64, String, Option<i64>)>(
        "-- message.of_session
         SELECT id
              , sealed
              , made_at
              , tries
              , state
              , finished_at
           FROM message
          WHERE session_id = $1
          ORDER BY made_at
              , id",
    )
    .bind(session.to_string())
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(id, sealed, made_at, tries, state, finished_at)| {
            Ok(Kept {
                id: id.parse().map_err(|_| inconsistent("message", &id))?,
                sealed,
                made_at: moment(made_at),
                tries: u32::try_from(tries).map_err(|_| inconsistent("message", &id))?,
                state,
                finished_at: finished_at.map(moment),
            })
        })
        .collect()
}

/// A person's messages with their kinds, the newest first.
pub async fn of_person(
    tx: &mut Tx,
    iin: &Iin,
    limit: u64,
) -> Result<Vec<(MessageKind, Kept)>, StoreError> {
    let rows = sqlx::query_as::<_, (String, Vec<u8>, i64, i64, String, Option<i64>, String)>(
        "-- message.of_person
         SELECT id
              , sealed
              , made_at
              , tries
              , state
              , finished_at
              , kind
           FROM message
          WHERE iin_index = $1
          ORDER BY made_at DESC
              , id
          LIMIT $2",
    )
    .bind(index(&tx.sealer, iin))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|(id, sealed, made_at, tries, state, finished_at, kind)| {
            let kept = Kept {
                id: id.parse().map_err(|_| inconsistent("message", &id))?,
                sealed,
                made_at: moment(made_at),
                tries: u32::try_from(tries).map_err(|_| inconsistent("message", &id))?,
                state,
                finished_at: finished_at.map(moment),
            };
            let kind = MessageKind::by_code(&kind).ok_or_else(|| inconsistent("message", &id))?;
            Ok((kind, kept))
        })
        .collect()
}

/// How many alerts a person was sent after `since`.
pub async fn alerts_since(tx: &mut Tx, iin: &Iin, since: Timestamp) -> Result<u64, StoreError> {
    let sent = sqlx::query_scalar::<_, i64>(
        "-- message.alerts_since
         SELECT COUNT(*)
           FROM message
          WHERE iin_index = $1
            AND made_at > $2
            AND kind <> 'code'",
    )
    .bind(index(&tx.sealer, iin))
    .bind(millis(since))
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(sent))
}

fn index(sealer: &Sealer, iin: &Iin) -> String {
    sealer.blind("message.iin_index", &iin.expose())
}

/// Deletes messages made before, but those of held sessions; returns how many (IDX-8).
pub async fn forget_before(
    tx: &mut Tx,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "-- message.forget_before
         DELETE FROM message
          WHERE made_at < $1
            AND session_id NOT IN (SELECT session_id FROM evidence_hold WHERE held_until > $2)",
    )
    .bind(millis(before))
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}
