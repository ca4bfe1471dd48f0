//! Security events for consumers (Shared Signals Framework): told that a consent has ended or was changed, until they
//! acknowledge it; they owe a signed attestation of deletion (OAPI-5).

mod attest;
mod configuration;
mod list;
mod poll;

pub mod deliver;
pub mod overdue;

use senim_core::id::Bin;
use senim_core::participant::application::Application;
use senim_core::problem::Problem;

use crate::caller::{Operator, Party};
use crate::callers::{Room, by, by_anyone};
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// Of the servers' listener.
pub fn routes() -> Room {
    Room::default()
        .get("/.well-known/ssf-configuration", by_anyone(), configuration::show)
        .post("/signals/{client_id}/poll", by::<Party>(), poll::poll)
        .post("/signals/{client_id}/deletions", by::<Party>(), attest::attest)
}

/// Of the pages' listener.
pub fn console_routes() -> Room {
    Room::default().get("/api/console/notices", by::<Operator>(), list::list)
}

/// The participant's own application; another's is not found.
async fn own(tx: &mut Tx, bin: Bin, client_id: &str) -> Result<Application, Refusal> {
    let found = store::participant::application(tx, client_id).await?;
    found.filter(|it| it.bin == bin).ok_or_else(|| Problem::NotFound.into())
}
