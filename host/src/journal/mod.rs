//! The journal: the operator searches it, jobs number its records and write them into the log, a client gets receipts.

mod append;
mod files;
mod fsck;
mod history;
mod key;
mod promised;
mod restart;
mod retain;
mod search;
mod sequence;

use tower_http::compression::CompressionLayer;

pub use append::append;
pub use fsck::{Fsck, fsck};
pub use history::of_client;
pub use key::log_key;
pub use restart::{Begun, RestartRefused, restart};
pub use retain::{Held, retain, segments};
pub use sequence::sequence;

use crate::app::App;
use crate::caller::{Caller, Client, Operator};
use crate::callers::{Room, by, by_anyone};
use crate::log::LogFailure;

pub fn routes() -> Room {
    Room::default()
        .get("/api/cabinet/journal", by::<Client>(), history::history)
        // Records are alike: a seventh of their length remains.
        .within(|it| it.layer(CompressionLayer::new()))
        .get("/api/cabinet/journal/{number}/receipt", by::<Client>(), history::receipt)
        .get("/api/console/journal", by::<Operator>(), search::search)
        .get("/log/checkpoint", by_anyone(), files::checkpoint)
        .get("/log/minimum", by_anyone(), files::minimum)
        .get("/log/policy", by_anyone(), files::policy)
        .get("/log/restart", by_anyone(), restart::show)
        .get("/log/retention", by_anyone(), files::retention)
        .get("/log/segments/{month}", by_anyone(), files::segment)
        .get("/log/tile/{*path}", by_anyone(), files::tile)
}

/// Of the servers' listener.
pub fn servers_routes() -> Room {
    Room::default().get("/uses/{id}/receipt", by::<Caller>(), promised::receipt)
}

/// The job: records are numbered, then written into the log.
pub async fn advance(app: &App) -> Result<(), LogFailure> {
    sequence(app).await?;
    append(app).await
}
