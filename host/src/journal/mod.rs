//! The journal: searched by the operator, numbered by a job.

mod search;
mod sequence;

pub use sequence::sequence;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/api/console/journal", get(search::search))
}
