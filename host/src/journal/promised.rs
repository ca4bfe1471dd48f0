//! `GET /uses/{id}/receipt`: a participant sees that a node's promise was kept.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use senim_core::id::UseId;
use senim_core::problem::Problem;
use senim_store as store;

use super::history::{attached, internal, not_yet};
use crate::app::App;
use crate::caller::Caller;
use crate::http::problem::Refusal;

/// The receipt of the consumer's own use. A use that the platform has not heard of yet looks like one that never was.
#[tracing::instrument(name = "journal.promised", skip_all)]
pub(super) async fn receipt(
    app: App,
    caller: Caller,
    id: Result<Path<UseId>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id.map_err(|_| Problem::NotFound)?;
    let log = app.log.as_deref().ok_or(Problem::NotFound)?;
    let published = log.published().ok_or_else(not_yet)?;
    let bin = caller.participant.bin;
    let found = app
        .store
        .read("journal.promised", async |tx| store::usage::record_of(tx, id, bin).await)
        .await?;
    let (number, record) =
        found.filter(|(number, _)| *number < published.checkpoint.size).ok_or_else(not_yet)?;
    if number < published.minimum() {
        return Err(Problem::LogPruned.into());
    }
    // As the log has it, with its client's pseudonym.
    let entry = log.folder().entry(number, published.checkpoint.size).map_err(internal)?;
    attached(log, &published, number, &entry, &record)
}
