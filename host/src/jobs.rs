//! What the host does without being asked: one task a job, so that a slow one delays no other.

use std::fmt::Display;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use senim_channel::clock::instant;
use senim_core::operator::SESSION_MAX;
use senim_store::{self as store, StoreError};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::{
    authorization, consent, identity, journal, messages, monitoring, passkey, retention, signals,
    solution,
};

/// Its name in logs and metrics, how often it runs, and one round of it.
struct Job(&'static str, Duration, fn(&App) -> BoxFuture<'_, Result<(), String>>);

macro_rules! job {
    ($name:literal, $period:expr, $round:expr) => {
        Job($name, $period, |app| {
            let round = $round;
            async move { round(app).await.map_err(|error| error.to_string()) }.boxed()
        })
    };
}

const JOBS: &[Job] = &[
    job!("journal.sequence", Duration::from_secs(1), journal::advance),
    job!("journal.retain", Duration::from_mins(1), journal::retain),
    job!("messages.deliver_due", Duration::from_secs(1), messages::deliver_due),
    job!("signals.deliver_due", Duration::from_secs(1), signals::deliver::deliver_due),
    job!("keys.reload", Duration::from_secs(2), async |app: &App| {
        app.keys.renew(&app.store, &app.sealer, app.now()).await
    }),
    job!("identity.expire_due", Duration::from_secs(5), identity::expire::expire_due),
    job!("solution.probe", Duration::from_secs(5), async |app: &App| {
        solution::probe(app).await;
        Ok::<_, StoreError>(())
    }),
    job!("queues.count", Duration::from_secs(5), monitoring::count_queues),
    job!("consent.expire_due", Duration::from_secs(30), consent::expire::expire_due),
    job!("signals.record_overdue", Duration::from_secs(30), signals::overdue::record_due),
    job!("authorization.sweep", Duration::from_mins(1), authorization::sweep::sweep),
    job!("feed.sweep", Duration::from_mins(1), async |app: &App| {
        let before = app.now() - FRAMES_KEPT;
        app.store
            .transact("feed.sweep", async |tx| store::feed::forget_frames(tx, before).await)
            .await
    }),
    job!("operator.sweep", Duration::from_mins(1), forget_operator_sessions),
    job!("passkey.forget_challenges", Duration::from_mins(1), passkey::forget_challenges),
    job!("retention.sweep", Duration::from_mins(1), retention::sweep),
];

/// How long frames of the feed are kept, for a host that was busy; what is older comes as a snapshot.
const FRAMES_KEPT: TimeDelta = TimeDelta::minutes(10);

/// Starts all jobs. Dropping the set ends each between two transactions or rolls one back.
pub fn start(app: &App) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    for Job(name, period, round) in JOBS {
        let app = app.clone();
        jobs.spawn(async move {
            let mut ticks = interval(*period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let started = instant();
                let outcome = round(&app).await;
                let end = if outcome.is_ok() { "done" } else { "failed" };
                app.measures.jobs.add(name, end, started.elapsed());
                log_outcome(name, outcome);
            }
        });
    }
    jobs
}

fn log_outcome(job: &str, outcome: Result<(), impl Display>) {
    if let Err(error) = outcome {
        tracing::error!(job, %error, "a job failed and will be tried again");
    }
}

async fn forget_operator_sessions(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let opened_before = now - SESSION_MAX;
    app.store
        .transact("operator.sweep", async |tx| store::operator::sweep(tx, opened_before, now).await)
        .await
}
