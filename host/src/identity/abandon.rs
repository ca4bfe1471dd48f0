//! The client abandons the session; the consumer is notified.

use axum::Json;
use senim_core::identity::session::Input;
use senim_core::identity::view::IdentityView;

use super::{dialogue, view};
use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;

#[tracing::instrument(name = "identity.abandon", skip_all)]
pub async fn abandon(
    app: App,
    page: Page,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<IdentityView>, Refusal> {
    let dialogue =
        dialogue::step(&app, "identity.abandon", &page, None, |_| Input::Abandoned).await?;
    Ok(Json(view::of(&app, &dialogue, app.now())))
}
