//! Signing keys as rows.

use senim_core::Timestamp;

use super::row::row;
use super::{StoreError, Tx, millis};

row! {
    /// A stored key: its secret is sealed to `signing_key.secret` and its `kid`.
    #[derive(Clone)]
    pub struct KeyRow {
        pub kid: String,
        pub public_jwk: String,
        pub secret_sealed: Vec<u8>,
        pub made_at: i64,
        pub retired_at: Option<i64>,
    }
}

pub async fn add(tx: &mut Tx, key: &KeyRow) -> Result<(), StoreError> {
    sqlx::query(
        "-- keys.add
         INSERT INTO signing_key (kid, public_jwk, secret_sealed, made_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(key.kid.as_str())
    .bind(key.public_jwk.as_str())
    .bind(key.secret_sealed.clone())
    .bind(key.made_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Newest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<KeyRow>, StoreError> {
    let rows = sqlx::query_as::<_, KeyRow>(
        "-- keys.all
         SELECT kid
              , public_jwk
              , secret_sealed
              , made_at
              , retired_at
           FROM signing_key
          ORDER BY made_at DESC, kid",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

pub async fn retire_all(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- keys.retire_all
         UPDATE signing_key
            SET retired_at = $1
          WHERE retired_at IS NULL",
    )
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn forget_retired(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "-- keys.forget_retired
         DELETE FROM signing_key
          WHERE retired_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(())
}
