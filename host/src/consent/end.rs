//! A consent ends before its term, whoever ends it: data stops, and the consumer is told and owes deletion (OAPI-5).

use senim_core::Timestamp;
use senim_core::consent::{Consent, ConsentState, EndedBy};
use senim_core::id::{ConsentId, NoticeId};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::signals::Notice;
use senim_core::status::Entry;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError, Tx};

/// By whom it ends, and which consent takes its place.
pub type End = (EndedBy, Option<ConsentId>);

/// In the caller's transaction.
pub async fn end(
    tx: &mut Tx,
    app: &App,
    consent: Consent,
    (by, replaced_by): End,
    actor: Actor,
    now: Timestamp,
) -> Result<Consent, Refusal> {
    let consent = consent.end(by, now)?;
    save(tx, app, &consent, (by, replaced_by), actor, now).await?;
    Ok(consent)
}

/// Saves one that has just ended.
pub(super) async fn save(
    tx: &mut Tx,
    app: &App,
    ended: &Consent,
    (by, replaced_by): End,
    actor: Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    store::consent::save(tx, ended).await?;
    if let ConsentState::Ended { granted, .. } = &ended.state {
        let entry = if by == EndedBy::Changed { Entry::Changed } else { Entry::Ended };
        let place = store::feed::append_end(tx, granted.index, entry, now).await?;
        store::consent::set_ended_at_place(tx, ended.id, place).await?;
    }
    tell(tx, app, ended, (Some(by), replaced_by), now).await?;
    let uses = store::usage::use_totals(tx, ended.id).await?;
    let event = Event::ConsentEnded {
        by,
        consumer: ended.consumer,
        granted_at: granted_at(ended),
        uses: uses.map_or(0, |(uses, _)| uses),
    };
    store::journal::append(tx, actor, Subject::Consent(ended.id), event, now).await
}

/// The notice to the consumer; the room `signals` delivers it. `None`: its term ended it.
pub(super) async fn tell(
    tx: &mut Tx,
    app: &App,
    ended: &Consent,
    why: (Option<EndedBy>, Option<ConsentId>),
    ended_at: Timestamp,
) -> Result<(), StoreError> {
    // An authentication without personal data leaves nothing to delete.
    if ended.identity.as_ref().is_some_and(|it| it.fields.is_empty()) {
        return Ok(());
    }
    let within = app.config.deletion_within.0;
    let notice = Notice::of(NoticeId(app.rng.id()), ended, why, ended_at, within);
    store::signals::add(tx, &notice).await
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
