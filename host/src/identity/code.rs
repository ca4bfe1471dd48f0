//! The one-time code: entered, or sent once more (IDX-3).

use axum::Json;
use senim_core::identity::session::Input;
use senim_core::identity::view::{EnterCode, IdentityView};

use super::{dialogue, view};
use crate::app::App;
use crate::caller::browser::Browser;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;

#[tracing::instrument(name = "identity.code", skip_all)]
pub async fn enter(
    app: App,
    browser: Browser,
    JsonBody(entered): JsonBody<EnterCode>,
) -> Result<Json<IdentityView>, Refusal> {
    let dialogue = dialogue::step(&app, "identity.code", &browser, None, |dialogue| {
        Input::CodeEntered { code: dialogue::digest(&app, dialogue.id, &entered.code) }
    })
    .await?;
    Ok(Json(view::of(&dialogue, app.now())))
}

#[tracing::instrument(name = "identity.code.send", skip_all)]
pub async fn send(
    app: App,
    browser: Browser,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<IdentityView>, Refusal> {
    let digits = dialogue::draw(&app);
    let dialogue =
        dialogue::step(&app, "identity.code.send", &browser, Some(&digits), |dialogue| {
            Input::CodeAsked { code: dialogue::digest(&app, dialogue.id, &digits) }
        })
        .await?;
    Ok(Json(view::of(&dialogue, app.now())))
}
