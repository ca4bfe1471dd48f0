//! All rows of all tables, out of one engine and into either: `senim backup`, `senim restore`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AssertSqlSafe, Column as _, Row as _, ValueRef as _};

use super::{Engine, Failure, Store, StoreError, Tx, migrations, reseal};

/// What was read out of a database at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dumped {
    /// The number of the last migration.
    pub version: i64,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Tables whose rows are numbered as they arrive: the last number given.
    pub arrivals: BTreeMap<String, i64>,
}

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the database is in use already; restore into an empty one")]
    NotEmpty,
    #[error(
        "the backup was made by a newer program: it has migration {backup}, this program {program}"
    )]
    Newer { backup: i64, program: i64 },
    #[error("table `{table}`, row {row}: {why}")]
    Row { table: String, row: u64, why: &'static str },
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Failure for BackupError {
    fn store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// A table's columns: each with the type in which a `NULL` of it is bound.
struct Columns(Vec<(String, Kind)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Float,
    Text,
    Bytes,
}

/// Where rows of a backup come from, a table after another; one row a line, as a JSON array in the order of `columns`.
pub trait Lines {
    /// The names of a table's columns as they stand in the backup.
    fn columns(&mut self, table: &str) -> std::io::Result<Vec<String>>;
    fn next(&mut self) -> std::io::Result<Option<String>>;
}

/// Reads everything on one snapshot; a running host goes on. `begin` is told each table with its columns, `row` each of its rows.
pub async fn dump(
    store: &Store,
    mut begin: impl FnMut(&str, &[&str]) -> std::io::Result<()>,
    mut row: impl FnMut(&str) -> std::io::Result<()>,
) -> Result<Dumped, BackupError> {
    let engine = store.engine;
    store
        .read("backup.dump", async |tx| {
            let mut dumped = Dumped { version: version(tx).await?, ..Dumped::default() };
            for table in tables(tx, engine).await? {
                let Columns(columns) = columns(tx, engine, &table).await?;
                let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
                begin(&table, &names)?;
                let statement =
                    format!("-- backup.dump/{table}\n SELECT {} FROM {table}", names.join(", "));
                let mut rows = sqlx::query(AssertSqlSafe(statement)).fetch(tx.conn());
                let mut count = 0;
                while let Some(it) = rows.try_next().await? {
                    row(&line(&it)?)?;
                    count += 1;
                }
                drop(rows);
                if let Some(column) = arrival(tx, engine, &table).await? {
                    let last = last_arrival(tx, engine, &table, &column).await?;
                    dumped.arrivals.insert(table.clone(), last);
                }
                dumped.rows.insert(table, count);
            }
            Ok(dumped)
        })
        .await
}

/// Writes a backup into an empty database, all of it or nothing, and checks that the store's master key opens it. Opening the
/// store again brings the tables up to date.
pub async fn load(
    store: &Store,
    dumped: &Dumped,
    mut lines: impl Lines,
) -> Result<(), BackupError> {
    let (engine, program) = (store.engine, migrations::last());
    if dumped.version > program {
        return Err(BackupError::Newer { backup: dumped.version, program });
    }
    let used = store
        .read("backup.used", async |tx| {
            let tables = tables(tx, engine).await?;
            if !tables.iter().any(|it| it == "journal") {
                return Ok::<_, BackupError>(!tables.is_empty());
            }
            let records = "-- backup.used\n SELECT COUNT(*) FROM journal";
            let records = sqlx::query_scalar::<_, i64>(records).fetch_one(tx.conn()).await?;
            Ok(records > 0 || version(tx).await? > dumped.version)
        })
        .await?;
    if used {
        return Err(BackupError::NotEmpty);
    }
    migrations::run_until(engine, &store.writers, dumped.version).await?;
    // Not `transact`: the lines can be read once. Nobody else is here.
    let begin = match engine {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
    };
    let mut tx = store.begin(&store.writers, begin).await?;
    let loaded = load_all(&mut tx, engine, dumped, &mut lines).await;
    match loaded {
        Ok(()) => Ok(tx.inner.commit().await?),
        Err(error) => {
            tx.inner.rollback().await?;
            Err(error)
        }
    }
}

async fn load_all(
    tx: &mut Tx,
    engine: Engine,
    dumped: &Dumped,
    lines: &mut impl Lines,
) -> Result<(), BackupError> {
    let keys = foreign_keys_later(tx, engine).await?;
    // In the order of creation, so that a missing table is told before its rows are.
    let tables = tables(tx, engine).await?;
    for table in &tables {
        // A migration may have put the first row in.
        let statement = format!("-- backup.load/clear\n DELETE FROM {table}");
        sqlx::query(AssertSqlSafe(statement)).execute(tx.conn()).await?;
    }
    for table in &tables {
        let rows = dumped.rows.get(table).copied().unwrap_or_default();
        let loaded = load_table(tx, engine, table, lines).await?;
        if rows != loaded {
            let why = "the backup names another number of rows";
            return Err(BackupError::Row { table: table.clone(), row: loaded, why });
        }
        if let (Some(column), Some(last)) =
            (arrival(tx, engine, table).await?, dumped.arrivals.get(table))
        {
            go_on_after(tx, engine, (table, &column), *last).await?;
        }
    }
    foreign_keys_now(tx, engine, &keys).await?;
    Ok(reseal::check(tx).await?)
}

async fn load_table(
    tx: &mut Tx,
    engine: Engine,
    table: &str,
    lines: &mut impl Lines,
) -> Result<u64, BackupError> {
    let Columns(known) = columns(tx, engine, table).await?;
    let wrong = |row, why| BackupError::Row { table: table.to_owned(), row, why };
    let names = lines.columns(table)?;
    let mut kinds = Vec::new();
    for name in &names {
        let column = known.iter().find(|(it, _)| it == name);
        kinds.push(column.ok_or_else(|| wrong(0, "this table has no such column"))?.1);
    }
    let places: Vec<String> = (1..=names.len()).map(|it| format!("${it}")).collect();
    // The numbers of arrivals are kept.
    let given = match engine {
        Engine::Sqlite => "",
        Engine::Postgres => " OVERRIDING SYSTEM VALUE",
    };
    let statement = format!(
        "-- backup.load/{table}\n INSERT INTO {table} ({}){given} VALUES ({})",
        names.join(", "),
        places.join(", ")
    );
    let mut count = 0;
    while let Some(line) = lines.next()? {
        count += 1;
        let values: Vec<Value> =
            serde_json::from_str(&line).map_err(|_| wrong(count, "is no JSON array"))?;
        if values.len() != kinds.len() {
            return Err(wrong(count, "has not as many values as columns"));
        }
        let mut query = sqlx::query(AssertSqlSafe(statement.clone()));
        for (value, kind) in values.into_iter().zip(&kinds) {
            query = match (value, kind) {
                (Value::Null, Kind::Integer) => query.bind(None::<i64>),
                (Value::Null, Kind::Float) => query.bind(None::<f64>),
                (Value::Null, Kind::Text) => query.bind(None::<String>),
                (Value::Null, Kind::Bytes) => query.bind(None::<Vec<u8>>),
                (Value::Number(it), Kind::Integer) => {
                    query.bind(it.as_i64().ok_or_else(|| wrong(count, "has too large a number"))?)
                }
                (Value::Number(it), Kind::Float) => query.bind(it.as_f64().unwrap_or_default()),
                (Value::String(it), Kind::Text) => query.bind(it),
                (Value::Object(it), Kind::Bytes) => {
                    let text = it.get("b").and_then(Value::as_str);
                    let bytes = text.and_then(|it| STANDARD.decode(it).ok());
                    query.bind(bytes.ok_or_else(|| wrong(count, "has bytes that are no base64"))?)
                }
                _ => return Err(wrong(count, "has a value of another type than its column")),
            };
        }
        query.execute(tx.conn()).await?;
    }
    Ok(count)
}

/// A row as JSON: bytes as `{"b": base64}`.
fn line(row: &AnyRow) -> Result<String, sqlx::Error> {
    let mut values = Vec::with_capacity(row.len());
    for column in row.columns() {
        let at = column.ordinal();
        let raw = row.try_get_raw(at)?;
        let kind = if raw.is_null() { AnyTypeInfoKind::Null } else { raw.type_info().kind() };
        values.push(match kind {
            AnyTypeInfoKind::Null => Value::Null,
            AnyTypeInfoKind::Bool => json!(i64::from(row.try_get::<bool, _>(at)?)),
            AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
                json!(row.try_get::<i64, _>(at)?)
            }
            AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => json!(row.try_get::<f64, _>(at)?),
            AnyTypeInfoKind::Text => json!(row.try_get::<String, _>(at)?),
            AnyTypeInfoKind::Blob => {
                json!({ "b": STANDARD.encode(row.try_get::<Vec<u8>, _>(at)?) })
            }
        });
    }
    Ok(Value::Array(values).to_string())
}

async fn version(tx: &mut Tx) -> Result<i64, StoreError> {
    let last = "-- backup.version\n SELECT MAX(version) FROM _sqlx_migrations";
    let last = sqlx::query_scalar::<_, Option<i64>>(last).fetch_one(tx.conn()).await?;
    Ok(last.unwrap_or_default())
}

/// In the order in which they were made.
async fn tables(tx: &mut Tx, engine: Engine) -> Result<Vec<String>, StoreError> {
    let statement = match engine {
        Engine::Sqlite => {
            "-- backup.tables
             SELECT name
               FROM sqlite_master
              WHERE type = 'table'
                AND name NOT LIKE 'sqlite%'
                AND name <> '_sqlx_migrations'
              ORDER BY rowid"
        }
        Engine::Postgres => {
            "-- backup.tables
             SELECT CAST(relname AS TEXT)
               FROM pg_class
              WHERE relkind = 'r'
                AND relnamespace = current_schema()::regnamespace
                AND relname <> '_sqlx_migrations'
              ORDER BY oid"
        }
    };
    Ok(sqlx::query_scalar(statement).fetch_all(tx.conn()).await?)
}

async fn columns(tx: &mut Tx, engine: Engine, table: &str) -> Result<Columns, StoreError> {
    let statement = match engine {
        Engine::Sqlite => {
            "-- backup.columns
             SELECT name, type
               FROM pragma_table_info($1)
              ORDER BY cid"
        }
        Engine::Postgres => {
            "-- backup.columns
             SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT)
               FROM information_schema.columns
              WHERE table_schema = current_schema()
                AND table_name = $1
              ORDER BY ordinal_position"
        }
    };
    let rows: Vec<(String, String)> =
        sqlx::query_as(statement).bind(table.to_owned()).fetch_all(tx.conn()).await?;
    let kind = |it: &str| match it.to_ascii_lowercase().as_str() {
        "bigint" | "integer" | "smallint" | "int" => Kind::Integer,
        "real" | "double" | "double precision" => Kind::Float,
        "blob" | "bytea" => Kind::Bytes,
        _ => Kind::Text,
    };
    Ok(Columns(rows.into_iter().map(|(name, it)| (name, kind(&it))).collect()))
}

