//! Follows the table of frames: woken by a commit of this process or by PostgreSQL, and by looking where nobody wakes.

use std::time::{Duration, Instant};

use senim_channel::clock;
use senim_store::{FeedNotices, StoreError};
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use crate::app::App;
use crate::http::problem::Refusal;
use crate::routing::nodes;

/// A beat at least so often.
const BEAT: Duration = Duration::from_millis(500);
/// Not more signatures than one in so long: what comes meanwhile is signed together.
const TOGETHER: Duration = Duration::from_millis(50);
/// How often to look where other processes' commits wake nobody (SQLite, or PostgreSQL that can't be listened to).
const LOOK: Duration = Duration::from_millis(20);
/// How often acknowledgements are written down.
const SAVE: Duration = Duration::from_millis(250);

/// Until the set is dropped.
pub fn follow_table(app: &App) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (following, saving) = (app.clone(), app.clone());
    tasks.spawn(async move { follow(&following).await });
    tasks.spawn(async move { save(&saving).await });
    tasks
}

async fn follow(app: &App) {
    let appended = app.store.appended();
    let mut notices = listen(app).await;
    let (mut beat_at, mut sent_at) = (clock::instant(), None::<Instant>);
    let mut failing = false;
    loop {
        let look_at = match notices {
            Some(_) => beat_at,
            None => beat_at.min(clock::instant() + LOOK),
        };
        tokio::select! {
            () = appended.notified() => {}
            () = notified(&mut notices) => {}
            () = sleep_until(look_at.into()) => {}
        }
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
            // A listener that broke is opened again.
            if notices.is_none() {
                notices = listen(app).await;
            }
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

async fn listen(app: &App) -> Option<FeedNotices> {
    match app.store.feed_notices().await {
        Ok(notices) => notices,
        Err(error) => {
            tracing::warn!(%error, "PostgreSQL's notices can't be heard; looking instead");
            None
        }
    }
}

async fn notified(notices: &mut Option<FeedNotices>) {
    let heard: Result<(), StoreError> = match notices {
        Some(notices) => notices.next().await,
        None => std::future::pending().await,
    };
    if heard.is_err() {
        *notices = None;
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
