//! A consent ends before its term, whoever ends it: data stops and the consumer is notified (OAPI-5).

use senim_core::Timestamp;
use senim_core::consent::{Consent, ConsentState, EndedBy};
use senim_core::journal::{Actor, Event, Subject};

use crate::http::problem::Refusal;
use senim_store::routing::{Published, touch};
use senim_store::{self as store, Tx};

/// In the caller's transaction.
pub async fn end(
    tx: &mut Tx,
    consent: Consent,
    by: EndedBy,
    actor: Actor,
    now: Timestamp,
) -> Result<Consent, Refusal> {
    let consent = consent.end(by, now)?;
    store::consent::save(tx, &consent).await?;
    touch(tx, Published::StatusList).await?;
    store::consent::add_notice(tx, consent.id, consent.consumer, Some(by), now).await?;
    let uses = store::usage::use_totals(tx, consent.id).await?;
    let event = Event::ConsentEnded {
        by,
        consumer: consent.consumer,
        granted_at: granted_at(&consent),
        uses: uses.map_or(0, |(uses, _)| uses),
    };
    store::journal::append(tx, actor, Subject::Consent(consent.id), event, now).await?;
    Ok(consent)
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
