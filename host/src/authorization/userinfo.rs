//! `GET` and `POST /userinfo`: who the client is, and the personal data that they consented to (OpenID Connect Core §5.3, IDX-4..6).
//!
//! The data are read from the Source each time and not kept. Each read, answered or refused, is a use of the consent.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use senim_channel::clock::instant;
use senim_channel::{PeerCertificate, verify, verify_jws};
use senim_core::Timestamp;
use senim_core::authorization::userinfo::{self, Checked, UserinfoToken};
use senim_core::consent::{Consent, ConsentError, Disclosure};
use senim_core::id::UseId;
use senim_core::jose::Algorithm;
use senim_core::participant::Kind;
use senim_core::personal::PersonalData;
use senim_core::problem::Problem;
use senim_core::usage::Use;
use serde_json::Value;

use crate::alert;
use crate::app::App;
use crate::caller::limit::limit;
use crate::http::peer::Certificate;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

const PATH: &str = "/userinfo";
const DPOP: HeaderName = HeaderName::from_static("dpop");
/// Reads under one consent; each may ask the Source.
const READS_MAX: u64 = 20;
const READS_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// A refusal with the challenge of RFC 6750 §3 and RFC 9449 §7.1 beside the problem.
#[derive(Debug)]
pub(super) struct Challenged(Refusal);

impl<T: Into<Refusal>> From<T> for Challenged {
    fn from(refusal: T) -> Self {
        Self(refusal.into())
    }
}

