//! Every sealed column, and re-sealing under another master key.

use sqlx::AssertSqlSafe;

use super::seal::Sealer;
use super::{Store, StoreError, Tx};

/// Rows read in one transaction: a pack of frames has up to 5 MB.
const STEP: i64 = 8;

/// A column of sealed values.
pub struct SealedColumn {
    pub table: &'static str,
    pub column: &'static str,
    /// Its name for [`Sealer::seal`].
    place: &'static str,
    /// The row's identifier, in SQL.
    row: &'static str,
}

const fn column(
    table: &'static str,
    column: &'static str,
    place: &'static str,
    row: &'static str,
) -> SealedColumn {
    SealedColumn { table, column, place, row }
}

const CHECK: &str = "session_id || '.' || CAST(number AS TEXT)";

/// All sealed columns, the signing keys last; a test compares them with the tables.
pub const COLUMNS: [SealedColumn; 17] = [
    column("authorization_request", "asked_sealed", "authorization_request.asked", "id"),
    column("consent", "identity_sealed", "consent.identity_sealed", "id"),
    column("consent", "iin_sealed", "consent.iin_sealed", "id"),
    column("consent", "shown_sealed", "consent.shown_sealed", "id"),
    column("evidence_bundle", "bundle_sealed", "evidence_bundle.bundle_sealed", CHECK),
    column("evidence_frames", "key_sealed", "evidence_frames.key_sealed", CHECK),
    column("evidence_rejected", "head_sealed", "evidence_rejected.head_sealed", CHECK),
    column("identity_check", "challenge_sealed", "identity_check.challenge_sealed", CHECK),
    column("identity_phone", "former_sealed", "identity_phone.former_sealed", "iin_index"),
    column("identity_phone", "phone_sealed", "identity_phone.phone_sealed", "iin_index"),
    column("identity_session", "dialogue_sealed", "identity_session.dialogue_sealed", "id"),
    column("message", "sealed", "message.sealed", "id"),
    column("operator", "totp_sealed", "operator.totp", "name"),
    column("passkey", "owner_sealed", "passkey.owner_sealed", "id"),
    column("photo_request", "iin_sealed", "photo_request.iin", "id"),
    column("platform_secret", "value_sealed", SECRET, "name"),
    column("signing_key", "secret_sealed", "signing_key.secret", "kid"),
];

/// Where secrets of the platform's own are sealed.
pub(super) const SECRET: &str = "platform_secret.value";
const INDEX_KEY: &str = "blind-index";

/// Progress of re-sealing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values re-sealed in this run.
    pub values: u64,
    /// Whether no value is left under a former key.
    pub complete: bool,
}

/// The store's sealer with the store's original key of blind indexes. That key is stored sealed and stays when
/// the master key is rotated, because indexes and consumers' pseudonyms were derived from it.
pub(super) async fn with_index(store: &Store) -> Result<Sealer, StoreError> {
    let sealer = store.sealer().clone();
    let kept_key = store
        .transact("seal.index", async |tx| {
            let own = tx.sealer.seal(&*tx.rng, SECRET, INDEX_KEY, tx.sealer.index());
            sqlx::query(
                "-- seal.index/keep
                 INSERT INTO platform_secret (name, value_sealed)
                 VALUES ($1, $2)
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(INDEX_KEY)
            .bind(own)
            .execute(tx.conn())
            .await?;
            let kept = sqlx::query_scalar::<_, Vec<u8>>(
                "-- seal.index
                 SELECT value_sealed
                   FROM platform_secret
                  WHERE name = $1",
            )
            .bind(INDEX_KEY)
            .fetch_one(tx.conn())
            .await?;
            Ok::<_, StoreError>(kept)
        })
        .await?;
    let index = sealer.open_sealed(SECRET, INDEX_KEY, &kept_key)?;
    let index = index.try_into().map_err(|_| StoreError::Inconsistent {
        table: "platform_secret",
        row: INDEX_KEY.to_owned(),
    })?;
    Ok(sealer.with_index(index))
}

/// Whether this store's master key opens what is kept here; an empty database has nothing to open.
pub(super) async fn check(tx: &mut Tx) -> Result<(), StoreError> {
    let kept = sqlx::query_scalar::<_, Vec<u8>>(
        "-- seal.check
         SELECT value_sealed
           FROM platform_secret
          WHERE name = $1",
    )
    .bind(INDEX_KEY)
    .fetch_optional(tx.conn())
    .await?;
    kept.map_or(Ok(()), |it| tx.sealer.open_sealed(SECRET, INDEX_KEY, &it).map(drop))
}

/// Re-seals every value under the store's current key. Each row is consistent at any time, so it can be killed and
/// run again; `values_max` bounds this run.
pub async fn reseal(store: &Store, values_max: Option<u64>) -> Result<Resealed, StoreError> {
    let mut done = Resealed::default();
    for column in &COLUMNS {
        let mut last = String::new();
        loop {
            let left = values_max.map_or(u64::MAX, |it| it - done.values);
            if left == 0 {
                return Ok(done);
            }
            let step = store
                .transact("seal.reseal", async |tx| reseal_some(tx, column, &last, left).await)
                .await?;
            done.values += step.values;
            match step.last {
                Some(next) => last = next,
                None => break,
            }
        }
    }
    done.complete = true;
    Ok(done)
}

struct Step {
    values: u64,
    /// The last row read; `None` if there are no more.
    last: Option<String>,
}

async fn reseal_some(
    tx: &mut Tx,
    it: &SealedColumn,
    after: &str,
    values_max: u64,
) -> Result<Step, StoreError> {
    let SealedColumn { table, column, place, row } = it;
    // Only constants of the table above go into this SQL.
    let select = format!(
        "-- seal.reseal/select
         SELECT {row} AS place
              , {column}
           FROM {table}
          WHERE {row} > $1
            AND {column} IS NOT NULL
          ORDER BY 1
          LIMIT $2"
    );
    let rows = sqlx::query_as::<_, (String, Vec<u8>)>(AssertSqlSafe(select))
        .bind(after)
        .bind(STEP)
        .fetch_all(tx.conn())
        .await?;
    let mut step = Step { values: 0, last: None };
    for (name, sealed) in rows {
        if !tx.sealer.is_present(&sealed) {
            if step.values == values_max {
                return Ok(step);
            }
            let plain = tx.sealer.open_sealed(place, &name, &sealed)?;
            let anew = tx.sealer.seal(&*tx.rng, place, &name, &plain);
            let update = format!(
                "-- seal.reseal/update
                 UPDATE {table}
                    SET {column} = $2
                  WHERE {row} = $1
                    AND {column} = $3"
            );
            // A value rewritten in the meantime is already under the current key.
            sqlx::query(AssertSqlSafe(update))
                .bind(name.as_str())
                .bind(anew)
                .bind(sealed)
                .execute(tx.conn())
                .await?;
            step.values += 1;
        }
        step.last = Some(name);
    }
    Ok(step)
}
