//! The log's lock, and where the journal's records stand in the log.

use std::collections::BTreeMap;

use senim_core::Timestamp;
use senim_core::id::Iin;
use senim_core::journal::{Actor, Event, Record, Subject};
use senim_core::log::Hash;
use senim_core::log::entry::{ClientKey, Month};
use sqlx::AssertSqlSafe;

use super::reseal::SECRET;
use super::row::row;
use super::{StoreError, Tx, count, identity, inconsistent, journal, millis, uncount};

/// Records written into the log in one transaction.
pub const WRITTEN_MAX: u64 = 1000;
/// Of these in one statement.
const WRITTEN_AT_ONCE: usize = 250;
/// Records of one client that are read at once.
const OF_CLIENT_MAX: u64 = 100_000;
const KEY: &str = "log-key";

/// How long the log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub began_at: Timestamp,
    pub last_at: Timestamp,
}

/// A numbered record that is not in the log yet.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: String,
    pub record: String,
    pub client: Option<OfClient>,
}

/// Whose record it is.
#[derive(Clone, Debug)]
pub struct OfClient {
    /// Finds the client's records.
    pub index: String,
    pub key: ClientKey,
}

/// A record in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub number: u64,
    pub record: String,
    /// Of its pseudonym; absent where nobody is known whose it is.
    pub month: Option<Month>,
}

row! {
    struct LockRow {
        origin: String,
        size: i64,
        root: Vec<u8>,
        began_at: i64,
        last_at: i64,
    }
}

impl LockRow {
    fn read(self) -> Result<Lock, StoreError> {
        let broken = || inconsistent("log_lock", &self.origin);
        let moment = |it| Timestamp::from_timestamp_millis(it).ok_or_else(broken);
        Ok(Lock {
            size: uncount(self.size),
            root: self.root.as_slice().try_into().map_err(|_| broken())?,
            began_at: moment(self.began_at)?,
            last_at: moment(self.last_at)?,
            origin: self.origin,
        })
    }
}

