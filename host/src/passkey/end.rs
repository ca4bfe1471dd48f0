//! How passkeys end: one, all of a client, those whose term is over.

use senim_core::Timestamp;
use senim_core::id::{Iin, SessionId};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::passkey::challenge::{LIFETIME, SKEW};
use senim_core::passkey::{EndedBy, Passkey};

use crate::app::App;
use senim_store::{self as store, StoreError, Tx};

/// Sessions that it opened are signed out, but for `session`, in which that was done.
pub(crate) async fn end(
    tx: &mut Tx,
    passkey: Passkey,
    by: EndedBy,
    session: SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = passkey.id;
    store::passkey::save(tx, &passkey.end(by, now)).await?;
    store::passkey::sign_out(tx, id, session, now).await?;
    let actor = match by {
        EndedBy::Agreement | EndedBy::Client | EndedBy::Report => Actor::Client,
        EndedBy::Copied | EndedBy::Term => Actor::Platform,
    };
    let event = Event::PasskeyEnded { passkey: id, by };
    store::journal::append(tx, actor, Subject::Session(session), event, now).await
}

/// Those of a client that `ends` chooses; returns how many.
pub(crate) async fn all_of(
    tx: &mut Tx,
    (iin, session): (&Iin, SessionId),
    by: EndedBy,
    ends: impl Fn(&Passkey) -> bool,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    for passkey in store::passkey::opening(tx, iin).await? {
        if ends(&passkey) {
            end(tx, passkey, by, session, now).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Passkeys of one transaction.
const ROUND_MAX: u64 = 100;

/// Ends and deletes what was added before; returns how many rows went.
pub(crate) async fn expire(
    tx: &mut Tx,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let over = store::passkey::added_before(tx, before, ROUND_MAX).await?;
    let gone = over.len() as u64;
    for passkey in over {
        let id = passkey.id;
        if passkey.ended.is_none() {
            let added_in = passkey.added_in;
            end(tx, passkey, EndedBy::Term, added_in, now).await?;
        }
        store::passkey::forget(tx, id).await?;
    }
    Ok(gone)
}

/// The job that forgets which challenges were used, once these are over by themselves.
pub(crate) async fn forget_challenges(app: &App) -> Result<(), StoreError> {
    let before = app.now() - LIFETIME - SKEW;
    app.store
        .transact("passkey.forget_challenges", async |tx| {
            store::passkey::forget_challenges(tx, before).await.map(drop)
        })
        .await
}
