//! What authentication adds to the endpoints (IDX-14): who may ask for which data, and the tokens that come of it.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::authorization::openid::{AuthenticationRequest, IdToken, OPENID_SCOPE};
use senim_core::authorization::userinfo::{GrantedIdentity, UserinfoToken};
use senim_core::authorization::{Denial, OAuthError, Parameters, TOKEN_LIFETIME};
use senim_core::consent::{AskedFor, Consent, Disclosure, Granted, IDENTITY_DETAILS_TYPE};
use senim_core::id::{Bin, Iin};
use senim_core::jose::to_base64;
use senim_core::participant::Kind;
use senim_core::problem::Problem;
use senim_core::routing::{Confirmation, TokenClaims};
use serde_json::json;

use super::answer::Denied;
use super::application::AuthenticatedApplication;
use crate::app::App;
use senim_store::{self as store, Tx};

/// The client's name at one participant: pairwise, so that two of them can't find out that they serve the same person.
pub(super) fn pseudonym(app: &App, consumer: Bin, iin: &Iin) -> String {
    app.sealer.blind(&format!("pseudonym.{consumer}"), &iin.expose())
}

/// OpenID Connect Core §5.5.1: a `sub` that the request names must be the one that comes out.
pub(super) fn check_subject(
    app: &App,
    form: &Parameters,
    caller: &AuthenticatedApplication,
    asked: &AskedFor,
) -> Result<(), Denial> {
    let AskedFor::Identity(asked) = asked else { return Ok(()) };
    let named = AuthenticationRequest::read(form)?.subject;
    let own = pseudonym(app, caller.participant.bin, &asked.client.iin);
    if named.is_none_or(|it| it == own) {
        return Ok(());
    }
    let error = OAuthError::LoginRequired;
    Err(Denial { error, ..Denial::request("claims name another sub than authorization_details") })
}

/// Some kinds of participants get no personal data (IDX-6).
pub(super) async fn check_kind(
    tx: &mut Tx,
    caller: &AuthenticatedApplication,
    asked: &AskedFor,
) -> Result<(), Denied> {
    let AskedFor::Identity(asked) = asked else { return Ok(()) };
    let kind = store::participant::kind(tx, caller.participant.bin).await?;
    if asked.claims.is_empty() || kind.is_some_and(Kind::may_have_personal_data) {
        return Ok(());
    }
    let error = OAuthError::InvalidAuthorizationDetails;
    Err(Denial::new(error, Problem::PersonalDataNotAllowed).into())
}

/// The consent as tokens and the grant endpoint tell it.
pub(super) fn details(
    consent: &Consent,
    granted: &Granted,
    disclosure: &Disclosure,
) -> GrantedIdentity {
    GrantedIdentity {
        kind: IDENTITY_DETAILS_TYPE.to_owned(),
        consent_id: consent.id,
        consumer: consent.consumer,
        claims: disclosure.fields.clone(),
        expires_at: granted.expires_at.map(|it| it.timestamp()),
    }
}

/// What the code's request said for the ID token.
pub(super) struct SignedIn {
    pub(super) nonce: Option<String>,
}

pub(super) struct Tokens<'a> {
    pub(super) consent: &'a Consent,
    pub(super) granted: &'a Granted,
    pub(super) disclosure: &'a Disclosure,
}

impl Tokens<'_> {
    /// The token endpoint's answer. `signed_in`: with an ID token (OpenID Connect Core §3.1.3.3, §12.2).
    pub(super) fn answer(
        &self,
        app: &App,
        cnf: Confirmation,
        refresh_token: Option<&str>,
        signed_in: Option<SignedIn>,
        now: Timestamp,
    ) -> Result<Response, Denied> {
        let claims = self.claims(app, cnf, now);
        let access_token = app.keys.sign(TokenClaims::TYPE, &claims, now)?;
        let mut body = json!({
            "access_token": access_token,
            "token_type": if claims.cnf.jkt.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": claims.exp - claims.iat,
            "scope": claims.scope,
            "authorization_details": claims.authorization_details,
            "grant_id": self.consent.grant,
        });
        if let Some(SignedIn { nonce }) = signed_in {
            let parties = [claims.iss.as_str(), &claims.sub, &claims.client_id];
            let at = self.disclosure.authenticated_at;
            let id_token = IdToken::new(parties, at, nonce, &access_token, now);
            body["id_token"] = app.keys.sign(IdToken::TYPE, &id_token, now)?.into();
        }
        if let Some(token) = refresh_token {
            body["refresh_token"] = token.into();
        }
        Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
    }

    fn claims(&self, app: &App, cnf: Confirmation, now: Timestamp) -> UserinfoToken {
        let Consent { consumer, iin, application, .. } = self.consent;
        let expires_at = self.granted.expires_at.map(|it| it.timestamp());
        let end = (now + TOKEN_LIFETIME).timestamp();
        let mut jti = [0; 16];
        app.rng.fill(&mut jti);
        UserinfoToken {
            iss: app.config.issuer.clone(),
            sub: pseudonym(app, *consumer, iin),
            aud: app.config.issuer.clone(),
            client_id: application.clone(),
            exp: expires_at.map_or(end, |it| it.min(end)),
            iat: now.timestamp(),
            jti: to_base64(&jti),
            scope: OPENID_SCOPE.to_owned(),
            cnf,
            authorization_details: vec![details(self.consent, self.granted, self.disclosure)],
        }
    }
}
