//! The operator's console: signing in with two factors, numbers of the last hour, participants, journal.

pub mod overview;
pub mod participants;
pub mod password;
pub mod sign_in;
pub mod totp;

mod operator;

pub use operator::Operator;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::journal;
use crate::participant;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/console/sign-in", post(sign_in::sign_in))
        .route("/api/console/sign-out", post(sign_in::sign_out))
        .route("/api/console/me", get(operator::me))
        .route("/api/console/overview", get(overview::show))
        .route("/api/console/participants", get(participants::list))
        .route("/api/console/participants/{bin}/suspend", post(participant::suspend::suspend))
        .route("/api/console/participants/{bin}/resume", post(participant::resume::resume))
        .route("/api/console/journal", get(journal::search::search))
}
