//! The client accepts the user agreement, or the session ends (IDX-1).

use axum::Json;
use senim_core::identity::session::Input;
use senim_core::identity::view::{AnswerAgreement, IdentityView};

use super::{dialogue, view};
use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;

#[tracing::instrument(name = "identity.agreement", skip_all)]
pub async fn answer(
    app: App,
    page: Page,
    JsonBody(answer): JsonBody<AnswerAgreement>,
) -> Result<Json<IdentityView>, Refusal> {
    let now = app.now();
    let advanced = app
        .store
        .transact("identity.agreement", async |tx| {
            let dialogue = dialogue::open(tx, &app, &page).await?;
            let language = Input::LanguageChosen(answer.language);
            let advanced = dialogue::advance(tx, &app, dialogue, language, None, now).await?;
            if advanced.refused.is_some() {
                return Ok(advanced);
            }
            let answered = Input::AgreementAnswered { accept: answer.accept };
            dialogue::advance(tx, &app, advanced.dialogue, answered, None, now).await
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(Json(view::of(&app, &dialogue, now)))
}
