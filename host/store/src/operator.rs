//! Rows of operators and their sessions.

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::identity::requester::KNOWN_DAYS;
use senim_core::operator::Attempts;

use super::{StoreError, Tx, count, millis, uncount};
use senim_channel::clock::moment;

/// The lifetime of the browser's cookie.
const KNOWN: TimeDelta = TimeDelta::days(KNOWN_DAYS as i64);
/// Longer than any lock.
const FAILURES_KEPT: TimeDelta = TimeDelta::days(1);

/// A secret is sealed to `operator.totp` and the name.
pub struct NewOperator {
    pub name: String,
    pub password_hash: String,
    pub totp_sealed: Vec<u8>,
}

pub struct OperatorRow {
    pub password_hash: String,
    pub totp_sealed: Vec<u8>,
    /// The last step whose code was used.
    pub totp_step: u64,
}

pub struct SessionRow {
    pub name: String,
    pub opened_at: Timestamp,
    pub seen_at: Timestamp,
}

/// `false`: the name is taken.
pub async fn add(tx: &mut Tx, operator: &NewOperator) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- operator.add
         INSERT INTO operator (name, password_hash, totp_sealed, totp_step)
         VALUES ($1, $2, $3, 0)
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
    let row = sqlx::query_as::<_, (String, Vec<u8>, i64)>(
        "-- operator.load
         SELECT password_hash
              , totp_sealed
              , totp_step
           FROM operator
          WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(password_hash, totp_sealed, step)| OperatorRow {
        password_hash,
        totp_sealed,
        totp_step: uncount(step),
    }))
}

/// Codes of this step and earlier ones are refused from now on.
pub async fn use_step(tx: &mut Tx, name: &str, step: u64) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.use_step
         UPDATE operator
            SET totp_step = $2
          WHERE name = $1",
    )
    .bind(name)
    .bind(count(step))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Failures and lock of an operator's name with a requester.
pub async fn attempts(tx: &mut Tx, name: &str, requester: &str) -> Result<Attempts, StoreError> {
    let row = sqlx::query_as::<_, (i64, Option<i64>)>(
        "-- operator.attempts
         SELECT failures
              , locked_until
           FROM operator_attempt
          WHERE name = $1
            AND requester = $2",
    )
    .bind(name)
    .bind(requester)
    .fetch_optional(tx.conn())
    .await?;
    let (failures, locked_until) = row.unwrap_or_default();
    Ok(Attempts {
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        locked_until: locked_until.map(moment),
    })
}

pub async fn save_attempts(
    tx: &mut Tx,
    name: &str,
    requester: &str,
    attempts: Attempts,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.save_attempts
         INSERT INTO operator_attempt (name, requester, failures, locked_until, failed_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name, requester) DO UPDATE SET failures = $3, locked_until = $4, failed_at = $5",
    )
    .bind(name)
    .bind(requester)
    .bind(i64::from(attempts.failures))
    .bind(attempts.locked_until.map(millis))
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn forget_attempts(tx: &mut Tx, name: &str, requester: &str) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.forget_attempts
         DELETE FROM operator_attempt
          WHERE name = $1
            AND requester = $2",
    )
    .bind(name)
    .bind(requester)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether this operator has signed in in the browser with this cookie.
pub async fn browser_knows(
    tx: &mut Tx,
    secret_hash: &str,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- operator.browser_knows
         SELECT COUNT(*)
           FROM operator_browser
          WHERE secret_hash = $1
            AND name = $2
            AND known_at > $3",
    )
    .bind(secret_hash)
    .bind(name)
    .bind(millis(now - KNOWN))
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

/// Notes that an operator has signed in in a browser, whose cookie changes from `former`.
pub async fn know_browser(
    tx: &mut Tx,
    former: Option<&str>,
    secret_hash: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- operator.forget_browser
         DELETE FROM operator_browser
          WHERE secret_hash = $1",
    )
    .bind(former.unwrap_or_default())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- operator.know_browser
         INSERT INTO operator_browser (secret_hash, name, known_at)
         VALUES ($1, $2, $3)",
    )
    .bind(secret_hash)
    .bind(name)
    .bind(millis(now))
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

/// Deletes expired sessions, failures older than a day and expired browsers.
pub async fn sweep(
    tx: &mut Tx,
    opened_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (statement, before) in [
        (
            "-- operator.sweep
             DELETE FROM operator_session
              WHERE opened_at < $1",
            opened_before,
        ),
        (
            "-- operator.sweep_attempts
             DELETE FROM operator_attempt
              WHERE failed_at < $1",
            now - FAILURES_KEPT,
        ),
        (
            "-- operator.sweep_browsers
             DELETE FROM operator_browser
              WHERE known_at < $1",
            now - KNOWN,
        ),
    ] {
        sqlx::query(statement).bind(millis(before)).execute(tx.conn()).await?;
    }
    Ok(())
}
