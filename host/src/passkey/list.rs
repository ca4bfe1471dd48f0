//! `GET /api/cabinet/passkeys`.

use axum::Json;
use senim_core::Timestamp;
use senim_core::id::{Iin, PasskeyId};
use senim_core::identity::cabinet::Act;
use senim_core::passkey::view::{PasskeyEndView, PasskeyView, PasskeysView};
use senim_core::passkey::{MOST, Passkey, SHOWN};

use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError, Tx};

#[tracing::instrument(name = "passkey.list", skip_all)]
pub(super) async fn list(app: App, client: Client) -> Result<Json<PasskeysView>, Refusal> {
    let now = app.now();
    app.store.read("passkey.list", async |tx| view(tx, &client, now).await.map(Json)).await
}

pub(super) async fn view(
    tx: &mut Tx,
    client: &Client,
    now: Timestamp,
) -> Result<PasskeysView, Refusal> {
    let opening = store::passkey::opening(tx, &client.iin).await?;
    let opening = opening.into_iter().filter(|it| it.opens(now).is_some());
    Ok(PasskeysView {
        passkeys: opening.map(|it| of(&it, client.passkey)).collect(),
        most: MOST,
        can_add: client.may(Act::AddPasskey, now).is_ok(),
    })
}

/// Those that were added, the newest first, also where they have ended. `own`: what opened the session that asks.
pub(crate) async fn shown(
    tx: &mut Tx,
    iin: &Iin,
    own: Option<PasskeyId>,
) -> Result<Vec<PasskeyView>, StoreError> {
    let passkeys = store::passkey::of_person(tx, iin, SHOWN).await?;
    Ok(passkeys.iter().map(|it| of(it, own)).collect())
}

fn of(passkey: &Passkey, own: Option<PasskeyId>) -> PasskeyView {
    PasskeyView {
        id: passkey.id,
        device: passkey.owner.device,
        added_at: passkey.added_at,
        used_at: passkey.used_at,
        until: passkey.until(),
        ended: passkey.ended.map(|it| PasskeyEndView { at: it.at, by: it.by }),
        own: own == Some(passkey.id),
    }
}
