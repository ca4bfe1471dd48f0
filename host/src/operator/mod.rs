//! Operators of the console: signing in with two factors.

mod add;
pub mod password;
mod sign_in;
pub mod totp;

pub use add::{OperatorError, add_operator};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::caller;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/console/sign-in", post(sign_in::sign_in))
        .route("/api/console/sign-out", post(sign_in::sign_out))
        .route("/api/console/me", get(caller::me))
}
