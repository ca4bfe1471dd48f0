//! The client accepts the user agreement, or the session ends (IDX-1). Which edition, when and in which language is kept
//! with the session and journalled (IDX-12).

use axum::Json;
use senim_core::agreement::Acceptance;
use senim_core::identity::session::{Input, Step};
use senim_core::identity::view::{AnswerAgreement, IdentityView};
use senim_core::journal::Event;
use senim_core::problem::Problem;

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
            let mut dialogue = dialogue::open(tx, &app, &page).await?;
            let agreement = &app.editions.agreement;
            let asked = matches!(dialogue.content.session.step(), Step::Agreement);
            if asked && answer.accept {
                // A deed is judged by the edition of its day (OPS-9), so it is done with that edition alone.
                if answer.edition != agreement.number {
                    return Err(Problem::AgreementEdition.into());
                }
                dialogue.content.agreement = Some(agreement.accepted(answer.language, now));
            }
            let language = Input::LanguageChosen(answer.language);
            let advanced = dialogue::advance(tx, &app, dialogue, language, None, now).await?;
            if advanced.refused.is_some() {
                return Ok(advanced);
            }
            let answered = Input::AgreementAnswered { accept: answer.accept };
            let answered =
                dialogue::advance(tx, &app, advanced.dialogue, answered, None, now).await?;
            let accepted = answered.dialogue.content.agreement.as_ref();
            if let Some(Acceptance { edition, language, hashes, .. }) =
                accepted.filter(|_| answer.accept)
            {
                let (edition, language, hashes) = (*edition, *language, hashes.clone());
                let event = Event::AgreementAccepted { edition, language, hashes };
                dialogue::record(tx, answered.dialogue.id, event, now).await?;
            }
            Ok::<_, Refusal>(answered)
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(Json(view::of(&app, &dialogue, now)))
}
