//! An identity session as the host stores it, and the execution of the effects that core's session returns.

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::alert::{AlertKind, MessageKind};
use senim_core::consent::words;
use senim_core::id::{MessageId, SessionId};
use senim_core::identity::cabinet::SIGNED_IN;
use senim_core::identity::dialogue::{Content, Dialogue};
use senim_core::identity::session::{
    CODE_LIFETIME, CodeDigest, Effect, Failure, HandoffState, Input, SessionError, Step,
};
use senim_core::jose::from_base64;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::problem::Problem;

use super::challenge;
use crate::alert;
use crate::app::App;
use crate::authorization::{self, Outcome};
use crate::caller::browser::{Browser, Page};
use crate::consent;
use crate::http::problem::Refusal;
use crate::messages;
use senim_store::{self as store, Tx};

/// How long after the end the redirect is shown again to the cookie that approved the session.
const LOST_ANSWER: TimeDelta = TimeDelta::minutes(1);

/// The result of one input.
pub struct Advanced {
    pub dialogue: Dialogue,
    pub refused: Option<Problem>,
    pub ask_source: bool,
    pub open_front: bool,
    /// The number of the check to judge.
    pub judge: Option<u8>,
    messages: Vec<MessageId>,
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        error.problem().into()
    }
}

/// One step in a transaction of its own: load, decide, save, answer.
pub async fn step(
    app: &App,
    name: &'static str,
    page: &Page,
    digits: Option<&str>,
    input: impl Fn(&Dialogue) -> Input,
) -> Result<Dialogue, Refusal> {
    let now = app.now();
    let advanced = app
        .store
        .transact(name, async |tx| {
            let dialogue = open(tx, app, page).await?;
            let input = input(&dialogue);
            advance(tx, app, dialogue, input, digits, now).await
        })
        .await?;
    settle(app, advanced)
}

/// Which of a session's devices asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The one in which the session was opened.
    First,
    /// The one that opened a link of it: good for the camera step, once the first device has confirmed it.
    Phone,
}

/// The session that the page acts in; refused if the browser now holds another one.
pub async fn open(tx: &mut Tx, app: &App, page: &Page) -> Result<Dialogue, Refusal> {
    let Some(dialogue) = store::identity::by_secret(tx, &page.browser.0).await? else {
        return Err(elsewhere(tx, &page.browser).await?.into());
    };
    app.budgets.browsers.found(&page.browser.0);
    if dialogue.id != page.session {
        return Err(Problem::IdentityOtherSession.into());
    }
    Ok(dialogue)
}

/// The same for the camera step, which one device has at a time.
pub async fn open_at_camera(
    tx: &mut Tx,
    app: &App,
    page: &Page,
) -> Result<(Dialogue, Device), Refusal> {
    let now = app.now();
    let acts = |dialogue: &Dialogue| dialogue.content.session.handoff(now) == HandoffState::Acting;
    if let Some(dialogue) = store::devices::by_phone(tx, &page.browser.0).await? {
        app.budgets.browsers.found(&page.browser.0);
        if dialogue.id != page.session || !acts(&dialogue) {
            return Err(Problem::IdentityPhoneCameraOnly.into());
        }
        return Ok((dialogue, Device::Phone));
    }
    let dialogue = open(tx, app, page).await?;
    if acts(&dialogue) {
        return Err(Problem::IdentityPhoneHasCamera.into());
    }
    Ok((dialogue, Device::First))
}

/// Why a cookie opens no session.
async fn elsewhere(tx: &mut Tx, browser: &Browser) -> Result<Problem, store::StoreError> {
    if store::devices::by_phone(tx, &browser.0).await?.is_some() {
        return Ok(Problem::IdentityPhoneCameraOnly);
    }
    let left = store::devices::has_left(tx, &browser.0).await?;
    Ok(if left { Problem::IdentityMoved } else { Problem::IdentityNoSession })
}

