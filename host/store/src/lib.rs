//! SQLite or PostgreSQL by the same SQL: named transactions, and plain statements a room a file.
//!
//! What `sqlx::Any` carries on both engines, and what every statement keeps to: all integers are `i64`,
//! flags are 0 or 1, moments are epoch milliseconds, `NULL` has its column's type (`None::<Vec<u8>>`),
//! sums are cast (`CAST(sum(x) AS BIGINT)`), one text is always bound with the same types, and
//! `RETURNING` tells what an `INSERT` made.

pub mod activity;
pub mod agreement;
pub mod authorization;
pub mod backup;
pub mod check;
pub mod consent;
pub mod devices;
pub mod evidence;
pub mod feed;
pub mod find;
pub mod identity;
pub mod journal;
pub mod keys;
pub mod log;
pub mod matching;
pub mod message;
mod migrations;
pub mod operator;
pub mod participant;
pub mod passkey;
pub mod queues;
pub mod reseal;
pub mod routing;
mod row;
pub mod seal;
pub mod segment;
pub mod signals;
pub mod solution;
pub mod usage;

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use senim_channel::clock::{Rng, instant};
use senim_channel::{Timings, check_secret_file};
use senim_core::Timestamp;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, AnyPool, ConnectOptions as _};
use tokio::sync::{Mutex, Notify};
use tracing::Instrument as _;

use seal::Sealer;

/// A transaction: its connection, and what rows are sealed and named with.
pub struct Tx {
    inner: sqlx::Transaction<'static, sqlx::Any>,
    pub sealer: Sealer,
    pub rng: Arc<dyn Rng>,
    engine: Engine,
    /// Whether a frame of the feed was added.
    appended: bool,
}

impl Tx {
    /// Where statements are executed.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// Times that a transaction is tried when another one was in its way.
const TRIES: u32 = 8;

#[derive(Clone)]
pub struct Store {
    engine: Engine,
    /// For transactions that write. SQLite has one writer: waiting for it in line is fair.
    writers: AnyPool,
    readers: AnyPool,
    sealer: Sealer,
    rng: Arc<dyn Rng>,
    timings: Timings,
    /// Transactions tried again go one by one, or they would be in each other's way for ever.
    in_line: Arc<Mutex<()>>,
    /// Says that a transaction of this process has added a frame of the feed and has committed.
    appended: Arc<Notify>,
    /// For a listener of PostgreSQL's notices.
    url: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("the tables can't be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("row `{row}` of `{table}` can't be read as a state")]
    Inconsistent { table: &'static str, row: String },
    #[error("`{place}` can't be unsealed: another master key, or it was moved or altered")]
    Sealed { place: String },
}

impl StoreError {
    /// Whether a second insert met a first (`ON CONFLICT` is mostly the better way).
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether the same transaction may succeed when tried again.
    fn is_contention(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // PostgreSQL: serialization failure, deadlock. SQLite: busy, busy snapshot.
        matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "517"))
    }
}

/// What a transaction's body may fail with: the store must see its own failures to try again.
pub trait Failure: From<StoreError> {
    fn store(&self) -> Option<&StoreError>;
}

impl Failure for StoreError {
    fn store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl Store {
    /// `sqlite:PATH` or `postgres://…`. Makes the file, brings tables up to date.
    pub async fn open(url: &str, sealer: Sealer, rng: Arc<dyn Rng>) -> Result<Self, StoreError> {
        let mut store = Self::open_as_it_is(url, sealer, rng).await?;
        migrations::run(store.engine, &store.writers).await?;
        store.sealer = reseal::with_index(&store).await?;
        Ok(store)
    }

    /// Without touching its tables: for [`backup::load`], which wants none.
    pub async fn open_as_it_is(
        url: &str,
        sealer: Sealer,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        install_default_drivers();
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(path, sealer, rng).await;
        }
        let pool = AnyPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options(url)?)
            .await?;
        let (writers, readers) = (pool.clone(), pool);
        Ok(Self {
            engine: Engine::Postgres,
            writers,
            readers,
            sealer,
            rng,
            timings: Timings::default(),
            in_line: Arc::default(),
            appended: Arc::default(),
            url: url.into(),
        })
    }

