//! The migrations: one room's change a file, one text for both engines.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, AssertSqlSafe, SqlSafeStr as _};

use super::{Engine, StoreError};

/// Numbered in the order in which they were added; only ever added to.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "journal", include_str!("../migrations/0001_journal.sql")),
    (2, "participant", include_str!("../migrations/0002_participant.sql")),
    (3, "keys", include_str!("../migrations/0003_keys.sql")),
    (4, "operator", include_str!("../migrations/0004_operator.sql")),
    (5, "authorization", include_str!("../migrations/0005_authorization.sql")),
    (6, "routing", include_str!("../migrations/0006_routing.sql")),
    (7, "identity", include_str!("../migrations/0007_identity.sql")),
    (8, "consent", include_str!("../migrations/0008_consent.sql")),
    (9, "message", include_str!("../migrations/0009_message.sql")),
    (10, "evidence", include_str!("../migrations/0010_evidence.sql")),
    (11, "solution", include_str!("../migrations/0011_solution.sql")),
    (12, "matching", include_str!("../migrations/0012_matching.sql")),
    (13, "usage", include_str!("../migrations/0013_usage.sql")),
    (14, "signals", include_str!("../migrations/0014_signals.sql")),
    (15, "agreement", include_str!("../migrations/0015_agreement.sql")),
    (16, "liveness solutions", include_str!("../migrations/0016_liveness_solutions.sql")),
    (17, "devices", include_str!("../migrations/0017_devices.sql")),
    (18, "activity", include_str!("../migrations/0018_activity.sql")),
    (19, "log", include_str!("../migrations/0019_log.sql")),
    (20, "passkey", include_str!("../migrations/0020_passkey.sql")),
    (21, "find", include_str!("../migrations/0021_find.sql")),
    (22, "feed", include_str!("../migrations/0022_feed.sql")),
    (24, "allowance", include_str!("../migrations/0024_allowance.sql")),
    (25, "segments", include_str!("../migrations/0025_segments.sql")),
];

/// The number of the newest.
pub(super) fn last() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default()
}

pub(super) async fn run(engine: Engine, pool: &AnyPool) -> Result<(), StoreError> {
    run_until(engine, pool, last()).await
}

/// Up to this number and no further: a backup's rows fit the tables of its time.
pub(super) async fn run_until(
    engine: Engine,
    pool: &AnyPool,
    until: i64,
) -> Result<(), StoreError> {
    let meant = MIGRATIONS.iter().filter(|(version, ..)| *version <= until);
    let migrations = meant.map(|&(version, room, sql)| {
        let sql = AssertSqlSafe(for_engine(engine, sql)).into_sql_str();
        Migration::new(version, room.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect()).run(pool).await?;
    Ok(())
}

/// The keywords in which the engines differ. `{FIELD name}` is a text among the fields of the journal's record.
fn for_engine(engine: Engine, sql: &str) -> String {
    let (bytes, arrival, (before, after)) = match engine {
        Engine::Sqlite => {
            ("BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT", ("json_extract(record, '$.fields.", "')"))
        }
        Engine::Postgres => (
            "BYTEA",
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            ("(record::json -> 'fields' ->> '", "')"),
        ),
    };
    let mut sql = sql.replace("{BYTES}", bytes).replace("{ARRIVAL}", arrival);
    for name in ["consumer", "provider"] {
        sql = sql.replace(&format!("{{FIELD {name}}}"), &format!("{before}{name}{after}"));
    }
    sql
}
