//! The register of participants: seeding, suspending, resuming.

mod list;
mod resume;
pub mod seed;
mod suspend;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/console/participants", get(list::list))
        .route("/api/console/participants/{bin}/suspend", post(suspend::suspend))
        .route("/api/console/participants/{bin}/resume", post(resume::resume))
}
