//! Uses: requests through edges, reported by their nodes.

mod report;

use axum::routing::post;
use axum::{Extension, Router};
use senim_core::usage::REPORT_MAX;

use crate::app::App;
use crate::http::body::BodyMax;

pub fn routes() -> Router<App> {
    Router::new().route("/edge/uses", post(report::keep).layer(Extension(BodyMax(REPORT_MAX))))
}