/// The column that numbers a table's rows as they arrive.
async fn arrival(tx: &mut Tx, engine: Engine, table: &str) -> Result<Option<String>, StoreError> {
    let statement = match engine {
        Engine::Sqlite => {
            "-- backup.arrival
             SELECT c.name
               FROM sqlite_master AS t, pragma_table_info(t.name) AS c
              WHERE t.name = $1
                AND t.sql LIKE '%AUTOINCREMENT%'
                AND c.pk = 1"
        }
        Engine::Postgres => {
            "-- backup.arrival
             SELECT CAST(column_name AS TEXT)
               FROM information_schema.columns
              WHERE table_schema = current_schema()
                AND table_name = $1
                AND is_identity = 'YES'"
        }
    };
    Ok(sqlx::query_scalar(statement).bind(table.to_owned()).fetch_optional(tx.conn()).await?)
}

async fn last_arrival(
    tx: &mut Tx,
    engine: Engine,
    table: &str,
    column: &str,
) -> Result<i64, StoreError> {
    let last = match engine {
        Engine::Sqlite => {
            sqlx::query_scalar::<_, i64>(
                "-- backup.last
                 SELECT seq
                   FROM sqlite_sequence
                  WHERE name = $1",
            )
            .bind(table.to_owned())
            .fetch_optional(tx.conn())
            .await?
        }
        Engine::Postgres => {
            sqlx::query_scalar::<_, Option<i64>>(
                "-- backup.last
                 SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence($1, $2) AS REGCLASS))",
            )
            .bind(table.to_owned())
            .bind(column.to_owned())
            .fetch_one(tx.conn())
            .await?
        }
    };
    Ok(last.unwrap_or_default())
}

