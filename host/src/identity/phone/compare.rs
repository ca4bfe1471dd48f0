//! The client compares the number on the first device with the phone's: only then the phone may act.

use axum::Json;
use senim_core::identity::session::{Input, PhoneInput};
use senim_core::identity::view::{CompareNumbers, IdentityView};
use senim_core::journal::Event;

use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::identity::{dialogue, view};

/// `POST /api/identity/{session}/phone/confirm`.
#[tracing::instrument(name = "identity.phone.compare", skip_all)]
pub async fn compare(
    app: App,
    page: Page,
    JsonBody(CompareNumbers { number, same }): JsonBody<CompareNumbers>,
) -> Result<Json<IdentityView>, Refusal> {
    let now = app.now();
    let advanced = app
        .store
        .transact("identity.phone.compare", async |tx| {
            let dialogue = dialogue::open(tx, &app, &page).await?;
            let input = Input::Phone(PhoneInput::NumberCompared { number, same });
            let compared = dialogue::advance(tx, &app, dialogue, input, None, now).await?;
            if compared.refused.is_none() {
                let event = Event::IdentityPhoneCompared { same };
                dialogue::record(tx, compared.dialogue.id, event, now).await?;
            }
            Ok::<_, Refusal>(compared)
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(Json(view::of(&app, &dialogue, now)))
}
