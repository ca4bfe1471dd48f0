//! The register of consents and the client's cabinet: one file a use case.

pub mod end;
pub mod expire;
pub mod grant;
pub mod list;
pub mod refuse;
pub mod show;
pub mod withdraw;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/cabinet", get(list::list))
        .route("/api/cabinet/consents/{id}", get(show::show))
        .route("/api/cabinet/consents/{id}/withdraw", post(withdraw::withdraw))
}
