//! Where clients get help, as the operator has configured it: open to anyone.

use axum::Json;
use senim_core::help::HelpView;

use crate::app::App;
use crate::callers::{Room, by_anyone};

pub fn routes() -> Room {
    Room::default().get("/api/help", by_anyone(), show)
}

/// `GET /api/help`.
#[tracing::instrument(name = "help.show", skip_all)]
async fn show(app: App) -> Json<HelpView> {
    let support = app.config.support.clone();
    Json(HelpView { phone: support.phone, email: support.email })
}
