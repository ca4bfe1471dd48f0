//! The page behind a consumer's link opens the session of the pushed request, or resumes it (RFC 9126 §4).

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::id::{Bin, SessionId};
use senim_core::identity::session::{Input, Session};
use senim_core::identity::view::OpenSession;
use senim_core::journal::{Event, StartedFor};
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;

use super::dialogue;
use super::{authorize, view};
use crate::app::App;
use crate::authorization::{self, Begun};
use crate::caller::browser::{self, Browser};
use crate::http::body::JsonBody;
use crate::http::cookie;
use crate::http::problem::Refusal;
use crate::storage;
use senim_core::identity::dialogue::{Content, Dialogue, Request};
use senim_store::{self as store, Tx};

/// `POST /api/identity/open`.
#[tracing::instrument(name = "identity.open", skip_all)]
pub async fn open(
    app: App,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<OpenSession>,
) -> Result<Response, Refusal> {
    let now = app.now();
    let browser = Browser::of(&app.config, &headers);
    if let Some(own) = authorize::own(&app, browser.as_ref(), &asked).await? {
        return Ok(Json(view::of(&app, &own, now)).into_response());
    }
    let begun = authorization::begin(&app, &asked.client_id, &asked.request_uri).await?;
    storage::check_room(&app)?;
    let secret = app.rng.token();
    let dialogue = app
        .store
        .transact("identity.open", async |tx| {
            let hash = browser::hash(&secret);
            let known = store::identity::by_authorization(tx, begun.authorization).await?;
            let Some((dialogue, former)) = known else {
                return start(tx, &app, &begun, &headers, &hash, now).await;
            };
            // Another browser, perhaps another person: the client must confirm, which a link scanner can't do.
            if !asked.take_over {
                return Err(Problem::IdentityOpenElsewhere.into());
            }
            let id = dialogue.id;
            let content = Content { device: Some(browser::device(&headers)), ..dialogue.content };
            let dialogue = Dialogue { content, ..dialogue };
            // Starts over, but keeps the counters.
            let input = Input::Restarted;
            let restarted = dialogue::advance(tx, &app, dialogue, input, None, now).await?;
            store::identity::change_secret(tx, id, &hash, None).await?;
            store::devices::leave(tx, id, &former).await?;
            dialogue::record(tx, id, Event::IdentityRestarted {}, now).await?;
            Ok::<_, Refusal>(restarted.dialogue)
        })
        .await?;
    let cookie = cookie::SESSION.set(&app.config, &secret);
    Ok(([(header::SET_COOKIE, cookie)], Json(view::of(&app, &dialogue, now))).into_response())
}

async fn start(
    tx: &mut Tx,
    app: &App,
    begun: &Begun,
    headers: &HeaderMap,
    secret_hash: &str,
    now: Timestamp,
) -> Result<Dialogue, Refusal> {
    let mut providers = Vec::new();
    for bin in begun.asked.providers() {
        providers.push(named(tx, bin).await?);
    }
    let request = Request {
        authorization: begun.authorization,
        application: begun.client_id.clone(),
        consumer: begun.consumer.clone(),
        providers,
        asked: begun.asked.clone(),
    };
    let id = SessionId(app.rng.id());
    let session = Session::start(request.purpose(), browser::language(headers), now);
    let content = Content {
        session,
        request: Some(request),
        requester: None,
        device: Some(browser::device(headers)),
        agreement: None,
        client_name: None,
        full_name: None,
        passkey: None,
        redirect: None,
    };
    let dialogue = Dialogue { id, content, cabinet_until: None };
    store::identity::add(tx, &dialogue, secret_hash, now).await?;
    let purpose = StartedFor::Authorization {
        authorization: begun.authorization,
        consumer: begun.consumer.bin,
        application: begun.client_id.clone(),
    };
    dialogue::record(tx, id, Event::IdentityStarted { purpose }, now).await?;
    Ok(dialogue)
}

async fn named(tx: &mut Tx, bin: Bin) -> Result<ParticipantName, Refusal> {
    let participant = store::participant::load(tx, bin).await?;
    let participant = participant.ok_or(Problem::ProviderNotStanding)?;
    Ok(ParticipantName { bin, name: participant.name })
}
