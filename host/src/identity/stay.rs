//! The client is still there and wants more time; how much there is, core decides (WCAG 2.2 §2.2.1).

use axum::Json;
use senim_core::identity::session::Input;
use senim_core::identity::view::IdentityView;

use super::{dialogue, view};
use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;

#[tracing::instrument(name = "identity.stay", skip_all)]
pub async fn stay(
    app: App,
    page: Page,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<IdentityView>, Refusal> {
    let dialogue = dialogue::step(&app, "identity.stay", &page, None, |_| Input::Stayed).await?;
    Ok(Json(view::of(&app, &dialogue, app.now())))
}
