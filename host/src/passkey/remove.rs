//! `POST /api/cabinet/passkeys/{id}/remove`: it opens the cabinet no more, and where it has opened it, that session ends.

use axum::Json;
use axum::extract::Path;
use senim_core::id::PasskeyId;
use senim_core::identity::cabinet::Act;
use senim_core::passkey::EndedBy;
use senim_core::passkey::view::PasskeysView;
use senim_core::problem::Problem;

use super::{end, list};
use crate::app::App;
use crate::caller::Client;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use senim_store as store;

#[tracing::instrument(name = "passkey.remove", skip_all)]
pub(super) async fn remove(
    app: App,
    client: Client,
    Path(id): Path<String>,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<PasskeysView>, Refusal> {
    let now = app.now();
    client.may(Act::Withdraw, now)?;
    let id: PasskeyId = id.parse().map_err(|_| Problem::NotFound)?;
    app.store
        .transact("passkey.remove", async |tx| {
            let opening = store::passkey::opening(tx, &client.iin).await?;
            let passkey = opening.into_iter().find(|it| it.id == id).ok_or(Problem::NotFound)?;
            end(tx, passkey, EndedBy::Client, client.session, now).await?;
            list::view(tx, &client, now).await.map(Json)
        })
        .await
}
