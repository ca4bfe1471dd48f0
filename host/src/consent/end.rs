//! A consent ends before its term, whoever ends it: data stops and the consumer is notified (OAPI-5).

use senim_core::Timestamp;
use senim_core::consent::{Consent, ConsentState, EndedBy};
use senim_core::journal::{Actor, Event, Subject};

use crate::http::problem::Refusal;
use senim_store::routing::{Published, touch};
use senim_store::{self as store, StoreError, Tx};

/// In the caller's transaction.
pub async fn end(
    tx: &mut Tx,
    consent: Consent,
    by: EndedBy,
    actor: Actor,
    now: Timestamp,
) -> Result<Consent, Refusal> {
    let consent = consent.end(by, now)?;
    save(tx, &consent, by, actor, now).await?;
    Ok(consent)
}

/// Saves one that has just ended.
pub(super) async fn save(
    tx: &mut Tx,
    ended: &Consent,
    by: EndedBy,
    actor: Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    store::consent::save(tx, ended).await?;
    touch(tx, Published::StatusList).await?;
    store::consent::add_notice(tx, ended.id, ended.consumer, Some(by), now).await?;
    let uses = store::usage::use_totals(tx, ended.id).await?;
    let event = Event::ConsentEnded {
        by,
        consumer: ended.consumer,
        granted_at: granted_at(ended),
        uses: uses.map_or(0, |(uses, _)| uses),
    };
    store::journal::append(tx, actor, Subject::Consent(ended.id), event, now).await
}

fn granted_at(consent: &Consent) -> Option<Timestamp> {
    match &consent.state {
        ConsentState::Granted(granted) | ConsentState::Ended { granted, .. } => {
            Some(granted.granted_at)
        }
        ConsentState::Requested | ConsentState::Refused { .. } | ConsentState::Abandoned { .. } => {
            None
        }
    }
}
