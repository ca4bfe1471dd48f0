//! The first device shows a link for a phone.

use axum::Json;
use senim_core::identity::session::{HandoffState, Input, LINKS_MAX, PhoneInput};
use senim_core::identity::view::PhoneLinkView;
use senim_core::journal::Event;
use senim_core::problem::Problem;

use crate::app::App;
use crate::caller::browser::{Page, hash};
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use crate::identity::dialogue;
use senim_store as store;

/// `POST /api/identity/{session}/phone`.
#[tracing::instrument(name = "identity.phone.offer", skip_all)]
pub async fn offer(
    app: App,
    page: Page,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<PhoneLinkView>, Refusal> {
    let now = app.now();
    let secret = app.rng.token();
    let advanced = app
        .store
        .transact("identity.phone.offer", async |tx| {
            let dialogue = dialogue::open(tx, &app, &page).await?;
            let input = Input::Phone(PhoneInput::LinkAsked);
            let offered = dialogue::advance(tx, &app, dialogue, input, None, now).await?;
            if offered.refused.is_some() {
                return Ok(offered);
            }
            let (id, session) = (offered.dialogue.id, &offered.dialogue.content.session);
            store::devices::offer(tx, id, &hash(&secret)).await?;
            let link = LINKS_MAX - session.links_left();
            dialogue::record(tx, id, Event::IdentityPhoneOffered { link }, now).await?;
            Ok::<_, Refusal>(offered)
        })
        .await?;
    let dialogue = dialogue::settle(&app, advanced)?;
    let HandoffState::Offered { until } = dialogue.content.session.handoff(now) else {
        return Err(Problem::IdentityOutOfOrder.into());
    };
    Ok(Json(PhoneLinkView { address: format!("{}/phone#{secret}", app.config.pages_url), until }))
}
