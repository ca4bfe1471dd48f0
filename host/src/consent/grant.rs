//! The client approved: registers the consent, which supersedes an older one of the same parties and purpose, or the one that the
//! consumer named.

use senim_core::Timestamp;
use senim_core::consent::words::{Agreed, Parties, Shown};
use senim_core::consent::{Consent, ConsentState, EndedBy};
use senim_core::id::ConsentId;
use senim_core::journal::{Actor, Event, Subject};

use super::end;
use crate::app::App;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::{Dialogue, Request};
use senim_store::{self as store, Tx};

/// Within the transaction that ends the identity session.
pub async fn grant(
    tx: &mut Tx,
    app: &App,
    dialogue: &Dialogue,
    request: &Request,
    now: Timestamp,
) -> Result<Consent, Refusal> {
    let shown = shown(app, dialogue, request);
    let index = store::consent::allocate_index(tx).await?;
    let mut consent = requested(app, request, now).grant(index, shown.agreed.hash(), now)?;
    let replaced = replaced(tx, request).await?;
    if let Some(older) = replaced.filter(|it| it.iin == consent.iin && it.check(now).is_ok()) {
        (consent.grant, consent.replaces) = (older.grant, Some(older.id));
        let by = (EndedBy::Superseded, Some(consent.id));
        end::end(tx, app, older, by, Actor::Platform, now).await?;
    }
    for older in store::consent::given_by(tx, &consent.iin).await? {
        if consent.supersedes(&older) && older.check(now).is_ok() {
            consent.replaces.get_or_insert(older.id);
            let by = (EndedBy::Superseded, Some(consent.id));
            end::end(tx, app, older, by, Actor::Platform, now).await?;
        }
    }
    let session = dialogue.id;
    store::consent::add(tx, &consent, session, &shown).await?;
    let event = Event::ConsentGranted {
        session,
        consumer: consent.consumer,
        application: consent.application.clone(),
        providers: consent.providers.clone(),
        data: consent.limits.data.clone(),
        term_days: consent.term_days,
        reads_a_day: consent.limits.unattended.map(|it| it.reads_a_day),
        edition: app.editions.consent.number,
        language: dialogue.content.session.language(),
    };
    store::journal::append(tx, Actor::Client, Subject::Consent(consent.id), event, now).await?;
    Ok(consent)
}

/// The consent whose place the consumer wants this one to take (Grant Management for OAuth 2.0).
async fn replaced(tx: &mut Tx, request: &Request) -> Result<Option<Consent>, Refusal> {
    let pushed = store::authorization::load(tx, request.authorization).await?;
    let Some(grant) = pushed.and_then(|it| it.pushed.action.grant()) else { return Ok(None) };
    let found = store::consent::of_grant(tx, grant).await?;
    Ok(found.filter(|it| it.application == request.application))
}

pub(super) fn requested(app: &App, request: &Request, now: Timestamp) -> Consent {
    let asked = &request.asked;
    let id = ConsentId(app.rng.id());
    Consent {
        id,
        grant: id,
        replaces: None,
        application: request.application.clone(),
        consumer: request.consumer.bin,
        iin: asked.client.iin.clone(),
        providers: asked.providers.clone(),
        limits: asked.limits.clone(),
        purpose: asked.purpose.clone(),
        term_days: asked.term_days,
        requested_at: now,
        state: ConsentState::Requested,
    }
}

/// What the page shows.
pub(super) fn shown(app: &App, dialogue: &Dialogue, request: &Request) -> Shown {
    Shown {
        edition: Some(app.editions.consent.number),
        language: Some(dialogue.content.session.language()),
        agreed: Agreed::of(&request.asked, parties(dialogue, request)),
    }
}

/// Who gives the consent, who asks for it, and of whom.
pub fn parties<'a>(dialogue: &'a Dialogue, request: &'a Request) -> Parties<'a> {
    Parties {
        giver: dialogue.content.full_name.as_deref().unwrap_or_default(),
        consumer: &request.consumer,
        providers: &request.providers,
    }
}
