//! The status list: which consents have ended.

mod show;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new().route("/edge/status-list", get(show::show))
}
