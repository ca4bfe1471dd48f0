//! The cabinet is opened with a passkey (WebAuthn §7.2), for looking and withdrawing.

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use senim_channel::verify_p256_asn1;
use senim_core::Timestamp;
use senim_core::alert::AlertKind;
use senim_core::id::SessionId;
use senim_core::identity::cabinet::SIGNED_IN;
use senim_core::identity::dialogue::{Content, Dialogue};
use senim_core::identity::session::{Person, Session};
use senim_core::journal::Event;
use senim_core::passkey::challenge::AskedTo;
use senim_core::passkey::view::{ShowPasskeyView, SignInWithPasskey};
use senim_core::passkey::{
    Assertion, Ceremony, ClientData, EndedBy, Known, Passkey, PasskeyError, Site,
};
use senim_core::problem::Problem;

use super::{challenge, end};
use crate::alert;
use crate::app::App;
use crate::caller::browser::{self, Visitor};
use crate::caller::limit::limit;
use crate::http::body::{Empty, JsonBody};
use crate::http::cookie;
use crate::http::problem::Refusal;
use crate::identity::cabinet::known;
use crate::identity::{cabinet_time, dialogue};
use crate::storage;
use senim_store::{self as store, Tx};

/// Sessions that one client may open so within [`WITHIN`].
const SESSIONS_MAX: u64 = 30;
const WITHIN: TimeDelta = TimeDelta::minutes(15);

/// `POST /api/cabinet/sign-in/passkey/challenge`. Nothing is stored.
#[tracing::instrument(name = "passkey.ask_to_sign_in", skip_all)]
pub(super) async fn ask(app: App, JsonBody(Empty {}): JsonBody<Empty>) -> Json<ShowPasskeyView> {
    let challenge = challenge::draw(&app, AskedTo::SignIn, app.now());
    Json(ShowPasskeyView { challenge, rp_id: challenge::site(&app).rp_id })
}

/// What the browser sent, decoded.
struct Answer {
    id: Vec<u8>,
    client: ClientData,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    user: Vec<u8>,
}

impl Answer {
    fn read(sent: &SignInWithPasskey, site: &Site) -> Result<Self, Problem> {
        let client = challenge::bytes(&sent.client_data)?;
        Ok(Self {
            id: challenge::bytes(&sent.id)?,
            client: ClientData::read(&client, Ceremony::SignIn, site)
                .map_err(PasskeyError::problem)?,
            authenticator_data: challenge::bytes(&sent.authenticator_data)?,
            signature: challenge::bytes(&sent.signature)?,
            user: challenge::bytes(&sent.user)?,
        })
    }

    /// The new count of signatures, if this passkey gave it.
    fn judge(&self, passkey: &Passkey, site: &Site, now: Timestamp) -> Result<u32, PasskeyError> {
        let credential = passkey.opens(now).ok_or(PasskeyError::NoKey)?;
        let assertion = Assertion {
            client: &self.client,
            authenticator_data: &self.authenticator_data,
            signature: &self.signature,
            user: &self.user,
        };
        let user = passkey.owner.user.to_be_bytes();
        let known = Known { credential, user: &user, sign_count: passkey.sign_count };
        senim_core::passkey::shown(assertion, known, site, |key, signed, signature| {
            verify_p256_asn1(&key.uncompressed(), signed, signature)
        })
    }
}

/// `POST /api/cabinet/sign-in/passkey`.
#[tracing::instrument(name = "passkey.sign_in", skip_all)]
pub(super) async fn sign_in(
    app: App,
    visitor: Visitor,
    headers: HeaderMap,
    JsonBody(sent): JsonBody<SignInWithPasskey>,
) -> Result<Response, Refusal> {
    let now = app.now();
    storage::check_room(&app)?;
    spend(&app, &visitor, now).await?;
    let site = challenge::site(&app);
    let answer = Answer::read(&sent, &site)?;
    let used = challenge::check(&app, &answer.client, AskedTo::SignIn, now)?;
    let secret = app.rng.token();
    let opened = app
        .store
        .transact("passkey.sign_in", async |tx| {
            let passkey = store::passkey::by_credential(tx, &answer.id).await?;
            let passkey = passkey.filter(|it| it.opens(now).is_some());
            let passkey = passkey.ok_or(Problem::PasskeyUnknown)?;
            // Before the count is looked at: an answer that comes twice is no copied key.
            if !store::passkey::use_challenge(tx, &used, now).await? {
                return Err(Problem::PasskeyLate.into());
            }
            match answer.judge(&passkey, &site, now) {
                Ok(count) => {
                    let passkey = passkey.used(count, now);
                    open(tx, &app, (&passkey, &headers), &secret, now).await.map(Ok)
                }
                // That stays; whoever else has the key can't go on with it.
                Err(PasskeyError::Counter) => {
                    let added_in = passkey.added_in;
                    end(tx, passkey, EndedBy::Copied, added_in, now).await?;
                    Ok(Err(PasskeyError::Counter.problem()))
                }
                Err(error) => Err(error.problem().into()),
            }
        })
        .await?;
    let dialogue = opened?;
    let until = dialogue.cabinet_until.unwrap_or(now);
    let view = cabinet_time::view(&dialogue, (now, until), now);
    let cookie = cookie::SESSION.set(&app.config, &secret);
    Ok(([(header::SET_COOKIE, cookie)], Json(view)).into_response())
}

/// A session of the cabinet for whom the passkey was added.
async fn open(
    tx: &mut Tx,
    app: &App,
    (passkey, headers): (&Passkey, &HeaderMap),
    secret: &str,
    now: Timestamp,
) -> Result<Dialogue, Refusal> {
    let owner = &passkey.owner;
    let subject = format!("passkey-sign-in:{}", owner.iin.expose());
    let subject = app.sealer.blind("identity_attempt.subject", &subject);
    limit(tx, &subject, SESSIONS_MAX, WITHIN, now).await?;
    store::passkey::save(tx, passkey).await?;
    let person = Person { iin: owner.iin.clone(), phone: None };
    let language = browser::language(headers);
    let dialogue = Dialogue {
        id: SessionId(app.rng.id()),
        content: Content {
            session: Session::opened_by_passkey(person, language, now),
            request: None,
            requester: None,
            device: Some(browser::device(headers)),
            agreement: None,
            client_name: Some(owner.client_name.clone()),
            full_name: Some(owner.full_name.clone()),
            passkey: Some(passkey.id),
            redirect: Some("/cabinet".to_owned()),
        },
        cabinet_until: Some(now + SIGNED_IN),
    };
    store::identity::add(tx, &dialogue, &browser::hash(secret), now).await?;
    dialogue::record(tx, dialogue.id, Event::PasskeyUsed { passkey: passkey.id }, now).await?;
    let about = alert::About { session: dialogue.id, iin: &owner.iin, language, consumer: None };
    alert::send(tx, app, AlertKind::SignedIn, about, now).await?;
    Ok(dialogue)
}

/// Each answer costs a transaction and the verification of a signature: strangers can't use up what known browsers have.
async fn spend(app: &App, visitor: &Visitor, now: Timestamp) -> Result<(), Refusal> {
    if let Some(known) = known(app, visitor, now).await? {
        app.budgets.passkeys_of_browser.take(known, 1, now)?;
        return Ok(());
    }
    if let Some(origin) = visitor.origin {
        app.budgets.passkeys_of_origin.take(origin, 1, now)?;
    }
    app.budgets.passkeys.take((), 1, now)?;
    Ok(())
}
