//! What edges fetch and tell: the register, the status list, uses.

use axum::Router;

use crate::app::App;

/// The answers that edges poll, kept until what they say changes.
#[derive(Default)]
pub struct Feed;

pub fn routes() -> Router<App> {
    Router::new()
}
