//! What is done without being asked: messages leave, sessions and terms end, keys are taken up, rows are forgotten.

use std::fmt::Display;
use std::time::Duration;

use senim_core::operator::SESSION_MAX;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::{authorization, consent, evidence, identity, messages, photo, store, vendor};
use senim_store::StoreError;

const TURN: Duration = Duration::from_secs(1);
const PROBE: Duration = Duration::from_secs(5);

/// Starts all jobs; dropping what comes back ends them between two transactions or rolls one back.
pub fn start(app: &App) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(messages_leave(app.clone()));
    jobs.spawn(housekeeping(app.clone()));
    jobs.spawn(solutions_are_probed(app.clone()));
    jobs
}

/// Apart from the rest: a gateway may be slow.
async fn messages_leave(app: App) {
    let mut turns = interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        told("messages.deliver_due", messages::deliver_due(&app).await);
    }
}

/// Apart from the rest: a solution that is not well takes its time to say so.
async fn solutions_are_probed(app: App) {
    let mut turns = interval(PROBE);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        solution::probe(&app).await;
    }
}

async fn housekeeping(app: App) {
    let mut turns = interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for turn in 0_u64.. {
        turns.tick().await;
        if turn % 2 == 0 {
            told("keys.reload", app.keys.reload(&app.store, &app.sealer).await);
        }
        if turn % 5 == 0 {
            told("identity.expire_due", identity::expire::expire_due(&app).await);
        }
        if turn % 30 == 0 {
            told("consent.tell_expired", consent::expire::tell_expired(&app).await);
        }
        if turn % 60 == 0 {
            told("evidence.forget_due", evidence::forget::forget_due(&app).await);
            told("identity.forget_due", identity::expire::forget_due(&app).await);
            told("authorization.sweep", authorization::sweep::sweep(&app).await);
            told("operator.sweep", forget_operators_sessions(&app).await);
            told("photo.forget", photo::forget(&app).await);
        }
    }
}

fn told(job: &str, outcome: Result<(), impl Display>) {
    if let Err(error) = outcome {
        tracing::error!(job, %error, "a job failed and will be tried again");
    }
}

async fn forget_operators_sessions(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let opened_before = now - SESSION_MAX;
    app.store
        .transact("operator.sweep", async |tx| store::operator::sweep(tx, opened_before, now).await)
        .await
}
