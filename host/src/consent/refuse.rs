//! The client read the consent and did not approve it: refused, or left without an answer.

use senim_core::Timestamp;
use senim_core::identity::session::Failure;
use senim_core::journal::deed;
use serde_json::json;

use super::grant;
use crate::app::App;
use crate::http::problem::Refusal;
use crate::identity::dialogue::{Dialogue, Request};
use crate::store::{self, Tx};

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
    let (consent, deed) = if why == Failure::ConsentRefused {
        (requested.refuse(now)?, deed::CONSENT_REFUSED)
    } else {
        (requested.abandon(now)?, "consent.abandoned")
    };
    let (session, shown) = (dialogue.id, grant::shown(dialogue, request));
    store::consent::add(tx, &app.sealer, &*app.chance, &consent, session, &shown).await?;
    let facts = json!({ "session": session, "consumer": consent.consumer });
    store::journal::append(tx, deed, "client", &consent.id.to_string(), facts, now).await?;
    Ok(())
}
