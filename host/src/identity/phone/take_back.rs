//! The first device takes the camera step back, whatever the phone is doing.

use axum::Json;
use senim_core::identity::session::{Input, PhoneInput};
use senim_core::identity::view::IdentityView;
use senim_core::journal::Event;

use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use crate::identity::{dialogue, view};

/// `POST /api/identity/{session}/phone/take-back`.
#[tracing::instrument(name = "identity.phone.take_back", skip_all)]
pub async fn take_back(
    app: App,
    page: Page,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<IdentityView>, Refusal> {
    let now = app.now();
    let advanced = app
        .store
        .transact("identity.phone.take_back", async |tx| {
            let dialogue = dialogue::open(tx, &app, &page).await?;
            let input = Input::Phone(PhoneInput::TakenBack);
            let taken = dialogue::advance(tx, &app, dialogue, input, None, now).await?;
            if taken.refused.is_none() {
                let event = Event::IdentityPhoneTakenBack {};
                dialogue::record(tx, taken.dialogue.id, event, now).await?;
            }
            Ok::<_, Refusal>(taken)
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(Json(view::of(&app, &dialogue, now)))
}
