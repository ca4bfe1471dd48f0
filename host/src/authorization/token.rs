//! `POST /token`: a code or a refresh token becomes an access token (RFC 6749 §4.1.3, §6; RFC 9068).

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::authorization::{Denial, GrantTokenClaims, OAuthError, Stage, TOKEN_LIFETIME};
use senim_core::consent::{Consent, DETAILS_TYPE, EndedBy, Granted};
use senim_core::id::ConsentId;
use senim_core::jose::{sha256_base64, to_base64};
use senim_core::journal::{Actor, Binding, Event, GrantType, Subject};
use senim_core::problem::Problem;
use senim_core::routing::{
    Confirmation, GrantedClient, GrantedDetails, Status, StatusRef, TokenClaims,
};
use serde_json::json;

use super::answer::Denied;
use super::application::{ApplicationRequest, AuthenticatedApplication, authenticate};
use super::identity;
use crate::app::App;
use crate::caller::grant_endpoint;
use crate::consent;
use crate::http::problem::Refusal;
use senim_store::authorization::RefreshToken;
use senim_store::{self as store, Tx};

/// What a grant leads to.
#[expect(clippy::large_enum_variant, reason = "made once a request and taken apart at once")]
enum Traded {
    Tokens {
        consent: Consent,
        granted: Granted,
        refresh_token: Option<String>,
        /// For the ID token, which only a code gives.
        signed_in: Option<identity::SignedIn>,
    },
    /// Returned after the commit, which has revoked what the first exchange issued.
    Replayed,
}

#[tracing::instrument(name = "token.issue", skip_all)]
pub(super) async fn issue(
    State(app): State<App>,
    request: ApplicationRequest,
) -> Result<Response, Denied> {
    let now = app.now();
    let caller = authenticate(&app, &request, "/token", now).await?;
    let form = &request.form;
    form.check_resources(&app.config.edge_url)?;
    let grant_type = form.need("grant_type", "grant_type is missing")?;
    let confirmation = caller.confirmation();
    let traded = match grant_type {
        "authorization_code" => {
            let code = form.need("code", "code is missing")?;
            let verifier = form.need("code_verifier", "code_verifier is missing")?;
            let redirect_uri = form.get("redirect_uri");
            redeem(&app, &caller, &confirmation, (code, redirect_uri, verifier), now).await?
        }
        "refresh_token" => {
            let token = form.need("refresh_token", "refresh_token is missing")?;
            refresh(&app, &caller, token, now).await?
        }
        // Of the application itself, for the grant endpoint (RFC 6749 §4.4).
        "client_credentials" => {
            let scope = GrantTokenClaims::scopes(form.get("scope"))?;
            return own_token(&app, &caller, confirmation, scope, now).await;
        }
        _ => {
            let description =
                "grant_type must be authorization_code, refresh_token or client_credentials";
            let error = OAuthError::UnsupportedGrantType;
            return Err(Denial { error, ..Denial::request(description) }.into());
        }
    };
    match traded {
        Traded::Replayed => Err(Denial::grant(Problem::CodeReplayed).into()),
        Traded::Tokens { consent, granted, refresh_token, signed_in } => {
            let refresh_token = refresh_token.as_deref();
            if let Some(disclosure) = &consent.identity {
                let tokens = identity::Tokens { consent: &consent, granted: &granted, disclosure };
                return tokens.answer(&app, confirmation, refresh_token, signed_in, now);
            }
            let claims = claims(&app, &caller, confirmation, &consent, &granted, now);
            answer(&app, &claims, consent.grant, refresh_token, now)
        }
    }
}

