//! The client takes the consent to processing back (IDX-13): open sessions end, no new one begins before the agreement
//! is accepted again, passkeys end, and pictures are destroyed unless a consent in force, a dispute or a law keeps them.
//!
//! The cabinet stays open until its time is over, so that the client reads what became of it and can withdraw consents.

use axum::Json;
use senim_core::agreement::view::AgreementView;
use senim_core::identity::cabinet::Act;
use senim_core::identity::session::Input;
use senim_core::journal::{Actor, DestroyedBecause, Event, Subject};
use senim_core::passkey::EndedBy;
use senim_core::problem::Problem;

use super::show::{kept_for, view};
use crate::app::App;
use crate::caller::Client;
use crate::evidence::destroy;
use crate::http::body::{Empty, JsonBody};
use crate::http::problem::Refusal;
use crate::identity::dialogue;
use crate::passkey;
use senim_store as store;

/// `POST /api/cabinet/agreement/withdraw`.
#[tracing::instrument(name = "agreement.withdraw", skip_all)]
pub(super) async fn withdraw(
    app: App,
    client: Client,
    JsonBody(Empty {}): JsonBody<Empty>,
) -> Result<Json<AgreementView>, Refusal> {
    let now = app.now();
    client.may(Act::WithdrawProcessing, now)?;
    app.store
        .transact("agreement.withdraw", async |tx| {
            if view(tx, &app, &client.iin, now).await?.withdrawn.is_some() {
                return Err(Problem::AgreementWithdrawn.into());
            }
            let mut sessions = 0;
            for open in store::identity::open_of(tx, &client.iin).await? {
                dialogue::advance(tx, &app, open, Input::AgreementWithdrawn, None, now).await?;
                sessions += 1;
            }
            let (mut destroyed, mut kept) = (0, 0);
            for frames in store::evidence::frames_of_person(tx, &client.iin).await? {
                if kept_for(tx, &frames, now).await?.is_some() {
                    kept += 1;
                    continue;
                }
                let why = (Actor::Client, DestroyedBecause::AgreementWithdrawn);
                destroy(tx, &frames, why, now).await?;
                destroyed += 1;
            }
            let whose = (&client.iin, client.session);
            passkey::all_of(tx, whose, EndedBy::Agreement, |_| true, now).await?;
            store::evidence::forget_rejected_of_person(tx, &client.iin, now).await?;
            store::agreement::withdraw(tx, client.session, &client.iin, destroyed, now).await?;
            let event = Event::AgreementWithdrawn { destroyed, kept, sessions };
            let subject = Subject::Session(client.session);
            store::journal::append(tx, Actor::Client, subject, event, now).await?;
            Ok(Json(view(tx, &app, &client.iin, now).await?))
        })
        .await
}
