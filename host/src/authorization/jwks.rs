//! `GET /jwks`: the keys that our signatures are checked with (RFC 7517 §5).

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::app::App;

pub(super) async fn show(State(app): State<App>) -> impl IntoResponse {
    // Short: a key is announced a few seconds before it signs.
    ([(header::CACHE_CONTROL, "public, max-age=5")], Json(app.keys.published(app.now())))
}
