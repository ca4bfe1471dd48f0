//! What `metrics_listen` serves.

use std::sync::Arc;

use senim_channel::Metrics;
use senim_store::{self as store, StoreError};

use crate::app::App;

/// Requests, transactions, jobs, calls of the judge and of solutions, budgets, queues.
pub fn metrics(app: &App) -> Metrics {
    let metrics = Metrics::new();
    let measures = &app.measures;
    metrics.timings("request", "Requests answered, by route and status", &measures.requests);
    metrics.timings("transaction", "Transactions and reads, by name and end", app.store.timings());
    metrics.timings("job", "Rounds of jobs, by name and end", &measures.jobs);
    metrics.timings("judge", "Calls of the judge component", &measures.judge);
    metrics.timings("solution", "Matches, by solution and outcome", &measures.solutions);
    metrics.budgets(&app.budgets.registry);
    let measures = Arc::clone(measures);
    let help = "What waits, as of the last 5 seconds";
    metrics.gauges("queue_length", help, "queue", move || {
        measures.queues().into_iter().map(|(queue, length)| (queue, f64::from(length))).collect()
    });
    metrics
}

/// The job behind the lengths of queues. Where nobody can read them, nothing is asked of the store.
pub async fn count_queues(app: &App) -> Result<(), StoreError> {
    if app.config.metrics_listen.is_some() {
        let lengths = async |tx: &mut store::Tx| store::queues::lengths(tx).await;
        let mut lengths = app.store.read("queues.count", lengths).await?;
        if let Some(log) = &app.log {
            let waiting = async |tx: &mut store::Tx| store::log::count_waiting(tx).await;
            let waiting = app.store.read("queues.count", waiting).await?;
            for (queue, length) in
                [("log.waiting", waiting), ("log.unpublished", log.unpublished())]
            {
                lengths.push((queue.to_owned(), u32::try_from(length).unwrap_or(u32::MAX)));
            }
        }
        app.measures.set_queues(lengths);
    }
    Ok(())
}
