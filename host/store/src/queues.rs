//! How much waits to be done, for metrics.

use super::{StoreError, Tx};

/// Names of queues and how many rows wait in each.
pub async fn lengths(tx: &mut Tx) -> Result<Vec<(String, u32)>, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- queues.lengths
         SELECT 'journal.unnumbered', COUNT(*)
           FROM journal
          WHERE position IS NULL
          UNION ALL
         SELECT 'messages.waiting', COUNT(*)
           FROM message
          WHERE next_try_at IS NOT NULL
          UNION ALL
         SELECT 'notices.unacknowledged', COUNT(*)
           FROM notice
          WHERE next_try_at IS NOT NULL
          UNION ALL
         SELECT 'identity.sessions_open', COUNT(*)
           FROM identity_session
          WHERE ended_at IS NULL",
    )
    .fetch_all(tx.conn())
    .await?;
    let length = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(rows.into_iter().map(|(name, count)| (name, length(count))).collect())
}