/// Numbers that were given once are not given again, even where their rows are gone.
async fn go_on_after(
    tx: &mut Tx,
    engine: Engine,
    (table, column): (&str, &str),
    last: i64,
) -> Result<(), StoreError> {
    if last < 1 {
        return Ok(());
    }
    match engine {
        Engine::Sqlite => {
            let forget = "-- backup.go-on/clear\n DELETE FROM sqlite_sequence WHERE name = $1";
            sqlx::query(forget).bind(table.to_owned()).execute(tx.conn()).await?;
            sqlx::query(
                "-- backup.go-on
                 INSERT INTO sqlite_sequence (name, seq)
                 VALUES ($1, $2)",
            )
            .bind(table.to_owned())
            .bind(last)
            .execute(tx.conn())
            .await?;
        }
        Engine::Postgres => {
            sqlx::query(
                "-- backup.go-on
                 SELECT setval(CAST(pg_get_serial_sequence($1, $2) AS REGCLASS), $3)",
            )
            .bind(table.to_owned())
            .bind(column.to_owned())
            .bind(last)
            .execute(tx.conn())
            .await?;
        }
    }
    Ok(())
}

/// Rows of one table name each other: foreign keys are looked at once all are in.
async fn foreign_keys_later(
    tx: &mut Tx,
    engine: Engine,
) -> Result<Vec<(String, String)>, StoreError> {
    if engine == Engine::Sqlite {
        sqlx::query("PRAGMA defer_foreign_keys = ON").execute(tx.conn()).await?;
        return Ok(Vec::new());
    }
    let keys: Vec<(String, String)> = sqlx::query_as(
        "-- backup.keys
         SELECT CAST(CAST(conrelid AS REGCLASS) AS TEXT), CAST(conname AS TEXT)
           FROM pg_constraint
          WHERE contype = 'f'
            AND connamespace = current_schema()::regnamespace",
    )
    .fetch_all(tx.conn())
    .await?;
    alter(tx, &keys, "DEFERRABLE INITIALLY DEFERRED").await?;
    Ok(keys)
}

async fn foreign_keys_now(
    tx: &mut Tx,
    engine: Engine,
    keys: &[(String, String)],
) -> Result<(), StoreError> {
    if engine == Engine::Sqlite {
        return Ok(());
    }
    sqlx::query("SET CONSTRAINTS ALL IMMEDIATE").execute(tx.conn()).await?;
    alter(tx, keys, "NOT DEFERRABLE").await
}

async fn alter(tx: &mut Tx, keys: &[(String, String)], how: &str) -> Result<(), StoreError> {
    for (table, key) in keys {
        let statement = format!("ALTER TABLE {table} ALTER CONSTRAINT {key} {how}");
        sqlx::query(AssertSqlSafe(statement)).execute(tx.conn()).await?;
    }
    Ok(())
}
