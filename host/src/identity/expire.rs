//! The job that ends expired sessions, so that consumers' counts and the journal are right, and deletes expired limits.

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::SessionId;
use senim_core::identity::session::Input;

use super::dialogue;
use crate::app::App;
use crate::http::problem::Refusal;
use senim_store as store;

/// The most sessions that one run of the job processes.
const ROUND_MAX: u64 = 200;
/// Longer than every window that counts attempts.
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
        // One failure must not keep the other sessions open.
        if let Err(error) = expire(app, id, now).await {
            tracing::error!(%error, session.id = %id, "can't end an expired session");
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