/// The log's lock; a log without entries is begun under this name where there is none. A log keeps its name for ever.
pub async fn open(tx: &mut Tx, lock: Lock) -> Result<Lock, StoreError> {
    if let Some(lock) = self::lock(tx).await? {
        return Ok(lock);
    }
    sqlx::query(
        "-- log.begin
         INSERT INTO log_lock (origin, size, root, began_at, last_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(lock.origin.as_str())
    .bind(count(lock.size))
    .bind(lock.root.to_vec())
    .bind(millis(lock.began_at))
    .bind(millis(lock.last_at))
    .execute(tx.conn())
    .await?;
    Ok(lock)
}

pub async fn lock(tx: &mut Tx) -> Result<Option<Lock>, StoreError> {
    let row = sqlx::query_as::<_, LockRow>(
        "-- log.lock
         SELECT origin
              , size
              , root
              , began_at
              , last_at
           FROM log_lock",
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(LockRow::read).transpose()
}

/// Compare and set. `false`: the log is not where `old` says, and nothing was changed.
pub async fn swap(tx: &mut Tx, old: &Lock, new: &Lock) -> Result<bool, StoreError> {
    let swapped = sqlx::query(
        "-- log.swap
         UPDATE log_lock
            SET size    = $4
              , root    = $5
              , last_at = $6
          WHERE origin = $1
            AND size   = $2
            AND root   = $3",
    )
    .bind(old.origin.as_str())
    .bind(count(old.size))
    .bind(old.root.to_vec())
    .bind(count(new.size))
    .bind(new.root.to_vec())
    .bind(millis(new.last_at))
    .execute(tx.conn())
    .await?;
    Ok(swapped.rows_affected() == 1)
}

/// The seed of the log's Ed25519 key; `fresh` becomes it where there is none.
pub async fn key(tx: &mut Tx, fresh: Hash) -> Result<Hash, StoreError> {
    let sealed = tx.sealer.seal(&*tx.rng, SECRET, KEY, &fresh);
    sqlx::query(
        "-- log.key/make
         INSERT INTO platform_secret (name, value_sealed)
         VALUES ($1, $2)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(KEY)
    .bind(sealed)
    .execute(tx.conn())
    .await?;
    let sealed = sqlx::query_scalar::<_, Vec<u8>>(
        "-- log.key
         SELECT value_sealed
           FROM platform_secret
          WHERE name = $1",
    )
    .bind(KEY)
    .fetch_one(tx.conn())
    .await?;
    let seed = tx.sealer.open_sealed(SECRET, KEY, &sealed)?;
    seed.try_into().map_err(|_| inconsistent("platform_secret", KEY))
}

/// Another log in the place of this one, or the first: all records wait for it anew, `record` before all others. What was sealed
/// and pruned of the former log is forgotten.
pub async fn restart(
    tx: &mut Tx,
    begun: &Lock,
    seed: Hash,
    (actor, event): (Actor, Event),
) -> Result<(), StoreError> {
    // What was given up does not come back.
    for statement in [
        "-- log.restart/pruned
         DELETE FROM journal
          WHERE log_number < (SELECT MAX(minimum) FROM log_pruning)",
        "-- log.restart/records
         UPDATE journal
            SET log_number = NULL
              , log_client = NULL
              , log_month  = NULL
          WHERE log_number IS NOT NULL",
        "-- log.restart/prunings\n DELETE FROM log_pruning",
        "-- log.restart/segments\n DELETE FROM log_segment",
        "-- log.restart/lock\n DELETE FROM log_lock",
    ] {
        sqlx::query(statement).execute(tx.conn()).await?;
    }
    let sealed = tx.sealer.seal(&*tx.rng, SECRET, KEY, &seed);
    sqlx::query(
        "-- log.restart/key
         INSERT INTO platform_secret (name, value_sealed)
         VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE
            SET value_sealed = excluded.value_sealed",
    )
    .bind(KEY)
    .bind(sealed)
    .execute(tx.conn())
    .await?;
    open(tx, begun.clone()).await?;
    let id = journal::fresh_id(tx);
    journal::append_as(tx, id, actor, Subject::Log, event, begun.began_at).await?;
    sqlx::query(
        "-- log.restart/first
         UPDATE journal
            SET position = (SELECT COALESCE(MIN(position), 1) - 1 FROM journal)
          WHERE id = $1",
    )
    .bind(senim_core::jose::to_base64(&id))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The record in this place of the log, whoever's it is.
pub async fn record_at(tx: &mut Tx, number: u64) -> Result<Option<String>, StoreError> {
    let record = sqlx::query_scalar::<_, String>(
        "-- log.record_at
         SELECT record
           FROM journal
          WHERE log_number = $1",
    )
    .bind(count(number))
    .fetch_optional(tx.conn())
    .await?;
    Ok(record)
}

/// Numbered records that are not in the log yet, in their order, with whose they are.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query_as::<_, (String, String)>(
        "-- log.waiting
         SELECT id
              , record
           FROM journal
          WHERE log_number IS NULL
            AND position IS NOT NULL
          ORDER BY position
          LIMIT $1",
    )
    .bind(count(WRITTEN_MAX))
    .fetch_all(tx.conn())
    .await?;
    let mut waiting = Vec::new();
    // On one snapshot a subject is the same client's throughout.
    let mut known = BTreeMap::<String, Option<OfClient>>::new();
    for (id, record) in rows {
        let subject = Record::decode(&record).map_err(|_| inconsistent("journal", &id))?.subject;
        let name = subject.to_string();
        if !known.contains_key(&name) {
            let client = whose(tx, &subject).await?.map(|iin| of_client(tx, &iin));
            known.insert(name.clone(), client);
        }
        waiting.push(Waiting { id, record, client: known.get(&name).cloned().flatten() });
    }
    Ok(waiting)
}

/// How many records wait for the log.
pub async fn count_waiting(tx: &mut Tx) -> Result<u64, StoreError> {
    let waiting = sqlx::query_scalar::<_, i64>(
        "-- log.count_waiting
         SELECT COUNT(*)
           FROM journal
          WHERE log_number IS NULL",
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(waiting))
}

/// A client's records are found by this index, and carry pseudonyms of this key.
pub fn of_client(tx: &Tx, iin: &Iin) -> OfClient {
    let iin = iin.expose();
    let key = senim_core::jose::from_base64(&tx.sealer.blind("journal.log_pseudonym", &iin));
    let key = key.ok().and_then(|it| it.try_into().ok());
    let key = key.unwrap_or_else(|| unreachable!("a blind index has 32 bytes"));
    OfClient { index: tx.sealer.blind("journal.log_client", &iin), key: ClientKey(key) }
}

/// The client of a record's subject. A session is somebody's from when it knows whose; what happened before is nobody's.
async fn whose(tx: &mut Tx, subject: &Subject) -> Result<Option<Iin>, StoreError> {
    match subject {
        Subject::Authorization(id) => {
            let found = identity::by_authorization(tx, *id).await?;
            Ok(found.and_then(|(it, _)| it.content.session.person().map(|it| it.iin.clone())))
        }
        Subject::Session(id) => {
            let found = identity::load(tx, *id).await?;
            Ok(found.and_then(|it| it.content.session.person().map(|it| it.iin.clone())))
        }
        Subject::Consent(id) => {
            let statement = "-- log.consent
                 SELECT iin_sealed
                   FROM consent
                  WHERE id = $1";
            sealed_iin(tx, statement, "consent.iin_sealed", id.to_string()).await
        }
        Subject::PhotoRequest(id) => {
            let statement = "-- log.photo_request
                 SELECT iin_sealed
                   FROM photo_request
                  WHERE id = $1";
            sealed_iin(tx, statement, "photo_request.iin", id.to_string()).await
        }
        Subject::Edge(_)
        | Subject::Key(_)
        | Subject::Log
        | Subject::Feed
        | Subject::MasterKey
        | Subject::Operator(_)
        | Subject::Participant(_)
        | Subject::RuleText(_)
        | Subject::Use(_) => Ok(None),
    }
}

async fn sealed_iin(
    tx: &mut Tx,
    statement: &'static str,
    place: &'static str,
    id: String,
) -> Result<Option<Iin>, StoreError> {
    let sealed = sqlx::query_scalar::<_, Vec<u8>>(statement)
        .bind(id.as_str())
        .fetch_optional(tx.conn())
        .await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let iin = tx.sealer.open_sealed(place, &id, &sealed)?;
    let iin = String::from_utf8(iin).ok().and_then(|it| it.parse().ok());
    iin.ok_or_else(|| inconsistent("journal", id)).map(Some)
}

/// These records stand in the log from now on, from number `from` on.
pub async fn written(
    tx: &mut Tx,
    records: &[Waiting],
    from: u64,
    month: Month,
) -> Result<(), StoreError> {
    for (part, records) in (0_u64..).zip(records.chunks(WRITTEN_AT_ONCE)) {
        let rows: Vec<String> = (0..records.len())
            .map(|row| {
                format!("(${}, CAST(${} AS BIGINT), ${})", 3 * row + 2, 3 * row + 3, 3 * row + 4)
            })
            .collect();
        // Both engines name the columns of values so.
        let statement = format!(
            "-- log.written
             UPDATE journal
                SET log_number = written.column2
                  , log_client = written.column3
                  , log_month  = CASE WHEN written.column3 IS NULL THEN NULL ELSE $1 END
               FROM (VALUES {}) AS written
              WHERE journal.id = written.column1",
            rows.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(month.to_string());
        let first = from + part * u64::try_from(WRITTEN_AT_ONCE).unwrap_or(0);
        for (number, it) in (first..).zip(records) {
            query = query
                .bind(it.id.clone())
                .bind(count(number))
                .bind(it.client.as_ref().map(|it| it.index.clone()));
        }
        query.execute(tx.conn()).await?;
    }
    Ok(())
}

/// A client's records in the log, those from `minimum` on and before `size` alone, in its order.
pub async fn records_of(
    tx: &mut Tx,
    iin: &Iin,
    (minimum, size): (u64, u64),
) -> Result<Vec<Logged>, StoreError> {
    let client = of_client(tx, iin);
    let rows = sqlx::query_as::<_, (i64, String, Option<String>)>(
        "-- log.records_of
         SELECT log_number
              , record
              , log_month
           FROM journal
          WHERE log_client = $1
            AND log_number >= $2
            AND log_number < $3
          ORDER BY log_number
          LIMIT $4",
    )
    .bind(client.index)
    .bind(count(minimum))
    .bind(count(size))
    .bind(count(OF_CLIENT_MAX))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(logged).collect()
}

/// One of a client's own records.
pub async fn record_of(tx: &mut Tx, iin: &Iin, number: u64) -> Result<Option<Logged>, StoreError> {
    let client = of_client(tx, iin);
    let row = sqlx::query_as::<_, (i64, String, Option<String>)>(
        "-- log.record_of
         SELECT log_number
              , record
              , log_month
           FROM journal
          WHERE log_client = $1
            AND log_number = $2",
    )
    .bind(client.index)
    .bind(count(number))
    .fetch_optional(tx.conn())
    .await?;
    row.map(logged).transpose()
}

/// Records of the log from number `from` on and before `size`, whoever's they are: for comparing them with the log.
pub async fn records_between(
    tx: &mut Tx,
    (from, size): (u64, u64),
) -> Result<Vec<Logged>, StoreError> {
    let rows = sqlx::query_as::<_, (i64, String, Option<String>)>(
        "-- log.records_between
         SELECT log_number
              , record
              , log_month
           FROM journal
          WHERE log_number >= $1
            AND log_number < $2
          ORDER BY log_number
          LIMIT $3",
    )
    .bind(count(from))
    .bind(count(size))
    .bind(count(WRITTEN_MAX))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(logged).collect()
}

/// The number of a record that stands beyond the log's end, on one snapshot with it.
pub async fn beyond(tx: &mut Tx) -> Result<Option<u64>, StoreError> {
    let number = sqlx::query_scalar::<_, i64>(
        "-- log.beyond
         SELECT log_number
           FROM journal
          WHERE log_number >= (SELECT size FROM log_lock)
          ORDER BY log_number
          LIMIT 1",
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(number.map(uncount))
}

fn logged((number, record, month): (i64, String, Option<String>)) -> Result<Logged, StoreError> {
    let month = month.map(|it| it.parse().map_err(|_| inconsistent("journal", number)));
    Ok(Logged { number: uncount(number), record, month: month.transpose()? })
}
