//! Rows of an identity session's devices: the phone that does the camera step, and browsers that the session has left.

use senim_core::id::SessionId;
use senim_core::identity::dialogue::Dialogue;

use super::{StoreError, Tx, identity, inconsistent};

/// A link is shown; an earlier one, and the phone that came by it, are cut off.
pub async fn offer(tx: &mut Tx, session: SessionId, link_hash: &str) -> Result<(), StoreError> {
    sqlx::query(
        "-- devices.offer
         INSERT INTO identity_handoff (session_id, link_hash)
         VALUES ($1, $2)
         ON CONFLICT (session_id) DO UPDATE
            SET link_hash  = excluded.link_hash
              , phone_hash = NULL",
    )
    .bind(session.to_string())
    .bind(link_hash)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The session of a link that no phone has opened yet.
pub async fn by_link(tx: &mut Tx, link_hash: &str) -> Result<Option<Dialogue>, StoreError> {
    let session = sqlx::query_scalar::<_, String>(
        "-- devices.by_link
         SELECT session_id
           FROM identity_handoff
          WHERE link_hash = $1",
    )
    .bind(link_hash)
    .fetch_optional(tx.conn())
    .await?;
    dialogue(tx, session, "identity_handoff").await
}

/// A phone has opened the link, which is used up.
pub async fn opened(tx: &mut Tx, session: SessionId, phone_hash: &str) -> Result<(), StoreError> {
    sqlx::query(
        "-- devices.opened
         UPDATE identity_handoff
            SET link_hash  = NULL
              , phone_hash = $2
          WHERE session_id = $1",
    )
    .bind(session.to_string())
    .bind(phone_hash)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The session whose camera step this phone does, did, or waits for.
pub async fn by_phone(tx: &mut Tx, phone_hash: &str) -> Result<Option<Dialogue>, StoreError> {
    let session = sqlx::query_scalar::<_, String>(
        "-- devices.by_phone
         SELECT session_id
           FROM identity_handoff
          WHERE phone_hash = $1",
    )
    .bind(phone_hash)
    .fetch_optional(tx.conn())
    .await?;
    dialogue(tx, session, "identity_handoff").await
}

/// The session goes on in another browser: this cookie opens it no more, nor does a phone's or a link.
pub async fn leave(tx: &mut Tx, session: SessionId, secret_hash: &str) -> Result<(), StoreError> {
    sqlx::query(
        "-- devices.cut_off
         UPDATE identity_handoff
            SET link_hash  = NULL
              , phone_hash = NULL
          WHERE session_id = $1",
    )
    .bind(session.to_string())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- devices.leave
         INSERT INTO identity_left (secret_hash, session_id)
         VALUES ($1, $2)",
    )
    .bind(secret_hash)
    .bind(session.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether a session has left the browser with this cookie.
pub async fn has_left(tx: &mut Tx, secret_hash: &str) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- devices.has_left
         SELECT COUNT(*)
           FROM identity_left
          WHERE secret_hash = $1",
    )
    .bind(secret_hash)
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

async fn dialogue(
    tx: &mut Tx,
    session: Option<String>,
    table: &'static str,
) -> Result<Option<Dialogue>, StoreError> {
    let Some(session) = session else { return Ok(None) };
    let id = session.parse().map_err(|_| inconsistent(table, &session))?;
    identity::load(tx, id).await
}
