//! The client chooses another language: pages, messages and the consent's text follow.

use axum::Json;
use senim_core::identity::session::Input;
use senim_core::identity::view::{ChooseLanguage, IdentityView};

use super::{dialogue, view};
use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;

#[tracing::instrument(name = "identity.language", skip_all)]
pub async fn choose(
    app: App,
    page: Page,
    JsonBody(chosen): JsonBody<ChooseLanguage>,
) -> Result<Json<IdentityView>, Refusal> {
    let choose = |_: &_| Input::LanguageChosen(chosen.language);
    let dialogue = dialogue::step(&app, "identity.language", &page, None, choose).await?;
    Ok(Json(view::of(&app, &dialogue, app.now())))
}
