//! The log's static files, for whoever wants to verify it (c2sp.org/tlog-tiles).

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use senim_core::log::entry::Month;
use senim_core::log::tile::{Kind, Tile};
use senim_core::problem::Problem;
use senim_core::retention::words;
use senim_core::text::Language;
use senim_store as store;

use crate::app::App;
use crate::http::problem::Refusal;
use crate::log;

/// A tile never changes once a checkpoint covers it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

type Headers = [(HeaderName, HeaderValue); 2];

/// The checkpoint as the policy's witnesses have cosigned it.
pub(super) async fn checkpoint(app: App) -> Result<(Headers, String), Refusal> {
    let published = app.log.as_ref().and_then(|it| it.published()).ok_or(Problem::NotFound)?;
    Ok((headers("text/plain; charset=utf-8", ASK_AGAIN), published.note.to_string()))
}

/// What a reader trusts: the log's key and its witnesses. A browser takes it over once and keeps it.
pub(super) async fn policy(app: App) -> Result<(Headers, String), Refusal> {
    let log = app.log.as_ref().ok_or(Problem::NotFound)?;
    Ok((headers("text/plain; charset=utf-8", ASK_AGAIN), log.readers_policy().to_string()))
}

/// What the log keeps and for how long, in the three languages: without such a policy nothing of it may be pruned.
pub(super) async fn retention(app: App) -> (Headers, String) {
    let texts = Language::ALL.map(|it| words::log_policy(it, app.config.retention()));
    (headers("text/plain; charset=utf-8", ASK_AGAIN), texts.join("\n"))
}

/// The minimum index: the first entry that the published log still has; with it, where it was pruned, the first month that is
/// whole and the number of the entry that says so.
pub(super) async fn minimum(app: App) -> Result<(Headers, String), Refusal> {
    let published = app.log.as_ref().and_then(|it| it.published()).ok_or(Problem::NotFound)?;
    let unpruned = || "0\n".to_owned();
    let text = published.pruned.map_or_else(unpruned, |it| log::minimum(it.number, &it.pruned));
    Ok((headers("text/plain; charset=utf-8", ASK_AGAIN), text))
}

/// The signed note of a sealed month.
pub(super) async fn segment(
    app: App,
    month: Result<Path<String>, PathRejection>,
) -> Result<(Headers, String), Refusal> {
    let Path(month) = month.map_err(|_| Problem::NotFound)?;
    let month: Month = month.parse().map_err(|_| Problem::NotFound)?;
    let rows = app.store.read("log.segment", async |tx| store::segment::all(tx).await).await?;
    let sealed = rows.into_iter().find(|it| it.month == month).ok_or(Problem::NotFound)?;
    Ok((headers("text/plain; charset=utf-8", FOR_EVER), sealed.note))
}

/// A tile or an entry bundle that the published checkpoint covers, and nothing beyond it.
pub(super) async fn tile(
    app: App,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(path) = path.map_err(|_| Problem::NotFound)?;
    let log = app.log.clone().ok_or(Problem::NotFound)?;
    let tile: Tile = format!("tile/{path}").parse().map_err(|_| Problem::NotFound)?;
    let published = log.published().ok_or(Problem::NotFound)?;
    if !tile.is_in(published.checkpoint.size) {
        return Err(Problem::NotFound.into());
    }
    // Hashes of what was pruned prove what is left.
    if tile.kind == Kind::Entries && tile.end() <= published.minimum() {
        return Err(Problem::LogPruned.into());
    }
    let reading = tokio::task::spawn_blocking(move || log.folder().read(tile)).await;
    let bytes = reading.map_err(Refusal::internal)?.map_err(Refusal::internal)?;
    Ok((headers("application/octet-stream", FOR_EVER), bytes).into_response())
}

fn headers(content: &'static str, cached: &'static str) -> Headers {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(content)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cached)),
    ]
}