async fn redeem(
    app: &App,
    caller: &AuthenticatedApplication,
    confirmation: &Confirmation,
    (code, redirect_uri, verifier): (&str, Option<&str>, &str),
    now: Timestamp,
) -> Result<Traded, Denied> {
    let code_hash = sha256_base64(code.as_bytes());
    let refresh_token = app.rng.token();
    let client_id = caller.application.client_id.as_str();
    app.store
        .transact("token.redeem", async |tx| {
            let unknown = Denial::grant(Problem::CodeUnknown);
            let found = store::authorization::by_code(tx, &code_hash).await?;
            let authorization = found.ok_or(unknown)?;
            let named = authorization.pushed.dpop_jkt.clone();
            let signed_in = Some(identity::SignedIn { nonce: authorization.pushed.nonce.clone() });
            let given = consent_of(&authorization.stage);
            let redeemed = match authorization.redeem(client_id, redirect_uri, verifier, now) {
                Err(denial) if denial.problem == Problem::CodeReplayed => {
                    take_back(tx, app, given, client_id, now).await?;
                    return Ok(Traded::Replayed);
                }
                outcome => outcome?,
            };
            // The key was named when the request was pushed (RFC 9449 §10).
            if named.is_some() && named != confirmation.jkt {
                return Err(Denial::dpop(Problem::DpopInvalid).into());
            }
            let (consent, granted) = living_consent(tx, given.ok_or(unknown)?, now).await?;
            store::authorization::save(tx, &redeemed).await?;
            record(tx, caller, consent.id, GrantType::AuthorizationCode, now).await?;
            if consent.identity.as_ref().is_some_and(|it| !it.is_renewable()) {
                return Ok(Traded::Tokens { consent, granted, refresh_token: None, signed_in });
            }
            let kept = RefreshToken {
                hash: sha256_base64(refresh_token.as_bytes()),
                client_id: client_id.to_owned(),
                consent: consent.id,
                issued_at: now,
            };
            store::authorization::add_refresh_token(tx, &kept).await?;
            let refresh_token = Some(refresh_token.clone());
            Ok(Traded::Tokens { consent, granted, refresh_token, signed_in })
        })
        .await
}

/// Refresh tokens are bound to the application, just authenticated, and not rotated (FAPI 2.0 §5.3.2.1 item 9). Its
/// certificate or key may have changed: every application is confidential (RFC 8705 §7.1, RFC 9449 §5).
async fn refresh(
    app: &App,
    caller: &AuthenticatedApplication,
    token: &str,
    now: Timestamp,
) -> Result<Traded, Denied> {
    let hash = sha256_base64(token.as_bytes());
    let client_id = caller.application.client_id.as_str();
    app.store
        .transact("token.refresh", async |tx| {
            let invalid = Denial::grant(Problem::RefreshTokenInvalid);
            let kept = store::authorization::refresh_token(tx, &hash).await?.ok_or(invalid)?;
            if kept.client_id != client_id {
                return Err(invalid.into());
            }
            let (consent, granted) = living_consent(tx, kept.consent, now).await?;
            record(tx, caller, consent.id, GrantType::RefreshToken, now).await?;
            Ok(Traded::Tokens { consent, granted, refresh_token: None, signed_in: None })
        })
        .await
}

