//! Alerts: text messages that tell a client what was done in their name (core/src/alert). Written in the transaction of what
//! they tell of; the room `messages` sends them until the gateway accepts.

use senim_core::Timestamp;
use senim_core::alert::{AlertKind, FORMER_NUMBER_FOR, GOOD_FOR, MOST, MessageKind, WITHIN, text};
use senim_core::consent::Consent;
use senim_core::id::{Iin, SessionId};
use senim_core::text::Language;

use crate::app::App;
use crate::messages;
use senim_store::{self as store, StoreError, Tx};

/// What an alert is about.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// In which it was done; the first use of a consent belongs to the session in which it was given.
    pub session: SessionId,
    pub iin: &'a Iin,
    pub language: Language,
    /// The organisation's name; absent in a sign-in.
    pub consumer: Option<&'a str>,
}

/// Queues an alert for the number that the client has confirmed, and for the one before where it was changed lately. Nothing
/// where the configuration turned this kind off, no number is known, or the person has had their day's share.
pub async fn send(
    tx: &mut Tx,
    app: &App,
    kind: AlertKind,
    about: About<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !app.config.alerts.contains(&kind) {
        return Ok(());
    }
    if store::message::alerts_since(tx, about.iin, now - WITHIN).await? >= MOST {
        tracing::warn!(?kind, session.id = %about.session, "an alert was left out: the person's share of the day is used up");
        return Ok(());
    }
    let confirmed = store::identity::confirmed_phone(tx, about.iin).await?;
    let former = store::identity::former_phone(tx, about.iin, now - FORMER_NUMBER_FOR).await?;
    let cabinet = format!("{}/cabinet", app.config.pages_url);
    let said = text(about.language, kind, about.consumer.unwrap_or_default(), &cabinet);
    for to in confirmed.iter().chain(&former) {
        let new = messages::New {
            session: about.session,
            kind: MessageKind::Alert(kind),
            iin: Some(about.iin),
            to,
            text: said.clone(),
            good_until: now + GOOD_FOR,
        };
        messages::queue(tx, app, new, now).await?;
    }
    Ok(())
}

/// The same about a consent. `language`: absent where it is not the client who acts; then it is the one in which they gave it.
pub async fn of_consent(
    tx: &mut Tx,
    app: &App,
    kind: AlertKind,
    consent: &Consent,
    (session, language): (SessionId, Option<Language>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let language = match language {
        Some(language) => language,
        None => store::consent::shown(tx, consent.id)
            .await?
            .and_then(|it| it.language)
            .unwrap_or_default(),
    };
    let name = store::participant::name(tx, consent.consumer).await?;
    let name = name.map_or_else(|| consent.consumer.to_string(), |it| it.name);
    let about = About { session, iin: &consent.iin, language, consumer: Some(&name) };
    send(tx, app, kind, about, now).await
}

/// An answered request under a consent was recorded for the first time ever, by whichever report and host: tells the client once.
pub async fn used(
    tx: &mut Tx,
    app: &App,
    consent: &Consent,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !store::consent::tell_first_use(tx, consent.id, now).await? {
        return Ok(());
    }
    let Some(session) = store::consent::session_of(tx, consent.id).await? else { return Ok(()) };
    of_consent(tx, app, AlertKind::ConsentUsed, consent, (session, None), now).await
}
