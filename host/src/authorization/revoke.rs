//! `POST /revoke`: a consumer gives a grant back, and the consent ends with it (RFC 7009).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::authorization::{Denial, OAuthError};
use senim_core::consent::EndedBy;
use senim_core::jose::{Jws, sha256_base64};
use senim_core::journal::Actor;

use super::answer::Denied;
use super::client::{ClientRequest, authenticate};
use crate::app::App;
use crate::consent;
use senim_store as store;

#[tracing::instrument(name = "token.revoke", skip_all)]
pub(super) async fn revoke(
    State(app): State<App>,
    request: ClientRequest,
) -> Result<Response, Denied> {
    let now = app.now();
    let client = authenticate(&app, &request, "/revoke", now).await?;
    let token = request.form.need("token", "token is missing")?;
    if Jws::parse(token).is_ok() {
        // One access token can't be called back alone: the consent's place in the status list stands for all.
        let error = OAuthError::UnsupportedTokenType;
        return Err(Denial { error, ..Denial::request("give the refresh token") }.into());
    }
    let hash = sha256_base64(token.as_bytes());
    let actor = Actor::Participant(client.participant.bin);
    app.store
        .transact("token.revoke", async |tx| {
            let kept = store::authorization::refresh_token(tx, &hash).await?;
            let own = kept.filter(|it| it.client_id == client.application.client_id);
            // Whatever it was, it is no token now, which is what was asked (RFC 7009 §2.2).
            let Some(kept) = own else { return Ok(()) };
            let consent = store::consent::load(tx, kept.consent).await?;
            if let Some(consent) = consent.filter(|it| it.check(now).is_ok()) {
                consent::end::end(tx, consent, EndedBy::Consumer, actor.clone(), now).await?;
            }
            Ok::<_, Denied>(())
        })
        .await?;
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response())
}
