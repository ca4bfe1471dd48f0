//! The authorization server: FAPI 2.0 Security Profile (OPENBANKING's checklist).

mod authorize;

pub use authorize::{Begun, Outcome, begin, finish};

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
}
