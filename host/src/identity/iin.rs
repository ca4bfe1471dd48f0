//! The client enters their IIN, and the Source confirms that the person exists (IDX-1) and may be a client (IDX-11).

use axum::Json;
use chrono::TimeDelta;
use senim_core::calendar;
use senim_core::id::Iin;
use senim_core::identity::session::{Input, Purpose};
use senim_core::identity::view::{ConfirmIin, IdentityView};
use senim_core::journal::{Event, Look};
use senim_core::problem::Problem;

use super::{dialogue, requester, view};
use crate::app::App;
use crate::caller::browser::{Page, Visitor};
use crate::caller::limit::limit;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::outside::source::Registered;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, Tx};

/// Cabinet sign-ins of one person by one requester within [`SIGN_INS_WITHIN`], so that knowing somebody's IIN does
/// not lock them out. One-time codes need no limit here: none is sent before the face has matched.
const SIGN_INS_MAX: u64 = 10;
const SIGN_INS_WITHIN: TimeDelta = TimeDelta::hours(1);

#[tracing::instrument(name = "identity.iin", skip_all)]
pub async fn confirm(
    app: App,
    page: Page,
    visitor: Visitor,
    JsonBody(typed): JsonBody<ConfirmIin>,
) -> Result<Json<IdentityView>, Refusal> {
    let iin: Iin = typed.iin.parse().map_err(|_| Problem::IinInvalid)?;
    let now = app.now();
    let entered = app
        .store
        .transact("identity.iin", async |tx| {
            let mut dialogue = dialogue::open(tx, &app, &page).await?;
            let requester = requester::of(tx, &visitor, &dialogue, &iin, now).await?;
            let key = requester.key();
            dialogue.content.requester = Some(requester);
            let input = Input::IinEntered(iin.clone());
            let entered = dialogue::advance(tx, &app, dialogue, input, None, now).await?;
            let session = &entered.dialogue.content.session;
            if entered.ask_source && *session.purpose() == Purpose::Cabinet {
                let whose = format!("{}:{key}", iin.expose());
                let subject = app.sealer.blind("identity_attempt.subject", &whose);
                limit(tx, &subject, SIGN_INS_MAX, SIGN_INS_WITHIN, now).await?;
            }
            if entered.ask_source {
                let event = Event::SourceAsked { purpose: Look::Person };
                dialogue::record(tx, entered.dialogue.id, event, now).await?;
            }
            Ok::<_, Refusal>(entered)
        })
        .await?;
    let asked = entered.ask_source;
    let dialogue = dialogue::settle(&app, entered)?;
    if !asked {
        return Ok(Json(view::of(&app, &dialogue, now)));
    }
    // Outside any transaction: if the Source is down, nothing has changed and the client can try again.
    let registered = registered(&app, &iin).await?;
    let now = app.now();
    let found = app
        .store
        .transact("identity.iin.found", async |tx| {
            let mut dialogue = dialogue::open(tx, &app, &page).await?;
            if taken_back(tx, &dialogue, &iin).await? {
                let withdrawn = Input::AgreementWithdrawn;
                return dialogue::advance(tx, &app, dialogue, withdrawn, None, now).await;
            }
            let of_participant = *dialogue.content.session.purpose() != Purpose::Cabinet;
            if of_participant && store::activity::locked_until(tx, &iin, now).await?.is_some() {
                return dialogue::advance(tx, &app, dialogue, Input::Locked, None, now).await;
            }
            let requester = dialogue.content.requester();
            let blocked_until = store::check::blocked_until(tx, &iin, &requester, now).await?;
            let iin = iin.clone();
            let looked_up = match &registered {
                Some(person) => {
                    dialogue.content.client_name = Some(person.short_name());
                    dialogue.content.full_name = Some(person.full_name());
                    let phone = store::identity::confirmed_phone(tx, &iin).await?;
                    let eligible = person.status.check(calendar::day(now));
                    Input::PersonFound { iin, phone, eligible, blocked_until }
                }
                None => Input::PersonUnknown { iin, blocked_until },
            };
            dialogue::advance(tx, &app, dialogue, looked_up, None, now).await
        })
        .await?;
    let dialogue = dialogue::settle(&app, found)?;
    Ok(Json(view::of(&app, &dialogue, now)))
}

/// Whether this person took the consent to processing back after it was given in this session, which was not yet known
/// to be theirs (IDX-13).
async fn taken_back(tx: &mut Tx, dialogue: &Dialogue, iin: &Iin) -> Result<bool, Refusal> {
    let Some(accepted) = &dialogue.content.agreement else { return Ok(false) };
    let last = store::agreement::last_withdrawal(tx, iin).await?;
    Ok(last.is_some_and(|it| it.withdrawn_at >= accepted.accepted_at))
}

/// The person's data in the Source. Failures are logged; the client sees a problem and can try again.
pub(super) async fn registered(app: &App, iin: &Iin) -> Result<Option<Registered>, Refusal> {
    app.source.person(iin).await.map_err(|error| {
        tracing::warn!(%error, "request to the Source failed");
        Problem::IdentitySourceDown.into()
    })
}
