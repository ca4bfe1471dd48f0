//! The identity session over HTTP: one file a use case, the dialogue itself is core's.

pub mod abandon;
pub mod agreement;
pub mod authorize;
pub mod cabinet;
pub mod challenge;
pub mod code;
pub mod consent;
pub mod dialogue;
pub mod expire;
pub mod iin;
pub mod language;
pub mod liveness;
mod verdict;
pub mod view;

use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::app::App;

pub fn routes() -> Router<App> {
    let frames = Router::new()
        .route("/api/identity/liveness", post(liveness::check))
        .layer(Extension(liveness::BODY_MAX));
    Router::new()
        .route("/authorize", get(authorize::authorize))
        .route("/api/identity", get(view::show))
        .route("/api/identity/abandon", post(abandon::abandon))
        .route("/api/identity/agreement", post(agreement::answer))
        .route("/api/identity/code", post(code::enter))
        .route("/api/identity/code/send", post(code::send))
        .route("/api/identity/consent", post(consent::answer))
        .route("/api/identity/iin", post(iin::confirm))
        .route("/api/identity/liveness/challenge", post(challenge::ask))
        .route("/api/identity/language", post(language::choose))
        .route("/api/cabinet/sign-in", post(cabinet::sign_in))
        .route("/api/cabinet/sign-out", post(cabinet::sign_out))
        .merge(frames)
}
