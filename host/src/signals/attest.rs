//! `POST /signals/{client_id}/deletions`: an application's signed word that what it received under a consent is deleted.

use axum::Json;
use axum::extract::Path;
use senim_channel::{verify, verify_jws};
use senim_core::consent::view::DeletionView;
use senim_core::id::NoticeId;
use senim_core::jose::Jws;
use senim_core::journal::{Event, Subject};
use senim_core::participant::application::{Application, ClientAuth};
use senim_core::problem::Problem;
use senim_core::signals::{AttestDeletion, Attestation, Stage};

use super::own;
use crate::app::App;
use crate::caller::Party;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;

/// Said twice, the first word holds.
#[tracing::instrument(name = "signals.attest", skip_all)]
pub(super) async fn attest(
    app: App,
    party: Party,
    Path(client_id): Path<String>,
    JsonBody(AttestDeletion { attestation }): JsonBody<AttestDeletion>,
) -> Result<Json<DeletionView>, Refusal> {
    let now = app.now();
    let invalid = Problem::DeletionAttestation;
    let jws = Jws::parse(&attestation).map_err(|_| invalid)?;
    let set: NoticeId = jws.claims::<Attestation>().map_err(|_| invalid)?.set;
    app.store
        .transact("signals.attest", async |tx| {
            let application = own(tx, party.participant.bin, &client_id).await?;
            if !is_signed(&jws, &application, &party) {
                return Err(invalid.into());
            }
            let found = store::signals::load(tx, set).await?;
            let notice = found.filter(|it| it.application == application.client_id);
            let notice = notice.ok_or(Problem::NotFound)?;
            let deleted_at = notice.check_attestation(&jws, &app.config.issuer, now)?;
            if matches!(notice.stage, Stage::Deleted { .. }) {
                return Ok(Json(notice.deletion(now)));
            }
            let notice = notice.attest(deleted_at, now);
            store::signals::save(tx, &notice, Some(&attestation)).await?;
            let application = application.client_id.clone();
            let event = Event::DeletionAttested { notice: notice.id, application, deleted_at };
            let subject = Subject::Consent(notice.consent);
            store::journal::append(tx, party.actor(), subject, event, now).await?;
            Ok(Json(notice.deletion(now)))
        })
        .await
}

/// With a key that the application registered, or that of the connection's certificate.
fn is_signed(jws: &Jws<'_>, application: &Application, party: &Party) -> bool {
    let registered = match &application.auth {
        ClientAuth::PrivateKeyJwt(keys) => verify_jws(jws, keys),
        ClientAuth::TlsClientAuth(_) => false,
    };
    let by_certificate = party
        .key
        .as_ref()
        .is_some_and(|key| verify(key, jws.header.algorithm, jws.signed, &jws.signature));
    registered || by_certificate
}
