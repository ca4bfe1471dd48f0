//! `senim solution report`: the requests and the price of each solution (BIO-5).

use std::fmt::Write as _;

use senim_core::Timestamp;
use senim_core::solution::payable_tiyn;

use crate::app::App;
use senim_store::{self as store, StoreError};

/// A text table, one line a solution.
pub async fn report(app: &App, from: Timestamp, until: Timestamp) -> Result<String, StoreError> {
    let counts = app
        .store
        .read("solution.report", async |tx| store::solution::counts(tx, from, until).await)
        .await?;
    let mut text = format!(
        "{:<24} {:>8} {:>9} {:>6} {:>8} {:>8} {:>8} {:>8} {:>9} {:>14}\n",
        "solution",
        "matched",
        "unmatched",
        "live",
        "not live",
        "refused",
        "failed",
        "mean ms",
        "processed",
        "to pay, tiyn"
    );
    for it in counts {
        let to_pay: u64 = it
            .processed_at
            .iter()
            .map(|&(price, requests)| {
                payable_tiyn(requests, price, app.config.solution_price_cap_tiyn)
            })
            .sum();
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{:<24} {:>8} {:>9} {:>6} {:>8} {:>8} {:>8} {:>8} {:>9} {:>14}",
            it.solution,
            it.matched,
            it.unmatched,
            it.live,
            it.not_live,
            it.refused,
            it.failed,
            it.mean_ms,
            it.processed(),
            to_pay
        );
    }
    Ok(text)
}
