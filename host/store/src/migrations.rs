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
];

pub(super) async fn run(engine: Engine, pool: &AnyPool) -> Result<(), StoreError> {
    let migrations = MIGRATIONS.iter().map(|&(version, room, sql)| {
        let sql = AssertSqlSafe(for_engine(engine, sql)).into_sql_str();
        Migration::new(version, room.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect()).run(pool).await?;
    Ok(())
}

/// The two keywords in which the engines differ.
fn for_engine(engine: Engine, sql: &str) -> String {
    let (bytes, arrival) = match engine {
        Engine::Sqlite => ("BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT"),
        Engine::Postgres => ("BYTEA", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    };
    sql.replace("{BYTES}", bytes).replace("{ARRIVAL}", arrival)
}
