//! The application whose access token for the grant endpoint this is, bound to its certificate or its DPoP key.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use senim_channel::{verify, verify_jws};
use senim_core::Timestamp;
use senim_core::authorization::GrantTokenClaims;
use senim_core::jose::Jws;
use senim_core::journal::Actor;
use senim_core::participant::Participant;
use senim_core::participant::application::Application;
use senim_core::problem::Problem;
use senim_core::routing::{TokenClaims, dpop};

use crate::app::App;
use crate::callers::{Caller, Who};
use crate::http::peer::Certificate;
use crate::http::problem::Refusal;
use senim_store as store;

const DPOP: HeaderName = HeaderName::from_static("dpop");

pub struct GrantToken {
    pub application: Application,
    pub participant: Participant,
    pub claims: GrantTokenClaims,
}

impl Caller for GrantToken {
    const WHO: Who = Who::Token;
}

impl GrantToken {
    /// RFC 6750 §3.1: `insufficient_scope`.
    pub fn check(&self, scope: &str) -> Result<(), Problem> {
        if self.claims.allows(scope) { Ok(()) } else { Err(Problem::GrantScopeMissing) }
    }

    pub fn actor(&self) -> Actor {
        Actor::Participant(self.participant.bin)
    }
}

/// With the challenge that RFC 6750 §3 and RFC 9449 §7.1 want.
#[derive(Debug)]
pub struct TokenRefused(Refusal);

impl From<Refusal> for TokenRefused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<Problem> for TokenRefused {
    fn from(problem: Problem) -> Self {
        Self(problem.into())
    }
}

impl IntoResponse for TokenRefused {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if response.status() == 401 {
            let challenge = HeaderValue::from_static("DPoP algs=\"ES256 EdDSA PS256\", Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for GrantToken
where
    App: FromRef<S>,
{
    type Rejection = TokenRefused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, TokenRefused> {
        let app = App::from_ref(state);
        let now = app.now();
        let (is_dpop, token) = presented(parts)?;
        let token = token.to_owned();
        let claims = read(&app, &token, now)?;
        let Ok(Certificate(certificate)) = Certificate::from_request_parts(parts, state).await;
        let certificate = certificate.ok_or(Problem::ClientCertificate)?.thumbprint;
        let proof = possession(&app, parts, &claims, (is_dpop, &token), &certificate, now)?;
        let unknown = Problem::ClientUnknown;
        let client_id = claims.client_id.as_str();
        let (application, participant) = app
            .store
            .transact("authorization.grant_token", async |tx| {
                if let Some((seen_as, until)) = &proof
                    && !store::authorization::use_once(tx, "dpop", seen_as, *until).await?
                {
                    return Err(Refusal::from(Problem::DpopReplayed));
                }
                let application =
                    store::participant::application(tx, client_id).await?.ok_or(unknown)?;
                let participant =
                    store::participant::load(tx, application.bin).await?.ok_or(unknown)?;
                let owner = store::participant::by_certificate(tx, &certificate).await?;
                if owner.is_some_and(|(it, _)| it.bin != participant.bin) {
                    return Err(Problem::ClientCertificate.into());
                }
                Ok((application, participant))
            })
            .await?;
        participant.check_consumer().map_err(Refusal::from)?;
        Ok(Self { application, participant, claims })
    }
}

/// Whether under the scheme of DPoP, and the token.
fn presented(parts: &Parts) -> Result<(bool, &str), Problem> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let header = headers.next().ok_or(Problem::TokenMissing)?;
    if headers.next().is_some() {
        return Err(Problem::TokenMalformed);
    }
    let header = header.to_str().map_err(|_| Problem::TokenMalformed)?;
    let (scheme, token) = header.trim().split_once(' ').ok_or(Problem::TokenMalformed)?;
    if scheme.eq_ignore_ascii_case("DPoP") {
        Ok((true, token.trim_start()))
    } else if scheme.eq_ignore_ascii_case("Bearer") {
        Ok((false, token.trim_start()))
    } else {
        Err(Problem::TokenMissing)
    }
}

fn read(app: &App, token: &str, now: Timestamp) -> Result<GrantTokenClaims, Problem> {
    let jws = Jws::parse(token).map_err(|_| Problem::TokenMalformed)?;
    if !jws.is_type(TokenClaims::TYPE) {
        return Err(Problem::TokenMalformed);
    }
    if !verify_jws(&jws, &app.keys.published(now)) {
        return Err(Problem::TokenSignature);
    }
    let claims: GrantTokenClaims = jws.claims().map_err(|_| Problem::TokenMalformed)?;
    // A token for an edge is signed with the same keys.
    if claims.iss != app.config.issuer || claims.aud != endpoint(app) {
        return Err(Problem::TokenAudience);
    }
    if claims.exp <= now.timestamp() {
        return Err(Problem::TokenExpired);
    }
    Ok(claims)
}

/// RFC 8705 §3, RFC 9449 §7: the proof to remember, where there is one.
fn possession(
    app: &App,
    parts: &Parts,
    claims: &GrantTokenClaims,
    (is_dpop, token): (bool, &str),
    certificate: &str,
    now: Timestamp,
) -> Result<Option<(String, Timestamp)>, Problem> {
    let Some(jkt) = claims.cnf.jkt.as_deref() else {
        let own = claims.cnf.certificate.as_deref() == Some(certificate);
        return if own && !is_dpop { Ok(None) } else { Err(Problem::TokenBinding) };
    };
    let mut proofs = parts.headers.get_all(DPOP).iter();
    let proof = proofs.next().filter(|_| is_dpop).ok_or(Problem::DpopMissing)?;
    if proofs.next().is_some() {
        return Err(Problem::DpopInvalid);
    }
    let proof = proof.to_str().map_err(|_| Problem::DpopInvalid)?;
    let url = format!("{}{}", app.config.issuer, parts.uri.path());
    let expected = dpop::Expected {
        method: parts.method.as_str(),
        url: &url,
        access_token: Some(token),
        thumbprint: Some(jkt),
    };
    let proof = dpop::check(proof, expected, now)?;
    let jws = &proof.jws;
    if !verify(&proof.key, jws.header.algorithm, jws.signed, &jws.signature) {
        return Err(Problem::DpopInvalid);
    }
    Ok(Some((proof.seen_as, proof.until)))
}

/// The audience of such tokens, and `grant_management_endpoint` of the metadata.
pub fn endpoint(app: &App) -> String {
    format!("{}/grants", app.config.issuer)
}
