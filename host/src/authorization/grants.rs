//! The grant endpoint (Grant Management for OAuth 2.0) and the question whether a client's consent stands (CNS-9). An
//! application sees its own grants alone; another's is not found.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use senim_core::Timestamp;
use senim_core::authorization::openid::OPENID_SCOPE;
use senim_core::authorization::{
    FindGrants, FoundGrant, FoundGrants, GrantDetails, GrantScope, GrantView, QUERY_SCOPE,
    REVOKE_SCOPE,
};
use senim_core::consent::{Consent, EndedBy, Granted};
use senim_core::id::ConsentId;
use senim_core::problem::Problem;
use senim_core::routing::TokenClaims;

use super::{identity, token};
use crate::app::App;
use crate::caller::GrantToken;
use crate::consent;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// What of the grant stands now; 404 where nothing does.
#[tracing::instrument(name = "grant.query", skip_all)]
pub(super) async fn query(
    app: App,
    token: GrantToken,
    Path(id): Path<String>,
) -> Result<Json<GrantView>, Refusal> {
    token.check(QUERY_SCOPE)?;
    let now = app.now();
    app.store
        .read("grant.query", async |tx| {
            let (consent, granted) = standing(tx, &token, &id, now).await?;
            Ok(Json(GrantView {
                scopes: vec![GrantScope { scope: scope(&consent).to_owned() }],
                authorization_details: vec![details(&consent, &granted)],
            }))
        })
        .await
}

/// The consumer gives the grant back, as by revoking its refresh token.
#[tracing::instrument(name = "grant.revoke", skip_all)]
pub(super) async fn revoke(
    app: App,
    token: GrantToken,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    token.check(REVOKE_SCOPE)?;
    let now = app.now();
    app.store
        .transact("grant.revoke", async |tx| {
            let (consent, _) = standing(tx, &token, &id, now).await?;
            let by = (EndedBy::Consumer, None);
            consent::end::end(tx, &app, consent, by, token.actor(), now).await?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// An empty list where none stands, be the person known or not.
#[tracing::instrument(name = "grant.search", skip_all)]
pub(super) async fn search(
    app: App,
    token: GrantToken,
    JsonBody(FindGrants { iin }): JsonBody<FindGrants>,
) -> Result<Json<FoundGrants>, Refusal> {
    token.check(QUERY_SCOPE)?;
    let now = app.now();
    app.store
        .read("grant.search", async |tx| {
            let mut grants = Vec::new();
            for consent in store::consent::given_by(tx, &iin).await? {
                let own = consent.application == token.application.client_id;
                let Some(granted) = consent.check(now).ok().filter(|_| own) else { continue };
                let authorization_details = vec![details(&consent, granted)];
                grants.push(FoundGrant { grant_id: consent.grant, authorization_details });
            }
            Ok(Json(FoundGrants { grants }))
        })
        .await
}

fn scope(consent: &Consent) -> &'static str {
    if consent.identity.is_some() { OPENID_SCOPE } else { TokenClaims::SCOPE }
}

fn details(consent: &Consent, granted: &Granted) -> GrantDetails {
    match &consent.identity {
        Some(disclosure) => GrantDetails::Identity(identity::details(consent, granted, disclosure)),
        None => GrantDetails::Accounts(token::details(consent, granted)),
    }
}

async fn standing(
    tx: &mut Tx,
    token: &GrantToken,
    id: &str,
    now: Timestamp,
) -> Result<(Consent, Granted), Refusal> {
    let id: ConsentId = id.parse().map_err(|_| Problem::NotFound)?;
    let found = store::consent::of_grant(tx, id).await?;
    let own = found.filter(|it| it.application == token.application.client_id);
    let consent = own.ok_or(Problem::NotFound)?;
    let granted = consent.check(now).map_err(|_| Problem::NotFound)?.clone();
    Ok((consent, granted))
}
