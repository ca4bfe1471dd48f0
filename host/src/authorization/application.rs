//! Authenticates the application that calls an OAuth endpoint, and finds the key or certificate to bind its tokens to.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, HeaderName};
use senim_channel::{PeerCertificate, verify, verify_jws};
use senim_core::Timestamp;
use senim_core::authorization::{Assertion, Denial, Parameters};
use senim_core::jose::sha256_base64;
use senim_core::participant::Participant;
use senim_core::problem::Problem;
use senim_core::routing::{Confirmation, dpop};

use super::answer::Denied;
use super::form::Form;
use crate::app::App;
use crate::http::peer::Certificate;
use senim_core::participant::application::{Application, ClientAuth};
use senim_store as store;

const DPOP: HeaderName = HeaderName::from_static("dpop");

/// A request to an OAuth endpoint, not yet authenticated.
pub(super) struct ApplicationRequest {
    pub(super) form: Parameters,
    certificate: Option<PeerCertificate>,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequest<S> for ApplicationRequest {
    type Rejection = Denied;

    async fn from_request(request: Request, state: &S) -> Result<Self, Denied> {
        let (mut parts, body) = request.into_parts();
        let Ok(Certificate(certificate)) = Certificate::from_request_parts(&mut parts, state).await;
        let headers = parts.headers.clone();
        let request = Request::from_parts(parts, body);
        let Form(form) = Form::from_request(request, state).await?;
        Ok(Self { form, certificate, headers })
    }
}

/// An authenticated application of an active participant.
pub(super) struct AuthenticatedApplication {
    pub(super) application: Application,
    pub(super) participant: Participant,
    /// Thumbprint of the DPoP proof's key; the proof has been checked and was not used before.
    pub(super) jkt: Option<String>,
    /// Thumbprint of the connection's client certificate, which belongs to the participant.
    pub(super) certificate: String,
}

impl AuthenticatedApplication {
    /// What an access token is bound to: the DPoP key if a proof was sent, else the certificate
    /// (FAPI 2.0 §5.3.2.1: sender-constrained by one of the two).
    pub(super) fn confirmation(&self) -> Confirmation {
        match &self.jkt {
            Some(jkt) => Confirmation { certificate: None, jkt: Some(jkt.clone()) },
            None => Confirmation { certificate: Some(self.certificate.clone()), jkt: None },
        }
    }
}

/// Authenticates a registered application of an active participant. `path` is the endpoint's.
pub(super) async fn authenticate(
    app: &App,
    request: &ApplicationRequest,
    path: &str,
    now: Timestamp,
) -> Result<AuthenticatedApplication, Denied> {
    let assertion = Assertion::read(&request.form)?;
    let client_id = match &assertion {
        Some(assertion) => assertion.client_id.as_str(),
        None => request.form.get("client_id").ok_or(Denial::client(Problem::ClientUnknown))?,
    };
    let (application, participant, registered) = app
        .store
        .read("authorization.application", async |tx| {
            let unknown = Denial::client(Problem::ClientUnknown);
            let application =
                store::participant::application(tx, client_id).await?.ok_or(unknown)?;
            let participant =
                store::participant::load(tx, application.bin).await?.ok_or(unknown)?;
            let registered = match &request.certificate {
                Some(it) => store::participant::by_certificate(tx, &it.thumbprint).await?,
                None => None,
            };
            Ok::<_, Denied>((application, participant, registered))
        })
        .await?;

    let mut used = Vec::new();
    // Mutual TLS for every token (OAPI-4), with a certificate of the participant that owns the application.
    let foreign = Denial::client(Problem::ClientCertificate);
    let certificate = request.certificate.as_ref().ok_or(foreign)?;
    let owner = registered.map(|(participant, _)| participant.bin);
    let own = match &application.auth {
        ClientAuth::PrivateKeyJwt(_) => owner == Some(application.bin),
        // Matching the subject accepts a renewed certificate before it is registered.
        ClientAuth::TlsClientAuth(subject) => {
            certificate.subject == *subject && owner.is_none_or(|it| it == application.bin)
        }
    };
    if !own {
        return Err(foreign.into());
    }
    match (&application.auth, &assertion) {
        (ClientAuth::PrivateKeyJwt(keys), Some(assertion)) => {
            let claims = assertion.check(&app.config.issuer, now)?;
            if !verify_jws(&assertion.jws, keys) {
                return Err(Denial::client(Problem::ClientAssertion).into());
            }
            let owner = format!("assertion:{client_id}");
            let jti = sha256_base64(claims.jti.as_bytes());
            used.push((owner, jti, claims.until, Denial::client(Problem::ClientAssertion)));
        }
        (ClientAuth::PrivateKeyJwt(_), None) => {
            return Err(Denial::client(Problem::ClientAssertion).into());
        }
        (ClientAuth::TlsClientAuth(_), None) => {}
        (ClientAuth::TlsClientAuth(_), Some(_)) => {
            return Err(Denial::client(Problem::ClientUnknown).into());
        }
    }
    let jkt = match proof(app, &request.headers, path, now)? {
        Some((thumbprint, seen_as, until)) => {
            let replayed = Denial::dpop(Problem::DpopReplayed);
            used.push(("dpop".to_owned(), seen_as, until, replayed));
            Some(thumbprint)
        }
        None => None,
    };
    // Remembered even if the request fails later: an assertion or a proof counts as used once it was sent.
    app.store
        .transact("authorization.use_once", async |tx| {
            for (owner, jti, until, replayed) in &used {
                if !store::authorization::use_once(tx, owner, jti, *until).await? {
                    return Err(Denied::from(*replayed));
                }
            }
            Ok(())
        })
        .await?;
    participant.check_consumer().map_err(Denial::standing)?;
    let certificate = certificate.thumbprint.clone();
    Ok(AuthenticatedApplication { application, participant, jkt, certificate })
}

/// The thumbprint of the key that signed the request's DPoP proof, the proof's identifier, and until when to keep it.
fn proof(
    app: &App,
    headers: &HeaderMap,
    path: &str,
    now: Timestamp,
) -> Result<Option<(String, String, Timestamp)>, Denial> {
    let mut proofs = headers.get_all(DPOP).iter();
    let Some(text) = proofs.next() else { return Ok(None) };
    let invalid = Denial::dpop(Problem::DpopInvalid);
    if proofs.next().is_some() {
        return Err(invalid);
    }
    let text = text.to_str().map_err(|_| invalid)?;
    let url = format!("{}{path}", app.config.issuer);
    let expected =
        dpop::Expected { method: "POST", url: &url, access_token: None, thumbprint: None };
    let proof = dpop::check(text, expected, now).map_err(Denial::dpop)?;
    let jws = &proof.jws;
    if !verify(&proof.key, jws.header.algorithm, jws.signed, &jws.signature) {
        return Err(invalid);
    }
    Ok(Some((proof.thumbprint, proof.seen_as, proof.until)))
}
