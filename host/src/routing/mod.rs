//! What edges fetch and tell: the register, the status list, uses.

mod feed;
mod node;
mod nodes;
mod registry;
mod standing;
mod status_list;
mod uses;

pub use feed::Feed;
pub use nodes::{Nodes, know_nodes};
pub use standing::set_node_standing;

use axum::routing::{get, post};
use axum::{Extension, Router};
use senim_core::usage::REPORT_MAX;

use crate::app::App;
use crate::http::body::BodyMax;

pub fn routes() -> Router<App> {
    let uses = post(uses::keep).layer(Extension(BodyMax(REPORT_MAX)));
    Router::new()
        .route("/edge/registry", get(registry::show))
        .route("/edge/status-list", get(status_list::show))
        .route("/edge/uses", uses)
}
