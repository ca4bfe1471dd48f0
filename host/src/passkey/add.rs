//! The client adds a passkey: what the browser is asked, and what it answers (WebAuthn §7.1).

use axum::Json;
use axum::http::HeaderMap;
use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::alert::AlertKind;
use senim_core::id::PasskeyId;
use senim_core::identity::cabinet::Act;
use senim_core::jose::to_base64;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::passkey::challenge::AskedTo;
use senim_core::passkey::view::{AddPasskey, AddPasskeyView, PasskeysView};
use senim_core::passkey::{
    Ceremony, ClientData, MOST, Owner, Passkey, PasskeyError, PublicKey, added,
};
use senim_core::problem::Problem;

use super::{challenge, list};
use crate::alert;
use crate::app::App;
use crate::caller::Client;
use crate::caller::browser;
use crate::caller::limit::limit;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// That one client may add within [`WITHIN`]: added and removed ones stay in the list for their term.
const ADDED_MOST: u64 = 20;
const WITHIN: TimeDelta = TimeDelta::days(1);

/// `POST /api/cabinet/passkeys/challenge`.
#[tracing::instrument(name = "passkey.ask", skip_all)]
pub(super) async fn ask(
    app: App,
    client: Client,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<AddPasskeyView>, Refusal> {
    let now = app.now();
    client.may(Act::AddPasskey, now)?;
    let (user, exclude) = app
        .store
        .read("passkey.ask", async |tx| {
            let opening = room_for_one(tx, &client, now).await?;
            let newest = store::passkey::of_person(tx, &client.iin, 1).await?;
            let credentials = opening.iter().filter_map(|it| it.owner.credential.as_ref());
            let exclude = credentials.map(|it| to_base64(&it.id)).collect();
            Ok::<_, Refusal>((newest.first().map(|it| it.owner.user), exclude))
        })
        .await?;
    let user = user.unwrap_or_else(|| app.rng.id());
    let to = AskedTo::Add { session: client.session, user };
    Ok(Json(AddPasskeyView {
        challenge: challenge::draw(&app, to, now),
        rp_id: challenge::site(&app).rp_id,
        user: to_base64(&user.to_be_bytes()),
        user_name: client.name,
        exclude,
    }))
}

/// `POST /api/cabinet/passkeys`.
#[tracing::instrument(name = "passkey.add", skip_all)]
pub(super) async fn add(
    app: App,
    client: Client,
    headers: HeaderMap,
    JsonBody(AddPasskey { user, client_data, attestation }): JsonBody<AddPasskey>,
) -> Result<Json<PasskeysView>, Refusal> {
    let now = app.now();
    client.may(Act::AddPasskey, now)?;
    let site = challenge::site(&app);
    let user = challenge::bytes(&user)?.try_into().map(u128::from_be_bytes);
    let user = user.map_err(|_| PasskeyError::User.problem())?;
    let said = ClientData::read(&challenge::bytes(&client_data)?, Ceremony::Add, &site)
        .map_err(PasskeyError::problem)?;
    let to = AskedTo::Add { session: client.session, user };
    let once = challenge::check(&app, &said, to, now)?;
    let (credential, sign_count) = added(&challenge::bytes(&attestation)?, &site, is_on_curve)
        .map_err(PasskeyError::problem)?;
    let passkey = Passkey {
        id: PasskeyId(app.rng.id()),
        owner: Owner {
            iin: client.iin.clone(),
            client_name: client.name.clone(),
            full_name: client.full_name.clone(),
            device: browser::device(&headers),
            user,
            credential: Some(credential),
        },
        added_at: now,
        added_in: client.session,
        used_at: None,
        sign_count,
        ended: None,
    };
    app.store
        .transact("passkey.add", async |tx| {
            room_for_one(tx, &client, now).await?;
            let subject = format!("passkey:{}", client.iin.expose());
            let subject = app.sealer.blind("identity_attempt.subject", &subject);
            limit(tx, &subject, ADDED_MOST, WITHIN, now).await?;
            if !store::passkey::use_challenge(tx, &once, now).await? {
                return Err(Problem::PasskeyLate.into());
            }
            if !store::passkey::add(tx, &passkey).await? {
                return Err(Problem::PasskeyAdded.into());
            }
            let event = Event::PasskeyAdded { passkey: passkey.id };
            let subject = Subject::Session(client.session);
            store::journal::append(tx, Actor::Client, subject, event, now).await?;
            let about = alert::About {
                session: client.session,
                iin: &client.iin,
                language: client.language,
                consumer: None,
            };
            alert::send(tx, &app, AlertKind::PasskeyAdded, about, now).await?;
            list::view(tx, &client, now).await.map(Json)
        })
        .await
}

/// The passkeys that the client has, if one more may be added.
async fn room_for_one(
    tx: &mut Tx,
    client: &Client,
    now: Timestamp,
) -> Result<Vec<Passkey>, Refusal> {
    if store::agreement::is_withdrawn(tx, &client.iin).await? {
        return Err(Problem::AgreementWithdrawn.into());
    }
    if store::activity::locked_until(tx, &client.iin, now).await?.is_some() {
        return Err(Problem::PasskeyLocked.into());
    }
    let mut opening = store::passkey::opening(tx, &client.iin).await?;
    opening.retain(|it| it.opens(now).is_some());
    if opening.len() >= usize::from(MOST) {
        return Err(Problem::PasskeyTooMany.into());
    }
    Ok(opening)
}

fn is_on_curve(key: &PublicKey) -> bool {
    p256::PublicKey::from_sec1_bytes(&key.uncompressed()).is_ok()
}
