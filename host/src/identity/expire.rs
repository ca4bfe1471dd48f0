//! The jobs that end sessions whose time is over, so that consumers' counts and the journal are right, and that forget
//! what limits nobody any more and sessions after their years.

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::SessionId;
use senim_core::identity::session::Input;

use super::dialogue;
use crate::app::App;
use crate::evidence::RESULTS_KEPT;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError};

/// Sessions that one round of the job takes on.
const ROUND_MAX: u64 = 200;
/// Longer than every window in which attempts are counted.
const ATTEMPTS_KEPT: TimeDelta = TimeDelta::days(1);

pub async fn expire_due(app: &App) -> Result<(), Refusal> {
    let now = app.now();
    let due: Vec<SessionId> = app
        .store
        .read("identity.due", async |tx| {
            Ok::<_, Refusal>(store::identity::due(tx, now, ROUND_MAX).await?)
        })
        .await?;
    for id in due {
        // One that can't be ended must not keep the others open.
        if let Err(error) = expire(app, id, now).await {
            tracing::error!(%error, session.id = %id, "a session could not be ended");
        }
    }
    app.store
        .transact("identity.forget_attempts", async |tx| {
            store::identity::forget_attempts(tx, now - ATTEMPTS_KEPT).await?;
            store::identity::forget_requesters(tx, now - ATTEMPTS_KEPT, now).await?;
            Ok::<_, Refusal>(())
        })
        .await
}

/// Forgets sessions with all that is left of their checks and messages, after [`RESULTS_KEPT`] (IDX-8).
pub async fn forget_due(app: &App) -> Result<(), StoreError> {
    let before = app.now() - RESULTS_KEPT;
    app.store
        .transact("identity.forget_due", async |tx| {
            let rows = store::identity::forget_before(tx, before).await?;
            if rows > 0 {
                tracing::info!(rows, "identity sessions are forgotten");
            }
            Ok(())
        })
        .await
}

async fn expire(app: &App, id: SessionId, now: Timestamp) -> Result<(), Refusal> {
    app.store
        .transact("identity.expire", async |tx| {
            let Some(dialogue) = store::identity::load(tx, id).await? else {
                return Ok(());
            };
            let session = &dialogue.content.session;
            if session.deadline().is_some_and(|deadline| deadline <= now) {
                dialogue::advance(tx, app, dialogue, Input::TimePassed, None, now).await?;
            }
            Ok(())
        })
        .await
}
