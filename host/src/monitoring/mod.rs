//! The numbers of the operator's console.

mod overview;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/api/console/overview", get(overview::show))
}
