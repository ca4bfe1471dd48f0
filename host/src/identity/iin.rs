//! The client confirms their IIN, and the Source that there is such a person (IDX-1).

use axum::Json;
use chrono::TimeDelta;
use senim_core::id::Iin;
use senim_core::identity::session::{Input, Purpose};
use senim_core::identity::view::{ConfirmIin, IdentityView};
use senim_core::problem::Problem;

use super::{cabinet, dialogue, view};
use crate::app::App;
use crate::caller::browser::Browser;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::outside::source::Registered;
use senim_store as store;

/// Sign-ins of one person to the cabinet within [`SIGN_INS_WITHIN`], whoever tries: a stranger who knows an
/// IIN can't keep its owner's liveness blocked for long. Codes are no danger: none is sent before the face matched.
const SIGN_INS_MAX: u64 = 10;
const SIGN_INS_WITHIN: TimeDelta = TimeDelta::hours(1);

#[tracing::instrument(name = "identity.iin", skip_all)]
pub async fn confirm(
    app: App,
    browser: Browser,
    JsonBody(typed): JsonBody<ConfirmIin>,
) -> Result<Json<IdentityView>, Refusal> {
    let iin: Iin = typed.iin.parse().map_err(|_| Problem::IinInvalid)?;
    let now = app.now();
    let entered = app
        .store
        .transact("identity.iin", async |tx| {
            let dialogue = dialogue::open(tx, &app, &browser).await?;
            let input = Input::IinEntered(iin.clone());
            dialogue::advance(tx, &app, dialogue, input, None, now).await
        })
        .await?;
    let asked = entered.ask_source;
    let dialogue = dialogue::settle(&app, entered)?;
    if !asked {
        return Ok(Json(view::of(&dialogue, now)));
    }
    // Outside of any transaction; where the Source is down nothing has changed and the client tries again.
    let registered = registered(&app, &iin).await?;
    let now = app.now();
    let found = app
        .store
        .transact("identity.iin.found", async |tx| {
            let mut dialogue = dialogue::open(tx, &app, &browser).await?;
            let Some(person) = &registered else {
                return dialogue::advance(tx, &app, dialogue, Input::PersonUnknown, None, now)
                    .await;
            };
            if *dialogue.content.session.purpose() == Purpose::Cabinet {
                let subject = app.sealer.blind("identity_attempt.subject", &iin.expose());
                cabinet::limit(tx, &subject, SIGN_INS_MAX, SIGN_INS_WITHIN, now).await?;
            }
            dialogue.content.client_name = Some(person.short_name());
            let blocked_until = store::identity::blocked_until(tx, &iin, now).await?;
            let phone = person.phone.clone();
            let found = Input::PersonFound { iin: iin.clone(), phone, blocked_until };
            dialogue::advance(tx, &app, dialogue, found, None, now).await
        })
        .await?;
    let dialogue = dialogue::settle(&app, found)?;
    Ok(Json(view::of(&dialogue, now)))
}

/// What the Source knows; its failures are told to the log, the client is told to try again.
pub(super) async fn registered(app: &App, iin: &Iin) -> Result<Option<Registered>, Refusal> {
    app.source.person(iin).await.map_err(|error| {
        tracing::warn!(%error, "the Source failed");
        Problem::IdentitySourceDown.into()
    })
}
