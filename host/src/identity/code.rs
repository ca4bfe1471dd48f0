//! The one-time code: entered, or sent once more (IDX-3).

use axum::Json;
use axum::response::Response;
use senim_core::identity::session::{Input, Person, Step};
use senim_core::identity::view::{EnterCode, IdentityView};

use super::{dialogue, secret, view};
use crate::app::App;
use crate::caller::browser::{Page, Visitor};
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use senim_store as store;

#[tracing::instrument(name = "identity.code", skip_all)]
pub async fn enter(
    app: App,
    page: Page,
    visitor: Visitor,
    JsonBody(entered): JsonBody<EnterCode>,
) -> Result<Response, Refusal> {
    let now = app.now();
    let (advanced, renewed) = app
        .store
        .transact("identity.code", async |tx| {
            let dialogue = dialogue::open(tx, &app, &page).await?;
            let code = dialogue::digest(&app, dialogue.id, &entered.code);
            let input = Input::CodeEntered { code };
            let made = secret::advance(tx, &app, (&page, &visitor), dialogue, input, now).await?;
            let session = &made.0.dialogue.content.session;
            // A sign-in has used that number already.
            if let Step::Consent { person: Person { iin, phone: Some(phone) } } = session.step() {
                store::identity::confirm_phone(tx, iin, phone, now).await?;
            }
            Ok::<_, Refusal>(made)
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    Ok(renewed.answer(&app, &dialogue))
}

#[tracing::instrument(name = "identity.code.send", skip_all)]
pub async fn send(
    app: App,
    page: Page,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<IdentityView>, Refusal> {
    let digits = dialogue::draw(&app);
    let dialogue = dialogue::step(&app, "identity.code.send", &page, Some(&digits), |dialogue| {
        Input::CodeAsked { code: dialogue::digest(&app, dialogue.id, &digits) }
    })
    .await?;
    Ok(Json(view::of(&app, &dialogue, app.now())))
}
