//! The client approves or refuses the consent that the page showed (CNS-5).

use axum::response::Response;
use senim_core::consent::words::Agreed;
use senim_core::identity::session::{Input, Step};
use senim_core::identity::view::AnswerConsent;
use senim_core::problem::Problem;

use super::dialogue;
use super::secret;
use crate::app::App;
use crate::caller::browser::{Page, Visitor};
use crate::consent;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, Tx};

#[tracing::instrument(name = "identity.consent", skip_all)]
pub async fn answer(
    app: App,
    page: Page,
    visitor: Visitor,
    JsonBody(answer): JsonBody<AnswerConsent>,
) -> Result<Response, Refusal> {
    let now = app.now();
    let (advanced, renewed) = app
        .store
        .transact("identity.consent", async |tx| {
            let dialogue = dialogue::open(tx, &app, &page).await?;
            let asked = matches!(dialogue.content.session.step(), Step::Consent { .. });
            if asked && !was_shown(&dialogue, &answer.text_hash) {
                return Err(Problem::ConsentText.into());
            }
            let input = match withheld(tx, &dialogue, answer.approve).await? {
                Some(problem) => Input::ApprovalWithheld(problem),
                None => Input::ConsentAnswered { approve: answer.approve },
            };
            secret::advance(tx, &app, (&page, &visitor), dialogue, input, now).await
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(renewed.answer(&app, &dialogue))
}

/// Whether the page showed the consent as it would be registered.
fn was_shown(dialogue: &Dialogue, text_hash: &str) -> bool {
    let request = dialogue.content.request.as_ref();
    request.is_some_and(|it| {
        Agreed::of(&it.asked, consent::grant::parties(dialogue, it)).hash() == text_hash
    })
}

/// A consumer suspended since it pushed the request receives no consent (OAPI-5).
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
