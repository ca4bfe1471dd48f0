//! The photo matching service for participants' servers (PHM-1..6).

mod accept;
mod ask;
mod count;
mod forget;
mod offline;

pub use forget::forget;

use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::app::App;
use crate::http::body::BodyMax;

/// One photo of at most 5 MB in base64, and the rest.
const BODY_MAX: usize = 8 * 1024 * 1024;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/photo/match", post(ask::match_photo).layer(Extension(BodyMax(BODY_MAX))))
        .route("/photo/match/{request}/accept", post(accept::accept))
        .route("/photo/offline-checks", post(offline::report))
        .route("/photo/requests", get(count::count))
}
