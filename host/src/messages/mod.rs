//! Text messages: written in the use case's transaction, then sent to the gateway until it accepts them.

use chrono::TimeDelta;
use futures::StreamExt as _;
use senim_channel::ChannelError;
use senim_core::Timestamp;
use senim_core::activity::view::{self, MessageView};
use senim_core::alert::MessageKind;
use senim_core::id::{Iin, MessageId, Phone, SessionId};
use senim_core::journal::{Actor, Event, Subject};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::outside::OutsideTls;
use crate::outside::gateway::Gateway;
use senim_store::{self as store, StoreError, Tx};

const SEALED: &str = "message.sealed";
/// The most messages that one run of the job processes.
const ROUND_MAX: u64 = 100;
const AT_ONCE: usize = 8;
/// After this time a claimed message may be claimed again: the process that claimed it has died.
const CLAIM: TimeDelta = TimeDelta::seconds(15);
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(30);

#[derive(Clone)]
pub struct Messages(Way);

#[derive(Clone)]
enum Way {
    Gateway(Gateway),
    /// Sends nothing: messages wait in the store until their codes expire.
    Outbox,
}

/// A message as an export shows it: what was sent to whom, and when the gateway took it (DSP-1).
#[derive(Serialize)]
pub struct Delivery {
    pub message: MessageId,
    pub to: Phone,
    pub text: String,
    pub made_at: Timestamp,
    pub tries: u32,
    /// `waiting`, `sent` or `given-up`.
    pub state: String,
    pub finished_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Message {
    to: Phone,
    text: String,
}

impl Messages {
    /// `sms_url` without a slash at the end; absent: outbox only.
    pub fn open(sms_url: Option<&str>, tls: Option<&OutsideTls>) -> Result<Self, ChannelError> {
        let Some(url) = sms_url else { return Ok(Self(Way::Outbox)) };
        Ok(Self(Way::Gateway(Gateway::open(url, tls)?)))
    }
}

/// A message to a client.
pub struct New<'a> {
    pub session: SessionId,
    pub kind: MessageKind,
    /// Whom it is for, where that is known.
    pub iin: Option<&'a Iin>,
    pub to: &'a Phone,
    pub text: String,
    pub good_until: Timestamp,
}

/// Saves a message. [`deliver`] sends it after the commit.
pub async fn queue(
    tx: &mut Tx,
    app: &App,
    new: New<'_>,
    now: Timestamp,
) -> Result<MessageId, StoreError> {
    let New { session, kind, iin, to, text, good_until } = new;
    let id = MessageId(app.rng.id());
    let plain = serde_json::to_vec(&Message { to: to.clone(), text }).unwrap_or_default();
    let sealed = app.sealer.seal(&*app.rng, SEALED, &id.to_string(), &plain);
    let new = store::message::New { id, session, kind, iin, sealed, good_until };
    store::message::add(tx, new, now).await?;
    Ok(id)
}

/// A person's messages, the newest first, without their texts.
pub async fn of_person(
    tx: &mut Tx,
    app: &App,
    iin: &Iin,
    limit: u64,
) -> Result<Vec<MessageView>, StoreError> {
    let mut views = Vec::new();
    for (kind, kept) in store::message::of_person(tx, iin, limit).await? {
        let place = kept.id.to_string();
        let to = opened(app, &place, &kept.sealed)?.to;
        views.push(MessageView {
            kind,
            made_at: kept.made_at,
            phone_masked: to.masked(),
            delivery: match kept.state.as_str() {
                "sent" => view::Delivery::Sent,
                "given-up" => view::Delivery::GivenUp,
                _ => view::Delivery::Waiting,
            },
            finished_at: kept.finished_at,
        });
    }
    Ok(views)
}

/// The messages of a session.
pub async fn of_session(
    tx: &mut Tx,
    app: &App,
    session: SessionId,
) -> Result<Vec<Delivery>, StoreError> {
    let mut deliveries = Vec::new();
    for kept in store::message::of_session(tx, session).await? {
        let place = kept.id.to_string();
        let Message { to, text } = opened(app, &place, &kept.sealed)?;
        deliveries.push(Delivery {
            message: kept.id,
            to,
            text,
            made_at: kept.made_at,
            tries: kept.tries,
            state: kept.state,
            finished_at: kept.finished_at,
        });
    }
    Ok(deliveries)
}

fn opened(app: &App, place: &str, sealed: &[u8]) -> Result<Message, StoreError> {
    let plain = app.sealer.open_sealed(SEALED, place, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| store::inconsistent("message", place))
}

/// Tries once to send a message. The gateway deduplicates by its id.
#[tracing::instrument(name = "message.deliver", skip_all, fields(message.id = %id))]
pub async fn deliver(app: &App, id: MessageId) -> Result<(), StoreError> {
    let Way::Gateway(gateway) = &app.messages.0 else { return Ok(()) };
    let now = app.now();
    let claimed = app
        .store
        .transact("message.claim", async |tx| store::message::claim(tx, id, now + CLAIM, now).await)
        .await?;
    let Some(claimed) = claimed else { return Ok(()) };
    let place = id.to_string();
    let message = opened(app, &place, &claimed.sealed)?;
    let handed_over = gateway.send(id, message.to.expose(), &message.text).await;
    let now = app.now();
    app.store
        .transact("message.finish", async |tx| match &handed_over {
            Ok(()) => {
                store::message::mark_sent(tx, id, now).await?;
                let event = Event::MessageSent { message: id, tries: claimed.tries };
                let subject = Subject::Session(claimed.session);
                store::journal::append(tx, Actor::Platform, subject, event, now).await
            }
            Err(_) => store::message::postpone(tx, id, now + wait(claimed.tries)).await,
        })
        .await?;
    if let Err(error) = handed_over {
        tracing::warn!(%error, tries = claimed.tries, "the SMS gateway did not accept a message");
    }
    Ok(())
}

/// One run of the job: retries waiting messages, gives expired ones up.
pub async fn deliver_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("message.give_up", async |tx| {
            for (id, session) in store::message::give_up(tx, now).await? {
                let event = Event::MessageGivenUp { message: id };
                let subject = Subject::Session(session);
                store::journal::append(tx, Actor::Platform, subject, event, now).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    let due = app
        .store
        .read("message.due", async |tx| store::message::due(tx, now, ROUND_MAX).await)
        .await?;
    // Concurrently: codes expire after three minutes, and a hanging gateway takes seconds for each.
    futures::stream::iter(due)
        .for_each_concurrent(AT_ONCE, async |id| {
            if let Err(error) = deliver(app, id).await {
                tracing::error!(%error, message.id = %id, "can't deliver a message");
            }
        })
        .await;
    Ok(())
}

/// 1, 2, 4 … seconds.
fn wait(tries: u32) -> TimeDelta {
    let doubled = tries.checked_sub(1).and_then(|it| 1_i64.checked_shl(it));
    doubled
        .and_then(TimeDelta::try_seconds)
        .map_or(LONGEST_WAIT, |it| it.clamp(TimeDelta::seconds(1), LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart_up_to_a_limit() {
        let waits: Vec<i64> =
            [1, 2, 3, 5, 6, 63, 64, 65, 1000].map(|it| wait(it).num_seconds()).into();
        assert_eq!(waits, [1, 2, 4, 16, 30, 30, 30, 30, 30]);
    }
}
