//! The client approves or refuses the consent (CNS-5).

use axum::Json;
use senim_core::identity::session::Input;
use senim_core::identity::view::{AnswerConsent, IdentityView};
use senim_core::problem::Problem;

use super::dialogue;
use super::view;
use crate::app::App;
use crate::caller::browser::Browser;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, Tx};

#[tracing::instrument(name = "identity.consent", skip_all)]
pub async fn answer(
    app: App,
    browser: Browser,
    JsonBody(answer): JsonBody<AnswerConsent>,
) -> Result<Json<IdentityView>, Refusal> {
    let now = app.now();
    let advanced = app
        .store
        .transact("identity.consent", async |tx| {
            let dialogue = dialogue::open(tx, &app, &browser).await?;
            let input = match withheld(tx, &dialogue, answer.approve).await? {
                Some(problem) => Input::ApprovalWithheld(problem),
                None => Input::ConsentAnswered { approve: answer.approve },
            };
            dialogue::advance(tx, &app, dialogue, input, None, now).await
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(Json(view::of(&dialogue, now)))
}

/// A consumer that was suspended since it asked gets nothing (OAPI-5).
async fn withheld(
    tx: &mut Tx,
    dialogue: &Dialogue,
    approve: bool,
) -> Result<Option<Problem>, Refusal> {
    let Some(request) = dialogue.content.request.as_ref().filter(|_| approve) else {
        return Ok(None);
    };
    let consumer = store::participant::load(tx, request.consumer.bin).await?;
    Ok(match consumer {
        Some(consumer) => consumer.check_consumer().err(),
        None => Some(Problem::ParticipantUnknown),
    })
}
