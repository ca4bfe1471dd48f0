//! What edges fetch and tell: the register, the status list, uses.

mod feed;
mod node;
mod registry;
mod status_list;
mod uses;

pub use feed::Feed;

use axum::Extension;
use senim_core::usage::REPORT_MAX;

use crate::callers::{Room, by};
use crate::http::body::BodyMax;
use node::Node;

pub fn routes() -> Room {
    Room::default()
        .post("/edge/uses", by::<Node>(), uses::keep)
        .within(|it| it.layer(Extension(BodyMax(REPORT_MAX))))
        .get("/edge/registry", by::<Node>(), registry::show)
        .get("/edge/status-list", by::<Node>(), status_list::show)
}