/// The session to show, also to a browser that lost the response that ended it.
pub async fn seen(
    tx: &mut Tx,
    app: &App,
    browser: &Browser,
    now: Timestamp,
) -> Result<(Dialogue, Device), Refusal> {
    if let Some(dialogue) = store::identity::by_secret(tx, &browser.0).await? {
        app.budgets.browsers.found(&browser.0);
        return Ok((dialogue, Device::First));
    }
    if let Some(dialogue) = store::devices::by_phone(tx, &browser.0).await? {
        app.budgets.browsers.found(&browser.0);
        return Ok((dialogue, Device::Phone));
    }
    let since = now - LOST_ANSWER;
    match store::identity::by_former_secret(tx, &browser.0, since).await? {
        Some(ended) => Ok((ended, Device::First)),
        None => Err(elsewhere(tx, browser).await?.into()),
    }
}

/// Feeds the input to the session and carries out its effects in the caller's transaction.
///
/// `digits`: the code behind the input's digest, if a message may have to be sent.
pub async fn advance(
    tx: &mut Tx,
    app: &App,
    dialogue: Dialogue,
    input: Input,
    digits: Option<&str>,
    now: Timestamp,
) -> Result<Advanced, Refusal> {
    let Dialogue { id, content, cabinet_until } = dialogue;
    let before = content.session.step().clone();
    let requester = content.requester();
    let checks = (content.session.checks(), content.session.checks_left());
    let extended = content.session.extensions();
    let (session, effects) = content.session.handle(input, now)?;
    let dialogue = Dialogue { id, content: Content { session, ..content }, cabinet_until };
    let mut advanced = Advanced {
        dialogue,
        refused: None,
        ask_source: false,
        open_front: false,
        judge: None,
        messages: Vec::new(),
    };
    for effect in effects {
        match effect {
            Effect::AskSource => advanced.ask_source = true,
            Effect::Challenged { check } => {
                let session = &advanced.dialogue.content.session;
                let asked = match (session.challenge(), session.front()) {
                    (Some(challenge), _) => {
                        store::check::add(tx, id, (check, challenge), now).await?;
                        challenge::summary(challenge)
                    }
                    (None, Some(front)) => {
                        store::check::add(tx, id, (check, front), now).await?;
                        format!("by {}", front.solution)
                    }
                    (None, None) => return Err(Refusal::internal("no challenge was drawn")),
                };
                if let Some(person) = advanced.dialogue.content.session.person() {
                    let whose = (&person.iin, &requester);
                    store::check::add_draw(tx, (id, check), whose, now).await?;
                }
                record(tx, id, Event::IdentityChallenged { check, asked }, now).await?;
            }
            Effect::OpenFront => advanced.open_front = true,
            Effect::Judge { check } => advanced.judge = Some(check),
            Effect::Refuse(problem) => advanced.refused = Some(problem),
            Effect::Block { iin, until } => {
                store::check::block(tx, &iin, &requester, until).await?;
                let event = Event::IdentityBlocked { until, requester: requester.kind().into() };
                record(tx, id, event, now).await?;
            }
            Effect::SendCode { to } => {
                let digits = digits.ok_or_else(|| Refusal::internal("no code was drawn"))?;
                let request = advanced.dialogue.content.request.as_ref();
                let consumer = request.map(|it| it.consumer.name.as_str());
                let language = advanced.dialogue.content.session.language();
                let host = app.config.pages_host();
                let text = words::code_message(language, digits, consumer, &host);
                let person = advanced.dialogue.content.session.person();
                let new = messages::New {
                    session: id,
                    kind: MessageKind::Code,
                    iin: person.map(|it| &it.iin),
                    to: &to,
                    text,
                    good_until: now + CODE_LIFETIME,
                };
                let message = messages::queue(tx, app, new, now).await?;
                record(tx, id, Event::IdentityCodeSent { message }, now).await?;
                advanced.messages.push(message);
            }
            Effect::Finish => finish(tx, app, &mut advanced.dialogue, &before, now).await?,
        }
    }
    let session = &advanced.dialogue.content.session;
    if let (Step::Liveness { person, .. }, Step::Code { .. }) = (&before, session.step()) {
        store::check::forget_draws(tx, &person.iin, &requester).await?;
    }
    if session.checks_left() > checks.1 {
        // It failed because of us, so the attempt does not count.
        store::check::forget_draw(tx, (id, checks.0)).await?;
    }
    let extensions = session.extensions();
    if extensions > extended {
        record(tx, id, Event::IdentityExtended { extensions }, now).await?;
    }
    store::identity::save(tx, &advanced.dialogue).await?;
    Ok(advanced)
}

