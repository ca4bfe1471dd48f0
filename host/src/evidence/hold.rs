//! An operator holds a session's evidence beyond its term, for an open dispute or by law, and lets go of it (DSP-2).
//! Each is journalled. A hold ends by itself, so that nothing is kept for ever because somebody forgot it.

use anyhow::ensure;
use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::SessionId;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::retention::{HOLD_DAYS_MAX, HeldFor};

use crate::app::App;
use senim_store::{self as store, StoreError};

/// `by`: an operator of the console; `because`: which dispute, or which law. Returns when the hold ends.
pub async fn hold(
    app: &App,
    session: SessionId,
    (held_for, days): (HeldFor, u16),
    by: &str,
    because: &str,
) -> anyhow::Result<Timestamp> {
    ensure!((1..=HOLD_DAYS_MAX).contains(&days), "a hold lasts 1 to {HOLD_DAYS_MAX} days");
    let now = app.now();
    let until = now + TimeDelta::days(days.into());
    let found = app
        .store
        .transact("evidence.hold", async |tx| {
            if store::operator::load(tx, by).await?.is_none() {
                return Ok(None);
            }
            if store::identity::load(tx, session).await?.is_none() {
                return Ok(Some(false));
            }
            store::evidence::hold(tx, session, (held_for, by), until, now).await?;
            let event = Event::EvidenceHeld { held_for, until, reason: because.to_owned() };
            let actor = Actor::Operator(by.to_owned());
            store::journal::append(tx, actor, Subject::Session(session), event, now).await?;
            Ok::<_, StoreError>(Some(true))
        })
        .await?;
    ensure!(found.is_some(), "no operator is called `{by}`");
    ensure!(found == Some(true), "there is no such session");
    Ok(until)
}

pub async fn release(app: &App, session: SessionId, by: &str, because: &str) -> anyhow::Result<()> {
    let now = app.now();
    let found = app
        .store
        .transact("evidence.release", async |tx| {
            if store::operator::load(tx, by).await?.is_none() {
                return Ok(None);
            }
            let held = store::evidence::release(tx, session).await?;
            if held {
                let event = Event::EvidenceReleased { reason: because.to_owned() };
                let actor = Actor::Operator(by.to_owned());
                store::journal::append(tx, actor, Subject::Session(session), event, now).await?;
            }
            Ok::<_, StoreError>(Some(held))
        })
        .await?;
    ensure!(found.is_some(), "no operator is called `{by}`");
    ensure!(found == Some(true), "nothing of this session is held");
    Ok(())
}