async fn own_token(
    app: &App,
    caller: &AuthenticatedApplication,
    cnf: Confirmation,
    scope: String,
    now: Timestamp,
) -> Result<Response, Denied> {
    let client_id = caller.application.client_id.clone();
    let mut jti = [0; 16];
    app.rng.fill(&mut jti);
    let claims = GrantTokenClaims {
        iss: app.config.issuer.clone(),
        sub: client_id.clone(),
        aud: grant_endpoint(app),
        client_id: client_id.clone(),
        exp: (now + TOKEN_LIFETIME).timestamp(),
        iat: now.timestamp(),
        jti: to_base64(&jti),
        scope,
        cnf,
    };
    let bound_to = if caller.jkt.is_some() { Binding::Dpop } else { Binding::Certificate };
    let bin = caller.participant.bin;
    app.store
        .transact("token.own", async |tx| {
            let grant_type = GrantType::ClientCredentials;
            let event = Event::TokenIssued { client_id: client_id.clone(), grant_type, bound_to };
            let (actor, subject) = (Actor::Participant(bin), Subject::Participant(bin));
            store::journal::append(tx, actor, subject, event, now).await?;
            Ok::<_, Denied>(())
        })
        .await?;
    let body = json!({
        "access_token": app.keys.sign(TokenClaims::TYPE, &claims, now)?,
        "token_type": if claims.cnf.jkt.is_some() { "DPoP" } else { "Bearer" },
        "expires_in": claims.exp - claims.iat,
        "scope": claims.scope,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

fn consent_of(stage: &Stage) -> Option<ConsentId> {
    match stage {
        Stage::Granted(code) | Stage::Redeemed { code, .. } => Some(code.consent),
        Stage::Pushed | Stage::Refused { .. } => None,
    }
}

/// A replayed code may have been stolen: the consent and all its tokens end (RFC 6749 §4.1.2).
async fn take_back(
    tx: &mut Tx,
    app: &App,
    consent: Option<ConsentId>,
    client_id: &str,
    now: Timestamp,
) -> Result<(), Denied> {
    let Some(id) = consent else { return Ok(()) };
    let event = Event::CodeReplayed { client_id: client_id.to_owned() };
    store::journal::append(tx, Actor::Platform, Subject::Consent(id), event, now).await?;
    let consent = store::consent::load(tx, id).await?;
    if let Some(consent) = consent.filter(|it| it.check(now).is_ok()) {
        let by = (EndedBy::Platform, None);
        consent::end::end(tx, app, consent, by, Actor::Platform, now).await?;
    }
    Ok(())
}

/// The consent under which data may flow now (CNS-4), and what was granted.
async fn living_consent(
    tx: &mut Tx,
    id: ConsentId,
    now: Timestamp,
) -> Result<(Consent, Granted), Denied> {
    let consent = store::consent::load(tx, id).await?;
    let consent =
        consent.ok_or_else(|| Refusal::internal("a grant's consent is not in the register"))?;
    let granted = consent.check(now).map_err(|error| Denial::grant(error.problem()))?.clone();
    Ok((consent, granted))
}

async fn record(
    tx: &mut Tx,
    caller: &AuthenticatedApplication,
    consent: ConsentId,
    grant_type: GrantType,
    now: Timestamp,
) -> Result<(), Denied> {
    let bound_to = if caller.jkt.is_some() { Binding::Dpop } else { Binding::Certificate };
    let client_id = caller.application.client_id.clone();
    let event = Event::TokenIssued { client_id, grant_type, bound_to };
    let actor = Actor::Participant(caller.participant.bin);
    store::journal::append(tx, actor, Subject::Consent(consent), event, now).await?;
    Ok(())
}

fn answer(
    app: &App,
    claims: &TokenClaims,
    grant: ConsentId,
    refresh_token: Option<&str>,
    now: Timestamp,
) -> Result<Response, Denied> {
    let access_token = app.keys.sign(TokenClaims::TYPE, claims, now)?;
    let mut body = json!({
        "access_token": access_token,
        "token_type": if claims.cnf.jkt.is_some() { "DPoP" } else { "Bearer" },
        "expires_in": claims.exp - claims.iat,
        "scope": claims.scope,
        "authorization_details": claims.authorization_details,
        "grant_id": grant,
    });
    if let Some(token) = refresh_token {
        body["refresh_token"] = token.into();
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

fn claims(
    app: &App,
    caller: &AuthenticatedApplication,
    cnf: Confirmation,
    consent: &Consent,
    granted: &Granted,
    now: Timestamp,
) -> TokenClaims {
    let expires_at = granted.expires_at.map(|it| it.timestamp());
    let end = (now + TOKEN_LIFETIME).timestamp();
    let mut jti = [0; 16];
    app.rng.fill(&mut jti);
    TokenClaims {
        iss: app.config.issuer.clone(),
        sub: identity::pseudonym(app, consent.consumer, &consent.iin),
        aud: app.config.edge_url.clone(),
        client_id: caller.application.client_id.clone(),
        exp: expires_at.map_or(end, |it| it.min(end)),
        iat: now.timestamp(),
        nbf: None,
        jti: to_base64(&jti),
        scope: TokenClaims::SCOPE.to_owned(),
        cnf,
        authorization_details: vec![details(consent, granted)],
        status: Status {
            status_list: StatusRef { idx: granted.index, uri: app.config.status_list_url() },
        },
    }
}

/// The consent as tokens and the grant endpoint tell it.
pub(super) fn details(consent: &Consent, granted: &Granted) -> GrantedDetails {
    GrantedDetails {
        kind: DETAILS_TYPE.to_owned(),
        consent_id: consent.id,
        consumer: consent.consumer,
        client: GrantedClient { iin: consent.iin.clone() },
        providers: consent.providers.clone(),
        limits: consent.limits.clone(),
        purpose: Some(consent.purpose.code),
        expires_at: granted.expires_at.map(|it| it.timestamp()),
    }
}
