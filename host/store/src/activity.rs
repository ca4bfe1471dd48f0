//! Rows of what clients reported as not theirs, and of the locks that follow from it.

use senim_channel::clock::moment;
use senim_core::Timestamp;
use senim_core::activity::{Case, Closed};
use senim_core::id::{CaseId, Iin, SessionId};

use super::row::row;
use super::seal::Sealer;
use super::{StoreError, Tx, count, inconsistent, millis, uncount};

const TABLE: &str = "disowned_case";

/// `opened_in`: the cabinet's session.
pub async fn add_case(
    tx: &mut Tx,
    case: &Case,
    iin: &Iin,
    opened_in: SessionId,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- activity.add_case
         INSERT INTO disowned_case (id, iin_index, session_id, consumer, opened_at, opened_in, withdrawn, sessions,
                                    locked_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(case.id.to_string())
    .bind(index(&tx.sealer, iin))
    .bind(case.session.to_string())
    .bind(case.consumer.map(|it| it.to_string()))
    .bind(millis(case.opened_at))
    .bind(opened_in.to_string())
    .bind(count(case.withdrawn))
    .bind(count(case.sessions))
    .bind(millis(case.locked_until))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Saves what may change of a case: its lock and its end.
pub async fn save_case(tx: &mut Tx, case: &Case) -> Result<(), StoreError> {
    sqlx::query(
        "-- activity.save_case
         UPDATE disowned_case
            SET locked_until = $2
              , closed_at    = $3
              , closed_by    = $4
              , note         = $5
          WHERE id = $1",
    )
    .bind(case.id.to_string())
    .bind(millis(case.locked_until))
    .bind(case.closed.as_ref().map(|it| millis(it.at)))
    .bind(case.closed.as_ref().map(|it| it.by.clone()))
    .bind(case.closed.as_ref().map(|it| it.note.clone()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn case(tx: &mut Tx, id: CaseId) -> Result<Option<Case>, StoreError> {
    let row = sqlx::query_as::<_, CaseRow>(
        "-- activity.case
         SELECT id
              , session_id
              , consumer
              , opened_at
              , withdrawn
              , sessions
              , locked_until
              , closed_at
              , closed_by
              , note
           FROM disowned_case
          WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(CaseRow::into_case).transpose()
}

/// All cases, the open ones first, each the newest first.
pub async fn cases(tx: &mut Tx, limit: u64) -> Result<Vec<Case>, StoreError> {
    let rows = sqlx::query_as::<_, CaseRow>(
        "-- activity.cases
         SELECT id
              , session_id
              , consumer
              , opened_at
              , withdrawn
              , sessions
              , locked_until
              , closed_at
              , closed_by
              , note
           FROM disowned_case
          ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END
              , opened_at DESC
              , id
          LIMIT $1",
    )
    .bind(count(limit))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(CaseRow::into_case).collect()
}

/// What a person has reported, the newest first.
pub async fn cases_of(tx: &mut Tx, iin: &Iin) -> Result<Vec<Case>, StoreError> {
    let rows = sqlx::query_as::<_, CaseRow>(
        "-- activity.cases_of
         SELECT id
              , session_id
              , consumer
              , opened_at
              , withdrawn
              , sessions
              , locked_until
              , closed_at
              , closed_by
              , note
           FROM disowned_case
          WHERE iin_index = $1
          ORDER BY opened_at DESC
              , id",
    )
    .bind(index(&tx.sealer, iin))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(CaseRow::into_case).collect()
}

/// Whether this session was reported.
pub async fn is_reported(tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- activity.is_reported
         SELECT COUNT(*)
           FROM disowned_case
          WHERE session_id = $1",
    )
    .bind(session.to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

/// Until when no session for a participant is taken, if now none is.
pub async fn locked_until(
    tx: &mut Tx,
    iin: &Iin,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let until = sqlx::query_scalar::<_, Option<i64>>(
        "-- activity.locked_until
         SELECT MAX(locked_until)
           FROM disowned_case
          WHERE iin_index = $1
            AND locked_until > $2",
    )
    .bind(index(&tx.sealer, iin))
    .bind(millis(now))
    .fetch_one(tx.conn())
    .await?;
    Ok(until.map(moment))
}

/// Deletes cases opened before; returns how many (IDX-8).
pub async fn forget_before(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let gone = sqlx::query(
        "-- activity.forget_before
         DELETE FROM disowned_case
          WHERE opened_at < $1",
    )
    .bind(millis(before))
    .execute(tx.conn())
    .await?;
    Ok(gone.rows_affected())
}

fn index(sealer: &Sealer, iin: &Iin) -> String {
    sealer.blind("disowned_case.iin_index", &iin.expose())
}

row! {
    struct CaseRow {
        id: String,
        session_id: String,
        consumer: Option<String>,
        opened_at: i64,
        withdrawn: i64,
        sessions: i64,
        locked_until: i64,
        closed_at: Option<i64>,
        closed_by: Option<String>,
        note: Option<String>,
    }
}

impl CaseRow {
    fn into_case(self) -> Result<Case, StoreError> {
        let broken = || inconsistent(TABLE, &self.id);
        let closed = match (self.closed_at, &self.closed_by, &self.note) {
            (Some(at), Some(by), Some(note)) => {
                Some(Closed { at: moment(at), by: by.clone(), note: note.clone() })
            }
            (None, None, None) => None,
            _ => return Err(broken()),
        };
        Ok(Case {
            id: self.id.parse().map_err(|_| broken())?,
            session: self.session_id.parse().map_err(|_| broken())?,
            consumer: self.consumer.as_deref().map(str::parse).transpose().map_err(|_| broken())?,
            opened_at: moment(self.opened_at),
            withdrawn: uncount(self.withdrawn),
            sessions: uncount(self.sessions),
            locked_until: moment(self.locked_until),
            closed,
        })
    }
}