/// After the commit: sends messages, and returns the refusal if there was one.
pub fn settle(app: &App, advanced: Advanced) -> Result<Dialogue, Refusal> {
    for message in advanced.messages {
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(error) = messages::deliver(&app, message).await {
                tracing::error!(%error, "can't deliver a message");
            }
        });
    }
    let Some(problem) = advanced.refused else { return Ok(advanced.dialogue) };
    let blocked_until =
        advanced.dialogue.content.session.failure().and_then(Failure::blocked_until);
    Err(match blocked_until {
        Some(until) => Refusal::Later { problem, retry_after: until - app.now() },
        None => problem.into(),
    })
}

/// The session has ended: the client's answer is registered, the consumer gets its redirect.
async fn finish(
    tx: &mut Tx,
    app: &App,
    dialogue: &mut Dialogue,
    before: &Step,
    now: Timestamp,
) -> Result<(), Refusal> {
    let failure = dialogue.content.session.failure();
    if failure.is_none() {
        dialogue.cabinet_until = Some(now + SIGNED_IN);
        record(tx, dialogue.id, Event::IdentityPassed {}, now).await?;
        let person = dialogue.content.session.person();
        if let (Some(person), Some(accepted)) = (person, &dialogue.content.agreement) {
            store::agreement::add_acceptance(tx, dialogue.id, &person.iin, accepted).await?;
        }
    }
    if let Some(why) = failure {
        let event = Event::IdentityFailed { problem: why.problem() };
        record(tx, dialogue.id, event, now).await?;
    }
    let Some(request) = dialogue.content.request.clone() else {
        dialogue.content.redirect = failure.is_none().then(|| "/cabinet".to_owned());
        let session = &dialogue.content.session;
        if let Some(person) = session.person().filter(|_| failure.is_none()) {
            let about = alert::About {
                session: dialogue.id,
                iin: &person.iin,
                language: session.language(),
                consumer: None,
            };
            alert::send(tx, app, AlertKind::SignedIn, about, now).await?;
        }
        return Ok(());
    };
    let outcome = match failure {
        None => {
            let consent = consent::grant::grant(tx, app, dialogue, &request, now).await?;
            Outcome::Granted { consent }
        }
        Some(why) => {
            if matches!(before, Step::Consent { .. }) && !matches!(why, Failure::Withheld(_)) {
                consent::refuse::refuse(tx, app, dialogue, &request, why, now).await?;
            }
            Outcome::Refused(dialogue.content.session.mark().unwrap_or(why.problem()))
        }
    };
    let finished = authorization::finish(tx, app, request.authorization, outcome, now).await;
    dialogue.content.redirect = match finished {
        Ok(redirect) => Some(redirect),
        // The request has been deleted: nobody waits for it, but the session must still end.
        Err(refusal) if failure.is_some() && refusal.problem() == Problem::AuthorizationUnknown => {
            None
        }
        Err(refusal) => return Err(refusal),
    };
    Ok(())
}

/// Writes a session's event to the journal.
pub async fn record(
    tx: &mut Tx,
    id: SessionId,
    event: Event,
    now: Timestamp,
) -> Result<(), store::StoreError> {
    store::journal::append(tx, Actor::Client, Subject::Session(id), event, now).await
}

/// Six digits, uniformly random.
pub fn draw(app: &App) -> String {
    format!("{:06}", app.rng.below(1_000_000))
}

/// The keyed hash of a code in this session, so that codes can't be guessed from the rows without the master key.
pub fn digest(app: &App, id: SessionId, digits: &str) -> CodeDigest {
    let hash = app.sealer.blind("identity_session.code", &format!("{id}:{digits}"));
    let bytes = from_base64(&hash).ok().and_then(|it| it.try_into().ok());
    CodeDigest(bytes.unwrap_or_else(|| unreachable!("a blind index is 32 bytes in base64url")))
}
