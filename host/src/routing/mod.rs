//! What edges fetch: the registry of participants.

pub(crate) mod feed;
mod registry;

pub use feed::Feed;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/edge/registry", get(registry::show))
}
