//! The client withdraws a consent (CNS-3): data stops at once.

use axum::Json;
use axum::extract::Path;
use senim_core::Timestamp;
use senim_core::alert::AlertKind;
use senim_core::consent::view::ConsentDetailsView;
use senim_core::consent::{Consent, ConsentState, EndedBy};
use senim_core::id::SessionId;
use senim_core::identity::cabinet::Act;
use senim_core::journal::Actor;
use senim_core::problem::Problem;
use senim_core::text::Language;
use senim_store::Tx;

use super::{end, show};
use crate::alert;
use crate::app::App;
use crate::caller::Client;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;

#[tracing::instrument(name = "consent.withdraw", skip_all)]
pub async fn withdraw(
    app: App,
    client: Client,
    Path(id): Path<String>,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<ConsentDetailsView>, Refusal> {
    let now = app.now();
    client.may(Act::Withdraw, now)?;
    app.store
        .transact("consent.withdraw", async |tx| {
            let consent = show::own(tx, &client.iin, &id).await?;
            match &consent.state {
                ConsentState::Granted(granted) if !granted.expired(now) => {}
                // Already over: the response says so, instead of reporting a failure.
                ConsentState::Granted(_) | ConsentState::Ended { .. } => {
                    return Err(Problem::ConsentEnded.into());
                }
                ConsentState::Requested
                | ConsentState::Refused { .. }
                | ConsentState::Abandoned { .. } => return Err(Problem::NotFound.into()),
            }
            let by = (client.session, client.language);
            let consent = by_client(tx, &app, consent, by, now).await?;
            Ok(Json(show::details(tx, &app, client.session, consent, now).await?))
        })
        .await
}

/// The client ends one in the cabinet, in this session and language.
pub async fn by_client(
    tx: &mut Tx,
    app: &App,
    consent: Consent,
    (session, language): (SessionId, Language),
    now: Timestamp,
) -> Result<Consent, Refusal> {
    let end = (EndedBy::Client, None);
    let consent = end::end(tx, app, consent, end, Actor::Client, now).await?;
    let by = (session, Some(language));
    alert::of_consent(tx, app, AlertKind::ConsentWithdrawn, &consent, by, now).await?;
    Ok(consent)
}
