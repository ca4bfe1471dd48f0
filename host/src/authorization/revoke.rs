//! `POST /revoke`: a consumer revokes a token, which ends the consent (RFC 7009).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::authorization::{Denial, OAuthError};
use senim_core::consent::EndedBy;
use senim_core::jose::{Jws, sha256_base64};
use senim_core::journal::Actor;

use super::answer::Denied;
use super::application::{ApplicationRequest, authenticate};
use crate::app::App;
use crate::consent;
use senim_store as store;

#[tracing::instrument(name = "token.revoke", skip_all)]
pub(super) async fn revoke(
    State(app): State<App>,
    request: ApplicationRequest,
) -> Result<Response, Denied> {
    let now = app.now();
    let caller = authenticate(&app, &request, "/revoke", now).await?;
    let token = request.form.need("token", "token is missing")?;
    if Jws::parse(token).is_ok() {
        // An access token can't be revoked alone: the status list has one place per consent.
        let error = OAuthError::UnsupportedTokenType;
        return Err(Denial { error, ..Denial::request("give the refresh token") }.into());
    }
    let hash = sha256_base64(token.as_bytes());
    let actor = Actor::Participant(caller.participant.bin);
    app.store
        .transact("token.revoke", async |tx| {
            let kept = store::authorization::refresh_token(tx, &hash).await?;
            let own = kept.filter(|it| it.client_id == caller.application.client_id);
            // An unknown token is not an error (RFC 7009 §2.2).
            let Some(kept) = own else { return Ok(()) };
            let consent = store::consent::load(tx, kept.consent).await?;
            if let Some(consent) = consent.filter(|it| it.check(now).is_ok()) {
                let by = (EndedBy::Consumer, None);
                consent::end::end(tx, &app, consent, by, actor.clone(), now).await?;
            }
            Ok::<_, Denied>(())
        })
        .await?;
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response())
}
