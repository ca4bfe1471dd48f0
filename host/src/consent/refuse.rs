//! The client read the consent and did not approve it: refused, or left without an answer.

use senim_core::Timestamp;
use senim_core::identity::session::Failure;
use senim_core::journal::event;
use serde_json::json;

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
    let requested = grant::requested(app, request, now);
    let (consent, event) = if why == Failure::ConsentRefused {
        (requested.refuse(now)?, event::CONSENT_REFUSED)
    } else {
        (requested.abandon(now)?, "consent.abandoned")
    };
    let (session, shown) = (dialogue.id, grant::shown(dialogue, request));
    store::consent::add(tx, &consent, session, &shown).await?;
    let facts = json!({ "session": session, "consumer": consent.consumer });
    store::journal::append(tx, event, "client", &consent.id.to_string(), facts, now).await?;
    Ok(())
}
