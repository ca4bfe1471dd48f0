//! `POST /photo/match/{request}/accept`: the participant accepts a match, and gets the person's data if every
//! condition holds (PHM-3, IDX-5, IDX-6).

use axum::Json;
use axum::extract::Path;
use senim_channel::verify;
use senim_core::Timestamp;
use senim_core::id::PhotoRequestId;
use senim_core::jose::Jws;
use senim_core::journal::{Event, Look, Subject};
use senim_core::matching::{
    ACCEPT_WITHIN, AcceptMatch, AcceptedView, CONFIRMATION_TYPE, Conditions, Confirmation,
};
use senim_core::personal::PersonalData;
use senim_core::problem::Problem;

use crate::app::App;
use crate::caller::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;
use senim_store::matching::Matched;

#[tracing::instrument(name = "photo.accept", skip_all)]
pub(super) async fn accept(
    app: App,
    caller: Caller,
    Path(request): Path<String>,
    JsonBody(asked): JsonBody<AcceptMatch>,
) -> Result<Json<AcceptedView>, Refusal> {
    caller.check_username(&asked.username)?;
    let request: PhotoRequestId = request.parse().map_err(|_| Problem::NotFound)?;
    let bin = caller.participant.bin;
    let matched = app
        .store
        .read("photo.matched", async |tx| {
            if !store::matching::exists(tx, bin, request).await? {
                return Err(Refusal::from(Problem::NotFound));
            }
            let matched = store::matching::matched(tx, bin, request).await?;
            matched.ok_or_else(|| Problem::PhotoNotMatched.into())
        })
        .await?;
    let now = app.now();
    if now >= matched.finished_at + ACCEPT_WITHIN {
        return Err(Problem::PhotoTooLate.into());
    }
    let confirmation = asked.confirmation.as_deref();
    if let Some(text) = confirmation {
        check(text, &caller, request, &matched, now)?;
    }
    let conditions = Conditions {
        degree: degree(&matched),
        asked: matched.personal_data,
        confirmed: confirmation.is_some(),
        accepted: true,
        kind: caller.kind,
    };
    // Before the acceptance: if the Source is down, nothing has changed and the participant can try again.
    let personal_data = if conditions.give_personal_data() {
        looked(&app, &caller, request).await?;
        Some(personal_data(&app, &matched).await?)
    } else {
        None
    };
    let confirmed = confirmation.is_some();
    app.store
        .transact("photo.accept", async |tx| {
            store::matching::accept(tx, request, confirmation, now).await?;
            let (actor, subject) = (caller.actor(), Subject::PhotoRequest(request));
            let event = Event::PhotoAccepted { confirmed };
            store::journal::append(tx, actor.clone(), subject.clone(), event, now).await?;
            if personal_data.is_some() {
                let event = Event::PhotoDataGiven {};
                store::journal::append(tx, actor, subject, event, now).await?;
            }
            Ok::<_, Refusal>(())
        })
        .await?;
    Ok(Json(AcceptedView {
        request,
        accepted_at: matched.accepted_at.unwrap_or(now),
        personal_data,
    }))
}

/// Signed with the certificate's key (PHM-3). Fails if JOSE has no algorithm for that key.
fn check(
    text: &str,
    caller: &Caller,
    request: PhotoRequestId,
    matched: &Matched,
    now: Timestamp,
) -> Result<(), Problem> {
    let invalid = Problem::PhotoConfirmation;
    let jws = Jws::parse(text).map_err(|_| invalid)?;
    let key = caller.key.as_ref().ok_or(invalid)?;
    if !jws.is_type(CONFIRMATION_TYPE)
        || !verify(key, jws.header.algorithm, jws.signed, &jws.signature)
    {
        return Err(invalid);
    }
    let confirmation: Confirmation = jws.claims().map_err(|_| invalid)?;
    if confirmation.fits(request, matched.asked_at, now) { Ok(()) } else { Err(invalid) }
}

#[expect(clippy::cast_precision_loss, reason = "a degree is 0 to 100")]
fn degree(matched: &Matched) -> f32 {
    matched.degree_millis as f32 / 1000.0
}

/// The look into the register that follows is journalled before it (IDX-8).
async fn looked(app: &App, caller: &Caller, request: PhotoRequestId) -> Result<(), Refusal> {
    let now = app.now();
    app.store
        .transact("photo.look", async |tx| {
            let event = Event::SourceAsked { purpose: Look::PersonalData };
            let (actor, subject) = (caller.actor(), Subject::PhotoRequest(request));
            Ok::<_, Refusal>(store::journal::append(tx, actor, subject, event, now).await?)
        })
        .await
}

async fn personal_data(app: &App, matched: &Matched) -> Result<PersonalData, Refusal> {
    let person = app.source.person(&matched.iin).await.map_err(|error| {
        tracing::warn!(%error, "request to the Source failed");
        Refusal::from(Problem::IdentitySourceDown)
    })?;
    Ok(person.ok_or(Problem::IdentityUnknown)?.personal)
}
