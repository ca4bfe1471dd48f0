//! The job that seals ended months of the log and prunes those whose term is over: core/src/retention, docs/log.md.
//!
//! ```text
//! month over ──note, synced──▶ row, record ──term over, nothing held──▶ entry of the log, row, record ──published──▶ rows and bundles go
//! ```
//!
//! Each arrow may break off anywhere: the next round does what is left. What was pruned is acknowledged by the lock row's commit.

use std::sync::Arc;

use senim_core::Timestamp;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::log::LogError;
use senim_core::log::entry::{Month, Pruned};
use senim_core::log::to_base64;
use senim_core::retention::Kind;
use senim_store as store;
use senim_store::segment::Sealed;

use crate::app::App;
use crate::log::{Log, LogFailure};

/// A sealed month, and what keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub sealed: Sealed,
    /// Its entries were given up.
    pub pruned: bool,
    /// An open dispute or a law keeps it and all months after it.
    pub held: bool,
}

/// Nothing where this host writes no log.
pub async fn retain(app: &App) -> Result<(), LogFailure> {
    let Some(log) = app.log.clone() else { return Ok(()) };
    while seal(app, &log).await? {}
    prune(app, &log).await?;
    forget(app, &log).await
}

/// All sealed months in their order.
pub async fn segments(app: &App) -> Result<Vec<Held>, LogFailure> {
    let now = app.now();
    app.store
        .read("log.segments", async |tx| {
            let minimum =
                store::segment::prunings(tx).await?.last().map_or(0, |it| it.pruned.minimum);
            let mut found = Vec::new();
            for sealed in store::segment::all(tx).await? {
                let pruned = sealed.size <= minimum;
                let held = !pruned
                    && store::segment::is_held(tx, (sealed.first, sealed.size), now).await?;
                found.push(Held { sealed, pruned, held });
            }
            Ok(found)
        })
        .await
}

/// The next month, if it is over; `false`: there is none.
async fn seal(app: &App, log: &Arc<Log>) -> Result<bool, LogFailure> {
    let rows = app.store.read("log.segments", async |tx| store::segment::all(tx).await).await?;
    let first = rows.last().map_or(0, |it| it.size);
    let writer = Arc::clone(log);
    // Reads a month and syncs a file: not on the runtime's own threads.
    let done = tokio::task::spawn_blocking(move || writer.seal(first)).await;
    let Some((segment, note)) = done.map_err(|_| LogError::Segment("sealing it broke off"))??
    else {
        return Ok(false);
    };
    let now = app.now();
    let (segment, note) = (&segment, note.as_str());
    app.store
        .transact("log.seal", async |tx| {
            store::segment::add(tx, segment, note, now).await?;
            let event = Event::LogSealed {
                month: segment.month.to_string(),
                first: segment.first,
                size: segment.size,
                root: to_base64(&segment.root),
                entries: to_base64(&segment.entries),
            };
            store::journal::append(tx, Actor::Platform, Subject::Log, event, now).await?;
            Ok::<_, LogFailure>(())
        })
        .await?;
    tracing::info!(month = %segment.month, size = segment.size, "sealed a month of the log");
    Ok(true)
}

/// Gives up all months whose term is over, up to the first one that is held.
async fn prune(app: &App, log: &Arc<Log>) -> Result<(), LogFailure> {
    let now = app.now();
    let Some(over) = app.config.retention().over_before(Kind::Log, now).map(Month::of) else {
        return Ok(());
    };
    let _turn = log.turn().await;
    let due = app.store.read("log.due", async |tx| due(tx, over, now).await).await?;
    let Some(pruned) = due else { return Ok(()) };
    let row = app.store.read("log.lock", async |tx| store::log::lock(tx).await).await?;
    log.follow(&row.ok_or(LogFailure::Overtaken)?)?;
    let writer = Arc::clone(log);
    let done = tokio::task::spawn_blocking(move || writer.write_pruned(pruned, now)).await;
    let batch = done.map_err(|_| LogError::Tile("writing it broke off"))??;
    let (batch, pruned) = (&batch, &pruned);
    let swapped = app
        .store
        .transact("log.prune", async |tx| {
            if !store::log::swap(tx, &batch.old, &batch.new).await? {
                return Ok(false);
            }
            store::segment::prune(tx, batch.old.size, pruned, now).await?;
            let event = Event::LogPruned { minimum: pruned.minimum, from: pruned.from.to_string() };
            store::journal::append(tx, Actor::Platform, Subject::Log, event, now).await?;
            Ok::<_, LogFailure>(true)
        })
        .await?;
    if !swapped {
        return Err(LogFailure::Overtaken);
    }
    log.follow(&batch.new)?;
    log.publish().await?;
    tracing::info!(minimum = pruned.minimum, from = %pruned.from, "pruned the log");
    Ok(())
}

/// What may be given up more than was already.
async fn due(
    tx: &mut store::Tx,
    over: Month,
    now: Timestamp,
) -> Result<Option<Pruned>, LogFailure> {
    let minimum = store::segment::prunings(tx).await?.last().map_or(0, |it| it.pruned.minimum);
    let mut last = None;
    for it in store::segment::all(tx).await?.into_iter().filter(|it| it.size > minimum) {
        if it.month >= over {
            break;
        }
        if store::segment::is_held(tx, (it.first, it.size), now).await? {
            tracing::info!(month = %it.month, "a month of the log is over its term and held");
            break;
        }
        last = Some(Pruned { minimum: it.size, from: it.month.next() });
    }
    Ok(last)
}

/// Deletes what was given up, once the published checkpoint says that it was.
async fn forget(app: &App, log: &Arc<Log>) -> Result<(), LogFailure> {
    let Some(pruning) = log.published().and_then(|it| it.pruned) else { return Ok(()) };
    let prunings =
        app.store.read("log.prunings", async |tx| store::segment::prunings(tx).await).await?;
    if prunings.iter().any(|it| it.number == pruning.number && it.done) {
        return Ok(());
    }
    let minimum = pruning.pruned.minimum;
    while app
        .store
        .transact("log.forget", async |tx| store::segment::forget_before(tx, minimum).await)
        .await?
        > 0
    {}
    let writer = Arc::clone(log);
    let done = tokio::task::spawn_blocking(move || writer.forget(&pruning)).await;
    done.map_err(|_| LogError::Segment("deleting it broke off"))??;
    let now = app.now();
    app.store
        .transact("log.pruned", async |tx| store::segment::pruned(tx, minimum, now).await)
        .await?;
    Ok(())
}
