//! Uses: requests through edges, reported by their nodes.

mod report;

use axum::Extension;
use senim_core::usage::REPORT_MAX;

use crate::caller::Node;
use crate::callers::{Room, by};
use crate::http::body::BodyMax;

pub fn routes() -> Room {
    Room::default()
        .post("/edge/uses", by::<Node>(), report::keep)
        .within(|it| it.layer(Extension(BodyMax(REPORT_MAX))))
}
