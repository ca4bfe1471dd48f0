//! Rows of passkeys, and of challenges whose answers were used.

use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::id::{Iin, PasskeyId, SessionId};
use senim_core::passkey::{Ended, EndedBy, Owner, Passkey, credential_index};

use super::row::row;
use super::seal::Sealer;
use super::{StoreError, Tx, count, inconsistent, millis};

const TABLE: &str = "passkey";
const OWNER_SEALED: &str = "passkey.owner_sealed";

/// `false`: the credential is known already.
pub async fn add(tx: &mut Tx, passkey: &Passkey) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "-- passkey.add
         INSERT INTO passkey (id, iin_index, credential_index, owner_sealed, added_at, added_in, sign_count)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (credential_index) DO NOTHING",
    )
    .bind(passkey.id.to_string())
    .bind(index(&tx.sealer, &passkey.owner.iin))
    .bind(passkey.owner.credential.as_ref().map(|it| credential_index(&it.id)))
    .bind(sealed(tx, passkey))
    .bind(millis(passkey.added_at))
    .bind(passkey.added_in.to_string())
    .bind(i64::from(passkey.sign_count))
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Saves what may change of a passkey: its use and its end.
pub async fn save(tx: &mut Tx, passkey: &Passkey) -> Result<(), StoreError> {
    sqlx::query(
        "-- passkey.save
         UPDATE passkey
            SET credential_index = $2
              , owner_sealed     = $3
              , used_at          = $4
              , sign_count       = $5
              , ended_at         = $6
              , ended_by         = $7
          WHERE id = $1",
    )
    .bind(passkey.id.to_string())
    .bind(passkey.owner.credential.as_ref().map(|it| credential_index(&it.id)))
    .bind(sealed(tx, passkey))
    .bind(passkey.used_at.map(millis))
    .bind(i64::from(passkey.sign_count))
    .bind(passkey.ended.map(|it| millis(it.at)))
    .bind(passkey.ended.map(|it| it.by.code()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// By the credential's identifier; one that has ended is not found by it.
pub async fn by_credential(tx: &mut Tx, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
    let row = sqlx::query_as::<_, Row>(
        "-- passkey.by_credential
         SELECT id
              , owner_sealed
              , added_at
              , added_in
              , used_at
              , sign_count
              , ended_at
              , ended_by
           FROM passkey
          WHERE credential_index = $1",
    )
    .bind(credential_index(id))
    .fetch_optional(tx.conn())
    .await?;
    row.map(|it| it.into_passkey(&tx.sealer)).transpose()
}

/// A person's passkeys, the newest first; those that have ended as well.
pub async fn of_person(tx: &mut Tx, iin: &Iin, limit: u64) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- passkey.of_person
         SELECT id
              , owner_sealed
              , added_at
              , added_in
              , used_at
              , sign_count
              , ended_at
              , ended_by
           FROM passkey
          WHERE iin_index = $1
          ORDER BY added_at DESC
              , id
          LIMIT $2",
    )
    .bind(index(&tx.sealer, iin))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|it| it.into_passkey(&tx.sealer)).collect()
}

/// A person's passkeys that have not ended, the newest first.
pub async fn opening(tx: &mut Tx, iin: &Iin) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- passkey.opening
         SELECT id
              , owner_sealed
              , added_at
              , added_in
              , used_at
              , sign_count
              , ended_at
              , ended_by
           FROM passkey
          WHERE iin_index = $1
            AND ended_at IS NULL
          ORDER BY added_at DESC
              , id",
    )
    .bind(index(&tx.sealer, iin))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|it| it.into_passkey(&tx.sealer)).collect()
}

/// Added before, whether they have ended or not.
pub async fn added_before(
    tx: &mut Tx,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query_as::<_, Row>(
        "-- passkey.added_before
         SELECT id
              , owner_sealed
              , added_at
              , added_in
              , used_at
              , sign_count
              , ended_at
              , ended_by
           FROM passkey
          WHERE added_at <= $1
          ORDER BY added_at
          LIMIT $2",
    )
    .bind(millis(before))
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|it| it.into_passkey(&tx.sealer)).collect()
}

pub async fn forget(tx: &mut Tx, id: PasskeyId) -> Result<(), StoreError> {
    sqlx::query(
        "-- passkey.forget
         DELETE FROM passkey
          WHERE id = $1",
    )
    .bind(id.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Signs out the sessions that a passkey opened, but for one.
pub async fn sign_out(
    tx: &mut Tx,
    id: PasskeyId,
    but: SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- passkey.sign_out
         UPDATE identity_session
            SET cabinet_until = $3
          WHERE passkey_id = $1
            AND id <> $2
            AND cabinet_until > $3",
    )
    .bind(id.to_string())
    .bind(but.to_string())
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The answer to this challenge is used. `false`: it was before.
pub async fn use_challenge(
    tx: &mut Tx,
    challenge_hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let used = sqlx::query(
        "-- passkey.use_challenge
         INSERT INTO passkey_challenge (challenge_hash, used_at)
         VALUES ($1, $2)
         ON CONFLICT (challenge_hash) DO NOTHING",
    )
    .bind(challenge_hash)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Forgets challenges that were used before.
pub async fn forget_challenges(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "-- passkey.forget_challenges
         DELETE FROM passkey_challenge
          WHERE used_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

row! {
    struct Row {
        id: String,
        owner_sealed: Vec<u8>,
        added_at: i64,
        added_in: String,
        used_at: Option<i64>,
        sign_count: i64,
        ended_at: Option<i64>,
        ended_by: Option<String>,
    }
}

impl Row {
    fn into_passkey(self, sealer: &Sealer) -> Result<Passkey, StoreError> {
        let broken = || inconsistent(TABLE, &self.id);
        let plain = sealer.open_sealed(OWNER_SEALED, &self.id, &self.owner_sealed)?;
        let ended = match (self.ended_at, &self.ended_by) {
            (None, None) => None,
            (Some(at), Some(by)) => {
                let by = EndedBy::by_code(by).ok_or_else(broken)?;
                Some(Ended { at: moment(at), by })
            }
            (Some(_), None) | (None, Some(_)) => return Err(broken()),
        };
        Ok(Passkey {
            id: self.id.parse().map_err(|_| broken())?,
            owner: serde_json::from_slice::<Owner>(&plain).map_err(|_| broken())?,
            added_at: moment(self.added_at),
            added_in: self.added_in.parse().map_err(|_| broken())?,
            used_at: self.used_at.map(moment),
            sign_count: u32::try_from(self.sign_count).map_err(|_| broken())?,
            ended,
        })
    }
}

fn sealed(tx: &Tx, passkey: &Passkey) -> Vec<u8> {
    let plain = serde_json::to_vec(&passkey.owner).unwrap_or_default();
    tx.sealer.seal(&*tx.rng, OWNER_SEALED, &passkey.id.to_string(), &plain)
}

fn index(sealer: &Sealer, iin: &Iin) -> String {
    sealer.blind("passkey.iin_index", &iin.expose())
}
