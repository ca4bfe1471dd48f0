//! `POST /par`: a consumer pushes what it wants to ask a client for (RFC 9126).

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::authorization::{
    Authorization, Denial, OAuthError, Pushed, REQUEST_LIFETIME, REQUEST_URI_PREFIX, unknown_grant,
};
use senim_core::consent::AskedFor;
use senim_core::id::AuthorizationId;
use senim_core::jose::sha256_base64;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::problem::Problem;
use serde_json::json;

use super::answer::Denied;
use super::application::{ApplicationRequest, AuthenticatedApplication, authenticate};
use super::identity;
use crate::app::App;
use senim_store::{self as store, Tx};

#[tracing::instrument(name = "authorization.push", skip_all)]
pub(super) async fn push(
    State(app): State<App>,
    request: ApplicationRequest,
) -> Result<Response, Denied> {
    let now = app.now();
    let caller = authenticate(&app, &request, "/par", now).await?;
    request.form.check_resources(&app.config.edge_url)?;
    let mut pushed = Pushed::read(&request.form, &caller.application.redirect_uris)?;
    bind(&mut pushed, &caller)?;
    identity::check_subject(&app, &request.form, &caller, &pushed.asked)?;

    let id = AuthorizationId(app.rng.id());
    let client_id = caller.application.client_id.clone();
    let authorization = Authorization::push(id, client_id, pushed, now);
    let request_uri = format!("{REQUEST_URI_PREFIX}{}", app.rng.token());
    let hash = sha256_base64(request_uri.as_bytes());
    app.store
        .transact("authorization.push", async |tx| {
            let mut authorization = authorization.clone();
            let pushed = &mut authorization.pushed;
            pushed.asked = asked(tx, pushed, &authorization.client_id, now).await?;
            check_providers(tx, &authorization.pushed).await?;
            identity::check_kind(tx, &caller, &authorization.pushed.asked).await?;
            store::authorization::add(tx, &authorization, &hash).await?;
            let client_id = authorization.client_id.clone();
            let event = match &authorization.pushed.asked {
                AskedFor::Accounts(asked) => Event::AuthorizationPushed {
                    client_id,
                    providers: asked.providers.clone(),
                    data: asked.limits.data.clone(),
                    purpose: asked.purpose.code,
                    term_days: asked.term_days,
                },
                AskedFor::Identity(asked) => Event::AuthenticationPushed {
                    client_id,
                    fields: asked.claims.clone(),
                    purpose: asked.purpose.code,
                    term_days: asked.term_days,
                },
            };
            let actor = Actor::Participant(caller.participant.bin);
            store::journal::append(tx, actor, Subject::Authorization(id), event, now).await?;
            Ok::<_, Denied>(())
        })
        .await?;
    let body = json!({ "request_uri": request_uri, "expires_in": REQUEST_LIFETIME.num_seconds() });
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// A DPoP proof here binds the code as `dpop_jkt` does; if both are sent, they must name one key (RFC 9449 §10.1).
fn bind(pushed: &mut Pushed, caller: &AuthenticatedApplication) -> Result<(), Denial> {
    let Some(jkt) = &caller.jkt else { return Ok(()) };
    if pushed.dpop_jkt.as_ref().is_some_and(|named| named != jkt) {
        return Err(Denial::dpop(Problem::DpopInvalid));
    }
    pushed.dpop_jkt = Some(jkt.clone());
    Ok(())
}

/// What the client is asked for, together with what stands of the grant that the request names.
async fn asked(
    tx: &mut Tx,
    pushed: &Pushed,
    client_id: &str,
    now: Timestamp,
) -> Result<AskedFor, Denied> {
    let Some(grant) = pushed.action.grant() else { return Ok(pushed.asked.clone()) };
    let AskedFor::Accounts(asked) = &pushed.asked else {
        return Err(
            Denial::request("an authentication neither replaces nor extends a grant").into()
        );
    };
    let found = store::consent::of_grant(tx, grant).await?;
    let own = found
        .filter(|it| it.application == client_id && it.identity.is_none() && it.check(now).is_ok());
    let standing = own.ok_or_else(unknown_grant)?;
    Ok(AskedFor::Accounts(pushed.action.asked(asked.clone(), &standing)?))
}

/// Every provider must be registered as one and active, so that no client is asked for a consent without use.
async fn check_providers(tx: &mut Tx, pushed: &Pushed) -> Result<(), Denied> {
    let error = OAuthError::InvalidAuthorizationDetails;
    for bin in pushed.asked.providers() {
        let provider = store::participant::load(tx, bin).await?;
        let provider = provider.ok_or(Denial::new(error, Problem::ProviderNotStanding))?;
        provider.check_provider().map_err(|problem| Denial::new(error, problem))?;
    }
    Ok(())
}