impl IntoResponse for Challenged {
    fn into_response(self) -> Response {
        let error = userinfo::challenge(self.0.problem());
        let mut response = self.0.into_response();
        let Some(error) = error else { return response };
        let error = if error.is_empty() { String::new() } else { format!(" error=\"{error}\"") };
        let separator = if error.is_empty() { " " } else { ", " };
        let algorithms = Algorithm::NAMES.join(" ");
        let challenges =
            [format!("Bearer{error}"), format!("DPoP{error}{separator}algs=\"{algorithms}\"")];
        for value in challenges.iter().filter_map(|it| HeaderValue::from_str(it).ok()) {
            response.headers_mut().append(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// What the consent is now, and whose it is.
struct Asking {
    consent: Consent,
    kind: Kind,
    /// How often data were read under it.
    reads: u64,
}

#[tracing::instrument(name = "userinfo", skip_all)]
pub(super) async fn show(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
    Certificate(certificate): Certificate,
) -> Result<Json<Value>, Challenged> {
    let (now, started) = (app.now(), instant());
    let url = format!("{}{PATH}", app.config.issuer);
    let Checked { token, consent, proof } =
        checked(&app, (&method, &url, &headers), certificate.as_ref(), now)?;
    app.store
        .transact("userinfo.once", async |tx| {
            if let Some(proof) = &proof
                && !store::authorization::use_once(tx, "dpop", &proof.seen_as, proof.until).await?
            {
                return Err(Problem::DpopReplayed.into());
            }
            let subject = app.sealer.blind("userinfo.consent", &consent.to_string());
            limit(tx, &subject, READS_MAX, READS_WITHIN, now).await
        })
        .await?;
    let asking = app
        .store
        .read("userinfo.consent", async |tx| asking(tx, &token, certificate.as_ref()).await)
        .await?;
    // Outside any transaction; that the consent still stands is looked at again with the use.
    let data = match allowed(&asking, now) {
        Ok(disclosure) if disclosure.fields.is_empty() => Ok(None),
        Ok(disclosure) => personal_data(&app, &asking.consent, disclosure).await.map(Some),
        Err(problem) => Err(problem),
    };
    let now = app.now();
    let use_id = UseId(app.rng.id());
    let answer = app
        .store
        .transact("userinfo.use", async |tx| {
            let asking = self::asking(tx, &token, certificate.as_ref()).await?;
            let outcome = allowed(&asking, now).and_then(|disclosure| {
                let data = data.as_ref().map_err(|problem| *problem)?.as_ref();
                Ok((disclosure, userinfo::answer(&token.sub, data, disclosure, now)))
            });
            let problem = outcome.as_ref().err().copied();
            let body_bytes = outcome.as_ref().map_or(0, |(_, body)| body.to_string().len());
            let done = Use {
                id: use_id,
                at: now,
                consent: Some(asking.consent.id),
                consumer: Some(asking.consent.consumer),
                provider: None,
                data: None,
                attended: None,
                route: PATH.to_owned(),
                status: problem.map_or(200, Problem::status),
                problem: problem.map(|it| it.code().to_owned()),
                request_bytes: 0,
                answer_bytes: u64::try_from(body_bytes).unwrap_or(u64::MAX),
                total_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
                upstream_ms: None,
                gate: None,
            };
            let fields = outcome.as_ref().map(|(it, _)| &it.fields).map_err(|problem| *problem);
            store::usage::add_personal(tx, &done, fields, now).await?;
            if fields.is_ok_and(|it| !it.is_empty()) {
                alert::used(tx, &app, &asking.consent, now).await?;
            }
            Ok::<_, Refusal>(outcome.map(|(_, body)| body))
        })
        .await?;
    Ok(Json(answer?))
}

/// The token, whose proof is signed by its key.
fn checked<'a>(
    app: &'a App,
    (method, url, headers): (&'a Method, &'a str, &'a HeaderMap),
    certificate: Option<&'a PeerCertificate>,
    now: Timestamp,
) -> Result<Checked<'a>, Problem> {
    let request = userinfo::Request {
        now,
        issuer: &app.config.issuer,
        method: method.as_str(),
        url,
        certificate: certificate.map(|it| it.thumbprint.as_str()),
        authorization: all(headers, &header::AUTHORIZATION).ok_or(Problem::TokenMalformed)?,
        dpop: all(headers, &DPOP).ok_or(Problem::DpopInvalid)?,
    };
    let keys = app.keys.published(now);
    let checked = userinfo::check(&request, |jws| verify_jws(jws, &keys))?;
    if let Some(proof) = &checked.proof {
        let jws = &proof.jws;
        if !verify(&proof.key, jws.header.algorithm, jws.signed, &jws.signature) {
            return Err(Problem::DpopInvalid);
        }
    }
    Ok(checked)
}

/// Every header of this name; `None` if one is not text.
fn all<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    headers.get_all(name).iter().map(|it| it.to_str().ok()).collect()
}

/// The connection is the participant's whose token it is (OAPI-4), and the consent was given to it.
async fn asking(
    tx: &mut Tx,
    token: &UserinfoToken,
    certificate: Option<&PeerCertificate>,
) -> Result<Asking, Refusal> {
    let certificate = certificate.ok_or(Problem::TokenBinding)?;
    let found = store::participant::by_certificate(tx, &certificate.thumbprint).await?;
    let (participant, kind) = found.ok_or(Problem::ParticipantUnknown)?;
    participant.check_consumer()?;
    let details = token.authorization_details.first().ok_or(Problem::TokenMalformed)?;
    let application = store::participant::application(tx, &token.client_id).await?;
    if details.consumer != participant.bin || application.is_none_or(|it| it.bin != participant.bin)
    {
        return Err(Problem::TokenBinding.into());
    }
    let consent = store::consent::load(tx, details.consent_id).await?;
    let own = |it: &Consent| it.consumer == participant.bin && it.application == token.client_id;
    let consent = consent.filter(own).ok_or(Problem::TokenBinding)?;
    let reads = store::usage::answered(tx, consent.id).await?;
    Ok(Asking { consent, kind, reads })
}

/// Whether it may be answered now (CNS-4, IDX-6).
fn allowed(asking: &Asking, now: Timestamp) -> Result<&Disclosure, Problem> {
    let granted = asking.consent.check(now).map_err(ConsentError::problem)?;
    let disclosure = asking.consent.identity.as_ref().ok_or(Problem::TokenMalformed)?;
    disclosure.check(granted, asking.reads, now).map_err(ConsentError::problem)?;
    if !disclosure.fields.is_empty() && !asking.kind.may_have_personal_data() {
        return Err(Problem::PersonalDataNotAllowed);
    }
    Ok(disclosure)
}

/// From the Source, but for the phone number, which is the one that was confirmed.
async fn personal_data(
    app: &App,
    consent: &Consent,
    disclosure: &Disclosure,
) -> Result<PersonalData, Problem> {
    let person = app.source.person(&consent.iin).await.map_err(|error| {
        tracing::warn!(%error, "request to the Source failed");
        Problem::IdentitySourceDown
    })?;
    let person = person.ok_or(Problem::IdentityUnknown)?;
    Ok(PersonalData { phone: Some(disclosure.phone.clone()), ..person.personal })
}