    async fn open_sqlite(
        path: &str,
        sealer: Sealer,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        make_secret(Path::new(path)).map_err(sqlx::Error::Io)?;
        let options = options(&format!("sqlite:{path}?mode=rw"))?;
        let pool = |connections| {
            AnyPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        sqlx::raw_sql(
                            "PRAGMA journal_mode = WAL;
                             PRAGMA busy_timeout = 5000;
                             PRAGMA foreign_keys = ON;",
                        )
                        .execute(connection)
                        .await?;
                        Ok(())
                    })
                })
        };
        let writers = pool(1).connect_with(options.clone()).await?;
        let readers = pool(4).connect_with(options).await?;
        Ok(Self {
            engine: Engine::Sqlite,
            writers,
            readers,
            sealer,
            rng,
            timings: Timings::default(),
            in_line: Arc::default(),
            appended: Arc::default(),
            url: path.into(),
        })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// What its rows are sealed with.
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Transactions and reads by name; how long each took with waiting and all its tries.
    pub fn timings(&self) -> &Timings {
        &self.timings
    }

    /// Runs `body` in one transaction, committed only if it answers `Ok`.
    ///
    /// `body` may run more than once: another transaction may have been in its way.
    /// `name` is for logs, spans and metrics.
    pub async fn transact<T, E: Failure>(
        &self,
        name: &'static str,
        body: impl AsyncFnOnce(&mut Tx) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        let started = instant();
        let span = tracing::debug_span!("transaction", name);
        let outcome = self.tried(name, body).instrument(span).await;
        let end = if outcome.is_ok() { "committed" } else { "rolled-back" };
        self.timings.add(name, end, started.elapsed());
        outcome
    }

    async fn tried<T, E: Failure>(
        &self,
        name: &'static str,
        body: impl AsyncFnOnce(&mut Tx) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        let mut attempt = 1;
        let mut turn = None;
        loop {
            let mut tx = self.begin(&self.writers, begin).await?;
            let outcome = match body.clone()(&mut tx).await {
                Ok(answer) => match tx.inner.commit().await.map_err(StoreError::from) {
                    Ok(()) => {
                        if tx.appended {
                            self.appended.notify_one();
                        }
                        Ok(answer)
                    }
                    Err(error) => Err(E::from(error)),
                },
                Err(error) => {
                    tx.inner.rollback().await.map_err(StoreError::from)?;
                    Err(error)
                }
            };
            match outcome {
                Err(error) if attempt < TRIES && in_the_way(&error) => {
                    self.timings.add(name, "tried-again", Duration::ZERO);
                    tracing::debug!(name, attempt, "another transaction was in the way");
                    if turn.is_none() {
                        turn = Some(self.in_line.lock().await);
                    }
                    tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Runs `body`, which only reads, on one snapshot; beside a writer and never in its way.
    pub async fn read<T, E: Failure>(
        &self,
        name: &'static str,
        body: impl AsyncFnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN DEFERRED",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let started = instant();
        let reading = async {
            let mut tx = self.begin(&self.readers, begin).await?;
            let outcome = body(&mut tx).await;
            tx.inner.rollback().await.map_err(StoreError::from)?;
            outcome
        };
        let outcome = reading.instrument(tracing::debug_span!("read", name)).await;
        let end = if outcome.is_ok() { "read" } else { "failed" };
        self.timings.add(name, end, started.elapsed());
        outcome
    }

    async fn begin(&self, pool: &AnyPool, how: &'static str) -> Result<Tx, StoreError> {
        let inner = pool.begin_with(how).await?;
        let (sealer, rng) = (self.sealer.clone(), Arc::clone(&self.rng));
        Ok(Tx { inner, sealer, rng, engine: self.engine, appended: false })
    }

    /// Says that a frame of the feed may have come: from this process at once, from others by [`FeedNotices`] or by looking.
    pub fn appended(&self) -> Arc<Notify> {
        Arc::clone(&self.appended)
    }

    /// PostgreSQL's notices that another process has added a frame; `None` on SQLite, where one has to look.
    pub async fn feed_notices(&self) -> Result<Option<FeedNotices>, StoreError> {
        if self.engine == Engine::Sqlite {
            return Ok(None);
        }
        let mut listener = PgListener::connect(&self.url).await?;
        listener.listen(feed::CHANNEL).await?;
        Ok(Some(FeedNotices(listener)))
    }

    /// Whether the store answers at all.
    pub async fn answers(&self) -> Result<(), StoreError> {
        sqlx::query("-- store.answers\n SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Ends all connections, waiting for those in use.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// Wakes who waits for frames of the feed. What came is in the table.
pub struct FeedNotices(PgListener);

impl FeedNotices {
    pub async fn next(&mut self) -> Result<(), StoreError> {
        self.0.recv().await?;
        Ok(())
    }
}

/// SQLite gives the files beside this one the same mode.
fn make_secret(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    check_secret_file(path)
}

fn in_the_way<E: Failure>(error: &E) -> bool {
    error.store().is_some_and(StoreError::is_contention)
}

fn options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    // sqlx logs each statement with its bound text; what names a person is bound.
    Ok(AnyConnectOptions::from_str(url)?.disable_statement_logging())
}

/// A moment as it is stored.
pub fn millis(moment: Timestamp) -> i64 {
    moment.timestamp_millis()
}

/// A count as it is stored; what is beyond is the greatest.
pub fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A stored count.
pub fn uncount(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// A row that an enum or an identifier can't say.
pub fn inconsistent(table: &'static str, row: impl std::fmt::Display) -> StoreError {
    StoreError::Inconsistent { table, row: row.to_string() }
}

/// Deletes what hangs on the rows that `over` selects by two moments, and at last these rows: of each (name, table, column).
/// Only constants go into this SQL.
async fn forget_over(
    tx: &mut Tx,
    over: &'static str,
    (before, now): (Timestamp, Timestamp),
    tables: &[(&'static str, &'static str, &'static str)],
) -> Result<u64, StoreError> {
    let mut gone = 0;
    for (name, table, column) in tables {
        let statement = format!("-- {name}\n DELETE FROM {table}\n  WHERE {column} IN ({over})");
        gone += sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(millis(before))
            .bind(millis(now))
            .execute(tx.conn())
            .await?
            .rows_affected();
    }
    Ok(gone)
}
