//! `POST /signals/{client_id}/poll`: an application acknowledges security event tokens and fetches the next ones (RFC 8936).
//! Every answer comes at once.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use senim_core::Timestamp;
use senim_core::id::NoticeId;
use senim_core::journal::{Event, Subject};
use senim_core::problem::Problem;
use senim_core::signals::{
    ACKNOWLEDGED_MAX, Notice, POLL_MAX, PollSets, PolledSets, SET_TYPE, Stage, fault,
};

use super::own;
use crate::app::App;
use crate::caller::Party;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

#[tracing::instrument(name = "signals.poll", skip_all)]
pub(super) async fn poll(
    app: App,
    party: Party,
    Path(client_id): Path<String>,
    JsonBody(asked): JsonBody<PollSets>,
) -> Result<Json<PolledSets>, Refusal> {
    if asked.ack.len() + asked.set_errs.len() > ACKNOWLEDGED_MAX {
        return Err(Refusal::detailed(Problem::BodyMalformed, "at most 1000 in ack and setErrs"));
    }
    let now = app.now();
    let most = u64::from(asked.max_events.unwrap_or(POLL_MAX).min(POLL_MAX));
    let (notices, more_available) = app
        .store
        .transact("signals.poll", async |tx| {
            let application = own(tx, party.participant.bin, &client_id).await?;
            for id in &asked.ack {
                acknowledge(tx, &party, &application.client_id, id, now).await?;
            }
            for (id, error) in &asked.set_errs {
                refuse(tx, &party, &application.client_id, (id, &fault(&error.err)), now).await?;
            }
            let client_id = &application.client_id;
            let mut waiting = store::signals::asked_of(tx, client_id, most + 1).await?;
            let more = waiting.len() as u64 > most;
            waiting.truncate(usize::try_from(most).unwrap_or_default());
            let mut told = Vec::new();
            for notice in waiting {
                let Stage::Asked { fault, .. } = &notice.stage else { continue };
                let fault = fault.clone();
                let notice = notice.tried(fault, now);
                store::signals::save(tx, &notice, None).await?;
                told.push(notice);
            }
            Ok::<_, Refusal>((told, more))
        })
        .await?;
    let mut sets = BTreeMap::new();
    for notice in &notices {
        let set = app.keys.sign(SET_TYPE, &notice.claims(&app.config.issuer, now), now)?;
        sets.insert(notice.id.to_string(), set);
    }
    Ok(Json(PolledSets { sets, more_available }))
}

/// What is not this application's, or is acknowledged already, is passed over (RFC 8936 §2.4).
async fn acknowledge(
    tx: &mut Tx,
    party: &Party,
    client_id: &str,
    id: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some((notice, tries)) = asked(tx, client_id, id).await? else { return Ok(()) };
    let notice = notice.acknowledge(now);
    store::signals::save(tx, &notice, None).await?;
    let application = client_id.to_owned();
    let event = Event::NoticeAcknowledged { notice: notice.id, application, tries, pushed: false };
    let subject = Subject::Consent(notice.consent);
    store::journal::append(tx, party.actor(), subject, event, now).await?;
    Ok(())
}

/// It stays unacknowledged, and the operator sees why.
async fn refuse(
    tx: &mut Tx,
    party: &Party,
    client_id: &str,
    (id, fault): (&str, &str),
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some((notice, tries)) = asked(tx, client_id, id).await? else { return Ok(()) };
    let Stage::Asked { next_try_at, .. } = notice.stage else { return Ok(()) };
    let stage = Stage::Asked { tries, next_try_at, fault: Some(fault.to_owned()) };
    let notice = Notice { stage, ..notice };
    store::signals::save(tx, &notice, None).await?;
    let (application, fault) = (client_id.to_owned(), fault.to_owned());
    let event = Event::NoticeRefused { notice: notice.id, application, fault };
    let subject = Subject::Consent(notice.consent);
    store::journal::append(tx, party.actor(), subject, event, now).await?;
    Ok(())
}

async fn asked(tx: &mut Tx, client_id: &str, id: &str) -> Result<Option<(Notice, u32)>, Refusal> {
    let Ok(id) = id.parse::<NoticeId>() else { return Ok(None) };
    let found = store::signals::load(tx, id).await?.filter(|it| it.application == client_id);
    Ok(found.and_then(|it| match it.stage {
        Stage::Asked { tries, .. } => Some((it, tries)),
        Stage::Acknowledged { .. } | Stage::Deleted { .. } => None,
    }))
}
