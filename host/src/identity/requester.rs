//! The requester of a session, by which a person's checks are counted (IDX-2).

use senim_core::Timestamp;
use senim_core::id::Iin;
use senim_core::identity::requester::{Allowance, KIND_WITHIN, Requester, allowance as left};

use crate::caller::browser::Visitor;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, StoreError, Tx};

pub async fn of(
    tx: &mut Tx,
    visitor: &Visitor,
    dialogue: &Dialogue,
    iin: &Iin,
    now: Timestamp,
) -> Result<Requester, StoreError> {
    if let Some(hash) = &visitor.known
        && store::identity::browser_knows(tx, hash, iin, now).await?
    {
        return Ok(Requester::KnownBrowser(hash.clone()));
    }
    Ok(match (&dialogue.content.request, visitor.origin) {
        (Some(request), _) => Requester::Participant(request.consumer.bin),
        (None, Some(origin)) => Requester::Address(origin.to_string()),
        (None, None) => Requester::Unknown,
    })
}

/// Whether one more challenge may be drawn. Call it in the transaction that draws the challenge.
pub async fn allowance(
    tx: &mut Tx,
    dialogue: &Dialogue,
    now: Timestamp,
) -> Result<Allowance, StoreError> {
    let Some(person) = dialogue.content.session.person() else { return Ok(Allowance::Left) };
    let requester = dialogue.content.requester();
    // The longer of the two windows.
    let since = now - KIND_WITHIN;
    let own = store::check::drawn(tx, &person.iin, &requester, since).await?;
    let kind = requester.kind();
    let of_kind = store::check::drawn_of_kind(tx, &person.iin, kind, since).await?;
    Ok(left(&own, &of_kind, now))
}

/// Until when liveness checks are blocked for the session's client.
pub async fn blocked_until(
    tx: &mut Tx,
    dialogue: &Dialogue,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    match dialogue.content.session.person() {
        Some(person) => {
            let requester = dialogue.content.requester();
            store::check::blocked_until(tx, &person.iin, &requester, now).await
        }
        None => Ok(None),
    }
}
