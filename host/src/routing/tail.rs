//! Follows the stream's source, and sends what comes to the nodes.

use std::time::{Duration, Instant};

use senim_channel::clock;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout_at};

use super::source::LOOK;
use crate::app::App;
use crate::http::problem::Refusal;
use crate::routing::nodes;

/// A beat at least so often.
const BEAT: Duration = Duration::from_millis(500);
/// Not more signatures than one in so long: what comes meanwhile is signed together.
const TOGETHER: Duration = Duration::from_millis(50);
/// How often acknowledgements are written down.
const SAVE: Duration = Duration::from_millis(250);

/// Until the set is dropped.
pub fn follow_source(app: &App) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let [following, saving, keeping] = [app.clone(), app.clone(), app.clone()];
    tasks.spawn(async move { follow(&following).await });
    tasks.spawn(async move { save(&saving).await });
    tasks.spawn(async move { keeping.feed.source.keep(&keeping).await });
    tasks
}

async fn follow(app: &App) {
    let (mut beat_at, mut sent_at) = (clock::instant(), None::<Instant>);
    let mut failing = false;
    loop {
        // Whether it was woken or a beat is due.
        let _ = timeout_at(beat_at.into(), app.feed.source.woken(app)).await;
        if let Some(sent_at) = sent_at {
            sleep_until((sent_at + TOGETHER).into()).await;
        }
        let now = clock::instant();
        let beat = now >= beat_at;
        let before = app.feed.batches_sent();
        let outcome = app.feed.advance(app, beat).await;
        sent_at = (app.feed.batches_sent() != before).then_some(now);
        if beat {
            beat_at = now + BEAT;
        }
        log(outcome, &mut failing);
        if failing {
            sleep(LOOK).await;
        }
    }
}

fn log(outcome: Result<(), Refusal>, failing: &mut bool) {
    match outcome {
        Ok(()) if std::mem::take(failing) => tracing::info!("nodes are told again what is done"),
        // Nodes get no beat, and refuse when their bound has passed.
        Err(error) if !std::mem::replace(failing, true) => {
            tracing::error!(problem = error.problem().code(), "nodes can't be told what is done");
        }
        Ok(()) | Err(_) => {}
    }
}

async fn save(app: &App) {
    loop {
        sleep(SAVE).await;
        if let Err(error) = app.feed.streams.save(app).await {
            tracing::warn!(
                problem = error.problem().code(),
                "what nodes acknowledged can't be written down"
            );
        }
        nodes::cut_suspended(app).await;
    }
}
