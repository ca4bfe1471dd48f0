//! How long the client is still signed in to the cabinet, and staying longer.

use axum::Json;
use senim_core::Timestamp;
use senim_core::identity::cabinet::{self, CabinetSessionView};
use senim_core::identity::dialogue::Dialogue;
use senim_core::journal::Event;
use senim_core::problem::Problem;

use super::dialogue::record;
use crate::app::App;
use crate::caller::Client;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// `GET /api/cabinet/session`.
#[tracing::instrument(name = "cabinet.session", skip_all)]
pub async fn show(app: App, client: Client) -> Result<Json<CabinetSessionView>, Refusal> {
    let now = app.now();
    app.store
        .read("cabinet.session", async |tx| {
            let (dialogue, passed_at, until) = signed_in(tx, &client, now).await?;
            Ok(Json(view(&dialogue, (passed_at, until), now)))
        })
        .await
}

/// `POST /api/cabinet/stay`.
#[tracing::instrument(name = "cabinet.stay", skip_all)]
pub async fn stay(
    app: App,
    client: Client,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<CabinetSessionView>, Refusal> {
    let now = app.now();
    app.store
        .transact("cabinet.stay", async |tx| {
            let (mut dialogue, passed_at, until) = signed_in(tx, &client, now).await?;
            let longer = cabinet::stay(passed_at, until, now);
            if longer > until {
                dialogue.cabinet_until = Some(longer);
                store::identity::save(tx, &dialogue).await?;
                record(tx, dialogue.id, Event::CabinetExtended { until: longer }, now).await?;
            }
            Ok(Json(view(&dialogue, (passed_at, longer), now)))
        })
        .await
}

/// The session, when it passed, and until when its client is signed in.
async fn signed_in(
    tx: &mut Tx,
    client: &Client,
    now: Timestamp,
) -> Result<(Dialogue, Timestamp, Timestamp), Refusal> {
    let dialogue = store::identity::load(tx, client.session).await?;
    let dialogue = dialogue.ok_or(Problem::SignedOut)?;
    let times = dialogue.content.session.ended_at().zip(dialogue.cabinet_until);
    let (passed_at, until) = times.filter(|(_, until)| now < *until).ok_or(Problem::SignedOut)?;
    Ok((dialogue, passed_at, until))
}

pub(crate) fn view(
    dialogue: &Dialogue,
    (passed_at, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> CabinetSessionView {
    CabinetSessionView {
        until,
        can_stay: cabinet::can_stay(passed_at, until),
        opened_with: dialogue.content.opened_with(),
        now,
    }
}
