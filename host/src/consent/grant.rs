//! The client approved: registers the consent, which supersedes an older one of the same parties and purpose, or the one that the
//! consumer named.

use std::collections::BTreeSet;

use senim_core::Timestamp;
use senim_core::agreement::RuleText;
use senim_core::alert::AlertKind;
use senim_core::consent::words::{self, Agreed, Parties, Shown};
use senim_core::consent::{AskedFor, Consent, ConsentState, Disclosure, EndedBy, Limits};
use senim_core::id::ConsentId;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::text::Language;

use super::end;
use crate::alert;
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
    let index = store::consent::allocate_index(tx, now).await?;
    let requested = requested(app, dialogue, request, now)?;
    let mut consent = requested.grant(index, shown.agreed.hash(), now)?;
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
    let (consumer, application) = (consent.consumer, consent.application.clone());
    let event = match &consent.identity {
        None => Event::ConsentGranted {
            session,
            consumer,
            application,
            providers: consent.providers.clone(),
            data: consent.limits.data.clone(),
            term_days: consent.term_days,
            reads_a_day: consent.limits.unattended.map(|it| it.reads_a_day),
            edition: app.editions.consent.number,
            language: dialogue.content.session.language(),
        },
        Some(disclosure) => Event::ConsentIdentityGranted {
            session,
            consumer,
            application,
            fields: disclosure.fields.clone(),
            once: disclosure.once,
            term_days: consent.term_days,
            edition: app.editions.consent.number,
            language: dialogue.content.session.language(),
        },
    };
    store::journal::append(tx, Actor::Client, Subject::Consent(consent.id), event, now).await?;
    let by = (session, Some(dialogue.content.session.language()));
    alert::of_consent(tx, app, AlertKind::ConsentGiven, &consent, by, now).await?;
    Ok(consent)
}

/// The consent whose place the consumer wants this one to take (Grant Management for OAuth 2.0).
async fn replaced(tx: &mut Tx, request: &Request) -> Result<Option<Consent>, Refusal> {
    let pushed = store::authorization::load(tx, request.authorization).await?;
    let Some(grant) = pushed.and_then(|it| it.pushed.action.grant()) else { return Ok(None) };
    let found = store::consent::of_grant(tx, grant).await?;
    Ok(found.filter(|it| it.application == request.application))
}

pub(super) fn requested(
    app: &App,
    dialogue: &Dialogue,
    request: &Request,
    now: Timestamp,
) -> Result<Consent, Refusal> {
    let id = ConsentId(app.rng.id());
    let asked = &request.asked;
    let requested = Consent {
        id,
        grant: id,
        replaces: None,
        application: request.application.clone(),
        consumer: request.consumer.bin,
        iin: asked.client().iin.clone(),
        providers: BTreeSet::new(),
        limits: Limits::default(),
        identity: None,
        purpose: asked.purpose().clone(),
        term_days: None,
        requested_at: now,
        state: ConsentState::Requested,
    };
    Ok(match asked {
        AskedFor::Accounts(asked) => Consent {
            providers: asked.providers.clone(),
            limits: asked.limits.clone(),
            term_days: asked.term_days,
            ..requested
        },
        AskedFor::Identity(asked) => {
            let proved_at = dialogue.content.session.proved_at();
            let disclosure = Disclosure {
                fields: asked.claims.clone(),
                once: asked.term_days.is_none(),
                phone: asked.client.phone.clone(),
                session: dialogue.id,
                authenticated_at: proved_at
                    .ok_or_else(|| Refusal::internal("a consent before its client was known"))?,
            };
            Consent { identity: Some(disclosure), term_days: asked.term_days, ..requested }
        }
    })
}

/// What the page shows.
pub(super) fn shown(app: &App, dialogue: &Dialogue, request: &Request) -> Shown {
    let parties = parties(dialogue, request);
    Shown {
        rule: RuleText::Consent,
        edition: Some(app.editions.consent.number),
        language: Some(dialogue.content.session.language()),
        agreed: Agreed::of(&request.asked, parties),
        english: words::text(Language::En, &request.asked, parties),
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
