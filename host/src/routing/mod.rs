//! What edges fetch: the registry of participants.

pub(crate) mod feed;
mod nodes;
mod registry;
mod standing;

pub use feed::Feed;
pub use nodes::{Nodes, know_nodes};
pub use standing::set_node_standing;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/edge/registry", get(registry::show))
}
