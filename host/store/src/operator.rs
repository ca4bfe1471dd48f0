//! Operators and their sessions as rows.

use senim_core::Timestamp;
use senim_core::operator::Attempts;

use super::{StoreError, Tx, count, millis, uncount};
use senim_channel::clock::moment;

/// A secret is sealed to `operator.totp` and the name.
pub struct NewOperator {
    pub name: String,
    pub password_hash: String,
    pub totp_sealed: Vec<u8>,
}

pub struct OperatorRow {
    pub password_hash: String,
    pub totp_sealed: Vec<u8>,
    pub attempts: Attempts,
}

pub struct SessionRow {
    pub name: String,
    pub opened_at: Timestamp,
    pub seen_at: Timestamp,
}

/// `false`: there is one of this name.
pub async fn add(tx: &mut Tx, operator: &NewOperator) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- operator.add
         INSERT INTO operator (name, password_hash, totp_sealed, totp_step, failures)
         VALUES ($1, $2, $3, 0, 0)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(operator.name.as_str())
    .bind(operator.password_hash.as_str())
    .bind(operator.totp_sealed.clone())
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

pub async fn load(tx: &mut Tx, name: &str) -> Result<Option<OperatorRow>, StoreError> {
    let row = sqlx::query_as::<_, (String, Vec<u8>, i64, i64, Option<i64>)>(
        "-- operator.load
         SELECT password_hash
              , totp_sealed
              , totp_step
              , failures
              , locked_until
           FROM operator
          WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(password_hash, totp_sealed, step, failures, locked_until)| OperatorRow {
        password_hash,
        totp_sealed,
        attempts: Attempts {
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            locked_until: locked_until.map(moment),
            step: uncount(step),
        },
    }))
}

pub async fn save_attempts(tx: &mut Tx, name: &str, attempts: Attempts) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.save_attempts
         UPDATE operator
            SET totp_step    = $2
              , failures     = $3
              , locked_until = $4
          WHERE name = $1",
    )
    .bind(name)
    .bind(count(attempts.step))
    .bind(i64::from(attempts.failures))
    .bind(attempts.locked_until.map(millis))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn open_session(
    tx: &mut Tx,
    secret_hash: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.open_session
         INSERT INTO operator_session (secret_hash, name, opened_at, seen_at)
         VALUES ($1, $2, $3, $3)",
    )
    .bind(secret_hash)
    .bind(name)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn session(tx: &mut Tx, secret_hash: &str) -> Result<Option<SessionRow>, StoreError> {
    let row = sqlx::query_as::<_, (String, i64, i64)>(
        "-- operator.session
         SELECT name
              , opened_at
              , seen_at
           FROM operator_session
          WHERE secret_hash = $1",
    )
    .bind(secret_hash)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(name, opened_at, seen_at)| SessionRow {
        name,
        opened_at: moment(opened_at),
        seen_at: moment(seen_at),
    }))
}

pub async fn seen(tx: &mut Tx, secret_hash: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.seen
         UPDATE operator_session
            SET seen_at = $2
          WHERE secret_hash = $1",
    )
    .bind(secret_hash)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn close_session(tx: &mut Tx, secret_hash: &str) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.close_session
         DELETE FROM operator_session
          WHERE secret_hash = $1",
    )
    .bind(secret_hash)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets sessions that no longer hold.
pub async fn sweep(tx: &mut Tx, opened_before: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.sweep
         DELETE FROM operator_session
          WHERE opened_at < $1",
    )
    .bind(millis(opened_before))
    .execute(tx.conn())
    .await?;
    Ok(())
}
