//! The job that pushes security event tokens (RFC 8935) until they are acknowledged, each time after a longer pause.

use std::time::Duration;

use futures::StreamExt as _;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Request, StatusCode};
use senim_channel::{Outbound, OutboundError};
use senim_core::id::NoticeId;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::signals::{Notice, SET_MEDIA_TYPE, SET_TYPE, Stage, fault_of};

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError};

/// The most that one run of the job pushes.
const ROUND_MAX: u64 = 100;
const AT_ONCE: usize = 8;
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: usize = 16 * 1024;

pub async fn deliver_due(app: &App) -> Result<(), StoreError> {
    let Some(receivers) = &app.receivers else { return Ok(()) };
    let now = app.now();
    let due = app
        .store
        .read("signals.due", async |tx| store::signals::due(tx, now, ROUND_MAX).await)
        .await?;
    // Concurrently: a receiver that hangs delays no other.
    futures::stream::iter(due)
        .for_each_concurrent(AT_ONCE, async |(id, url)| {
            if let Err(error) = deliver(app, receivers, id, &url).await {
                tracing::error!(%error, notice = %id, "can't push a security event");
            }
        })
        .await;
    Ok(())
}

/// The try is counted before it is made, so that a host killed in it does not push without a pause.
#[tracing::instrument(name = "signals.deliver", skip_all, fields(notice = %id))]
async fn deliver(app: &App, receivers: &Outbound, id: NoticeId, url: &str) -> Result<(), Refusal> {
    let now = app.now();
    let claimed = app
        .store
        .transact("signals.claim", async |tx| {
            let Some(notice) = store::signals::load(tx, id).await? else { return Ok(None) };
            let Stage::Asked { next_try_at, fault, .. } = &notice.stage else { return Ok(None) };
            if *next_try_at > now {
                // Another process has it.
                return Ok(None);
            }
            let fault = fault.clone();
            let notice = notice.tried(fault, now);
            store::signals::save(tx, &notice, None).await?;
            Ok::<_, StoreError>(Some(notice))
        })
        .await?;
    let Some(notice) = claimed else { return Ok(()) };
    let set = app.keys.sign(SET_TYPE, &notice.claims(&app.config.issuer, now), now)?;
    let outcome = push(receivers, url, set).await;
    if let Err(fault) = &outcome {
        tracing::warn!(fault, "a receiver did not acknowledge a security event");
    }
    app.store
        .transact("signals.finish", async |tx| finish(tx, app, &notice, &outcome).await)
        .await?;
    Ok(())
}

/// RFC 8935 §2.2 to §2.4; the error says in a word what was wrong.
async fn push(receivers: &Outbound, url: &str, set: String) -> Result<(), String> {
    let request = Request::post(url)
        .header(CONTENT_TYPE, SET_MEDIA_TYPE)
        .header(ACCEPT, "application/json")
        .body(set.into());
    let request = request.map_err(|_| "address".to_owned())?;
    let answer = receivers.send(request, ANSWER_WITHIN).await.map_err(|error| match error {
        OutboundError::Slow => "timeout".to_owned(),
        OutboundError::Request(_)
        | OutboundError::Body(_)
        | OutboundError::Unreachable(_)
        | OutboundError::TooLarge
        | OutboundError::Broken(_) => "unreachable".to_owned(),
    })?;
    let status = answer.status();
    if status == StatusCode::ACCEPTED {
        return Ok(());
    }
    let body = answer.body(ANSWER_BYTES_MAX).await.unwrap_or_default();
    let said = (status == StatusCode::BAD_REQUEST).then(|| fault_of(&body)).flatten();
    Err(said.unwrap_or_else(|| format!("status-{}", status.as_u16())))
}

async fn finish(
    tx: &mut store::Tx,
    app: &App,
    tried: &Notice,
    outcome: &Result<(), String>,
) -> Result<(), StoreError> {
    let now = app.now();
    let Some(notice) = store::signals::load(tx, tried.id).await? else { return Ok(()) };
    // It may have been acknowledged by a poll meanwhile.
    let Stage::Asked { tries, next_try_at, .. } = notice.stage else { return Ok(()) };
    match outcome {
        Ok(()) => {
            let notice = notice.acknowledge(now);
            store::signals::save(tx, &notice, None).await?;
            let event = Event::NoticeAcknowledged {
                notice: notice.id,
                application: notice.application.clone(),
                tries,
                pushed: true,
            };
            let (actor, subject) =
                (Actor::Participant(notice.consumer), Subject::Consent(notice.consent));
            store::journal::append(tx, actor, subject, event, now).await
        }
        Err(fault) => {
            let stage = Stage::Asked { tries, next_try_at, fault: Some(fault.clone()) };
            store::signals::save(tx, &Notice { stage, ..notice }, None).await
        }
    }
}
