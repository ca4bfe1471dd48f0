//! The built pages.

use axum::Router;

use crate::app::App;
use crate::config::Config;

pub fn routes(_config: &Config) -> Router<App> {
    Router::new()
}
