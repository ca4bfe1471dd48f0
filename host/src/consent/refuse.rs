//! The client did not approve the consent: refused it, or left without answering.

use senim_core::Timestamp;
use senim_core::identity::session::Failure;
use senim_core::journal::{Actor, Event, Subject};

use super::grant;
use crate::app::App;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::{Dialogue, Request};
use senim_store::{self as store, Tx};

/// Within the transaction that ends the identity session.
pub async fn refuse(
    tx: &mut Tx,
    app: &App,
    dialogue: &Dialogue,
    request: &Request,
    why: Failure,
    now: Timestamp,
) -> Result<(), Refusal> {
    let requested = grant::requested(app, dialogue, request, now)?;
    let (session, shown) = (dialogue.id, grant::shown(app, dialogue, request));
    let consumer = requested.consumer;
    let (consent, event) = if why == Failure::ConsentRefused {
        (requested.refuse(now)?, Event::ConsentRefused { session, consumer })
    } else {
        (requested.abandon(now)?, Event::ConsentAbandoned { session, consumer })
    };
    store::consent::add(tx, &consent, session, &shown).await?;
    store::journal::append(tx, Actor::Client, Subject::Consent(consent.id), event, now).await?;
    Ok(())
}
