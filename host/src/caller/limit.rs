//! Rate limits per subject, counted in the store across sessions.

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::problem::Problem;
use senim_store::{self as store, Tx};

use crate::http::problem::Refusal;

/// Refuses more than `most` requests within a window of time.
pub async fn limit(
    tx: &mut Tx,
    subject: &str,
    most: u64,
    within: TimeDelta,
    now: Timestamp,
) -> Result<(), Refusal> {
    let length = within.num_milliseconds().max(1);
    let window_at = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(length));
    if store::identity::attempt(tx, subject, window_at).await? > most {
        let retry_after = window_at + within - now;
        return Err(Refusal::Later { problem: Problem::RateLimited, retry_after });
    }
    Ok(())
}
