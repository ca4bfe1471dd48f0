//! Rows of requests to the photo matching service.

use senim_core::Timestamp;
use senim_core::id::{Bin, Iin, PhotoRequestId, SolutionRequestId};
use senim_core::matching::PhotoRequestsView;
use senim_core::problem::Problem;

use super::{StoreError, Tx, inconsistent, millis, uncount};
use senim_channel::clock::moment;

const IIN: &str = "photo_request.iin";

/// A new request.
pub struct Started {
    pub id: PhotoRequestId,
    pub bin: Bin,
    pub system: String,
    pub iin: Iin,
    pub photo_digest: String,
    pub solution: String,
    pub personal_data: bool,
    pub asked_at: Timestamp,
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finished {
    /// Something in the request was invalid.
    Refused(Problem),
    /// The Source, the solution or the platform failed.
    Failed(Problem),
    Compared {
        matched: bool,
        degree_millis: i64,
        solution_request: SolutionRequestId,
    },
}

/// A request that matched.
pub struct Matched {
    pub iin: Iin,
    pub personal_data: bool,
    pub asked_at: Timestamp,
    pub finished_at: Timestamp,
    pub degree_millis: i64,
    pub accepted_at: Option<Timestamp>,
}

pub async fn add(tx: &mut Tx, it: &Started) -> Result<(), StoreError> {
    let id = it.id.to_string();
    let iin = it.iin.expose();
    sqlx::query(
        "-- matching.add
         INSERT INTO photo_request
            (id, bin, system, iin_index, iin_sealed, photo_digest, solution, personal_data, asked_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'started')",
    )
    .bind(id.as_str())
    .bind(it.bin.to_string())
    .bind(it.system.as_str())
    .bind(tx.sealer.blind(IIN, &iin))
    .bind(tx.sealer.seal(&*tx.rng, IIN, &id, iin.as_bytes()))
    .bind(it.photo_digest.as_str())
    .bind(it.solution.as_str())
    .bind(i64::from(it.personal_data))
    .bind(millis(it.asked_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn finish(
    tx: &mut Tx,
    id: PhotoRequestId,
    finished: Finished,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, problem, degree, solution_request) = match finished {
        Finished::Refused(problem) => ("refused", Some(problem.code()), None, None),
        Finished::Failed(problem) => ("failed", Some(problem.code()), None, None),
        Finished::Compared { matched, degree_millis, solution_request } => {
            let state = if matched { "matched" } else { "unmatched" };
            (state, None, Some(degree_millis), Some(solution_request.to_string()))
        }
    };
    sqlx::query(
        "-- matching.finish
         UPDATE photo_request
            SET state         = $2
              , finished_at   = $3
              , problem       = $4
              , degree_millis = $5
              , solution_id     = $6
          WHERE id = $1
            AND state = 'started'",
    )
    .bind(id.to_string())
    .bind(state)
    .bind(millis(now))
    .bind(problem)
    .bind(degree)
    .bind(solution_request)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many of this participant's matches of this person failed since the last success and since the person was last
/// checked offline (PHM-6).
pub async fn failures(tx: &mut Tx, bin: Bin, iin: &Iin) -> Result<u64, StoreError> {
    let failures = sqlx::query_scalar::<_, i64>(
        "-- matching.failures
         SELECT COUNT(*)
           FROM photo_request
          WHERE bin = $1
            AND iin_index = $2
            AND state = 'unmatched'
            AND asked_at > COALESCE(
                (SELECT MAX(asked_at)
                   FROM photo_request
                  WHERE bin = $1
                    AND iin_index = $2
                    AND state IN ('matched', 'accepted')), -1)
            AND asked_at > COALESCE(
                (SELECT checked_at
                   FROM photo_offline_check
                  WHERE bin = $1
                    AND iin_index = $2), -1)",
    )
    .bind(bin.to_string())
    .bind(tx.sealer.blind(IIN, &iin.expose()))
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(failures))
}

/// How many of this participant's requests about this person, made since then, have no result yet.
pub async fn running(
    tx: &mut Tx,
    (bin, iin): (Bin, &Iin),
    since: Timestamp,
) -> Result<u64, StoreError> {
    let running = sqlx::query_scalar::<_, i64>(
        "-- matching.running
         SELECT COUNT(*)
           FROM photo_request
          WHERE bin = $1
            AND iin_index = $2
            AND state = 'started'
            AND asked_at > $3",
    )
    .bind(bin.to_string())
    .bind(tx.sealer.blind(IIN, &iin.expose()))
    .bind(millis(since))
    .fetch_one(tx.conn())
    .await?;
    Ok(uncount(running))
}

/// The person was checked offline: resets the count of failures. Returns the last failed request.
pub async fn check_offline(
    tx: &mut Tx,
    (bin, iin): (Bin, &Iin),
    system: &str,
    now: Timestamp,
) -> Result<PhotoRequestId, StoreError> {
    let iin_index = tx.sealer.blind(IIN, &iin.expose());
    sqlx::query(
        "-- matching.check_offline
         INSERT INTO photo_offline_check
            (bin, iin_index, system, checked_at)
         VALUES ($1, $2, $3, $4)
             ON CONFLICT (bin, iin_index) DO UPDATE
            SET system     = excluded.system
              , checked_at = excluded.checked_at",
    )
    .bind(bin.to_string())
    .bind(iin_index.as_str())
    .bind(system)
    .bind(millis(now))
    .execute(tx.conn())
    .await?;
    let last = sqlx::query_scalar::<_, String>(
        "-- matching.last_unmatched
         SELECT id
           FROM photo_request
          WHERE bin = $1
            AND iin_index = $2
            AND state = 'unmatched'
          ORDER BY asked_at DESC
          LIMIT 1",
    )
    .bind(bin.to_string())
    .bind(iin_index)
    .fetch_one(tx.conn())
    .await?;
    last.parse().map_err(|_| inconsistent("photo_request", last))
}

/// This participant's request, if it matched.
pub async fn matched(
    tx: &mut Tx,
    bin: Bin,
    id: PhotoRequestId,
) -> Result<Option<Matched>, StoreError> {
    let row = sqlx::query_as::<_, (Vec<u8>, i64, i64, i64, i64, Option<i64>)>(
        "-- matching.matched
         SELECT iin_sealed
              , personal_data
              , asked_at
              , finished_at
              , degree_millis
              , accepted_at
           FROM photo_request
          WHERE id = $1
            AND bin = $2
            AND state IN ('matched', 'accepted')",
    )
    .bind(id.to_string())
    .bind(bin.to_string())
    .fetch_optional(tx.conn())
    .await?;
    let Some((iin, personal_data, asked_at, finished_at, degree_millis, accepted_at)) = row else {
        return Ok(None);
    };
    let place = id.to_string();
    let iin = tx.sealer.open_sealed(IIN, &place, &iin)?;
    let iin = std::str::from_utf8(&iin).ok().and_then(|it| it.parse().ok());
    Ok(Some(Matched {
        iin: iin.ok_or_else(|| inconsistent("photo_request", place))?,
        personal_data: personal_data == 1,
        asked_at: moment(asked_at),
        finished_at: moment(finished_at),
        degree_millis,
        accepted_at: accepted_at.map(moment),
    }))
}

/// Whether the participant has a request with this id.
pub async fn exists(tx: &mut Tx, bin: Bin, id: PhotoRequestId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar::<_, i64>(
        "-- matching.exists
         SELECT COUNT(*)
           FROM photo_request
          WHERE id = $1
            AND bin = $2",
    )
    .bind(id.to_string())
    .bind(bin.to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(found > 0)
}

/// Keeps the first acceptance; adds a confirmation that comes later.
pub async fn accept(
    tx: &mut Tx,
    id: PhotoRequestId,
    confirmation: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "-- matching.accept
         UPDATE photo_request
            SET state        = 'accepted'
              , accepted_at  = COALESCE(accepted_at, $2)
              , confirmation = COALESCE(confirmation, $3)
          WHERE id = $1
            AND state IN ('matched', 'accepted')",
    )
    .bind(id.to_string())
    .bind(millis(now))
    .bind(confirmation)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A participant's requests in `[from, until)` (IDX-10).
pub async fn counts(
    tx: &mut Tx,
    bin: Bin,
    from: Timestamp,
    until: Timestamp,
) -> Result<PhotoRequestsView, StoreError> {
    let rows = sqlx::query_as::<_, (String, i64)>(
        "-- matching.counts
         SELECT state
              , COUNT(*)
           FROM photo_request
          WHERE bin = $1
            AND asked_at >= $2
            AND asked_at < $3
          GROUP BY state",
    )
    .bind(bin.to_string())
    .bind(millis(from))
    .bind(millis(until))
    .fetch_all(tx.conn())
    .await?;
    let mut view = PhotoRequestsView { from, until, ..PhotoRequestsView::default() };
    for (state, requests) in rows {
        let place = match state.as_str() {
            "matched" | "accepted" => &mut view.matched,
            "unmatched" => &mut view.unmatched,
            "refused" => &mut view.refused,
            // A request that never finished counts as failed.
            "failed" | "started" => &mut view.failed,
            _ => return Err(inconsistent("photo_request", state)),
        };
        *place += uncount(requests);
    }
    view.processed = view.matched + view.unmatched + view.refused;
    Ok(view)
}

/// Deletes requests made before (IDX-8). Returns how many.
pub async fn forget(tx: &mut Tx, asked_before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "-- matching.forget
         DELETE FROM photo_request
          WHERE asked_at < $1",
    )
    .bind(millis(asked_before))
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "-- matching.forget_offline_checks
         DELETE FROM photo_offline_check
          WHERE checked_at < $1",
    )
    .bind(millis(asked_before))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
