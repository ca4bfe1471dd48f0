//! Rows of requests to biometric solutions: each is counted, whatever its result (BIO-5).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::SolutionRequestId;
use senim_core::problem::Problem;
use senim_core::solution::Fault;

use super::{StoreError, Tx, count, inconsistent, millis, uncount};
use senim_core::solution::Asker;

/// One request to one solution.
pub struct Try {
    pub id: SolutionRequestId,
    pub solution: String,
    pub asker: Asker,
    pub asked_at: Timestamp,
    pub took: TimeDelta,
    pub outcome: Outcome,
    /// The price at the time of the request.
    pub price_tiyn: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Matched,
    Unmatched,
    /// A liveness check.
    Live,
    NotLive,
    /// An image has a defect.
    Refused(Problem),
    /// No valid answer: not paid.
    Failed(Fault),
}

impl Outcome {
    /// As it is stored and measured.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Unmatched => "unmatched",
            Self::Live => "live",
            Self::NotLive => "not-live",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
        }
    }
}

/// One solution's requests in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub solution: String,
    pub matched: u64,
    pub unmatched: u64,
    pub live: u64,
    pub not_live: u64,
    pub refused: u64,
    pub failed: u64,
    /// Over the processed requests.
    pub mean_ms: u64,
    /// Price and how many processed requests had it.
    pub processed_at: Vec<(u64, u64)>,
}

impl Counts {
    pub fn processed(&self) -> u64 {
        self.matched + self.unmatched + self.live + self.not_live + self.refused
    }
}

pub async fn add(tx: &mut Tx, it: &Try) -> Result<(), StoreError> {
    let why = match it.outcome {
        Outcome::Matched | Outcome::Unmatched | Outcome::Live | Outcome::NotLive => None,
        Outcome::Refused(problem) => Some(problem.code()),
        Outcome::Failed(fault) => Some(fault.name()),
    };
    sqlx::query(
        "-- solution.add
         INSERT INTO solution_request
            (id, solution, purpose, participant, asked_at, took_ms, price_tiyn, outcome, why)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(it.id.to_string())
    .bind(it.solution.as_str())
    .bind(it.asker.purpose.name())
    .bind(it.asker.participant.map(|bin| bin.to_string()))
    .bind(millis(it.asked_at))
    .bind(it.took.num_milliseconds())
    .bind(count(it.price_tiyn))
    .bind(it.outcome.name())
    .bind(why)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// By solution, in `[from, until)`.
pub async fn counts(
    tx: &mut Tx,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Counts>, StoreError> {
    let rows = sqlx::query_as::<_, (String, String, i64, i64, i64)>(
        "-- solution.counts
         SELECT solution
              , outcome
              , price_tiyn
              , COUNT(*)
              , CAST(SUM(took_ms) AS BIGINT)
           FROM solution_request
          WHERE asked_at >= $1
            AND asked_at < $2
          GROUP BY solution, outcome, price_tiyn
          ORDER BY solution, outcome, price_tiyn",
    )
    .bind(millis(from))
    .bind(millis(until))
    .fetch_all(tx.conn())
    .await?;
    let mut all = BTreeMap::<String, (Counts, BTreeMap<u64, u64>, u64)>::new();
    for (solution, outcome, price, requests, took_ms) in rows {
        let requests = uncount(requests);
        let (counts, prices, total_ms) = all.entry(solution.clone()).or_default();
        let place = match outcome.as_str() {
            "matched" => &mut counts.matched,
            "unmatched" => &mut counts.unmatched,
            "live" => &mut counts.live,
            "not-live" => &mut counts.not_live,
            "refused" => &mut counts.refused,
            "failed" => &mut counts.failed,
            _ => return Err(inconsistent("solution_request", solution)),
        };
        *place += requests;
        if outcome != "failed" {
            *prices.entry(uncount(price)).or_default() += requests;
            *total_ms += uncount(took_ms);
        }
    }
    let counts = all.into_iter().map(|(solution, (counts, prices, total_ms))| Counts {
        mean_ms: total_ms.checked_div(counts.processed()).unwrap_or_default(),
        processed_at: prices.into_iter().collect(),
        solution,
        ..counts
    });
    Ok(counts.collect())
}

/// Deletes requests made before (IDX-8). Returns how many.
pub async fn forget(tx: &mut Tx, asked_before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "-- solution.forget
         DELETE FROM solution_request
          WHERE asked_at < $1",
    )
    .bind(millis(asked_before))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
