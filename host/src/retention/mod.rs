//! The job that ends what is kept, by the one table of what is kept (IDX-8, DSP-2): core/src/retention.

use senim_core::Timestamp;
use senim_core::journal::{Actor, DestroyedBecause};
use senim_core::retention::Kind;

use crate::app::App;
use crate::evidence::destroy;
use crate::passkey;
use senim_store::{self as store, StoreError};

/// Packs of frames that one transaction destroys.
const ROUND_MAX: u64 = 100;

/// One run of the job. Whatever a hold keeps stays until the hold ends.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let terms = app.config.retention();
    for kind in Kind::ALL {
        // Frames were promised a moment when they came, so that a change of the configuration shortens no promise.
        let gone = if kind == Kind::Frames {
            frames(app, now).await?
        } else if let Some(before) = terms.over_before(kind, now) {
            forget(app, kind, before, now).await?
        } else {
            0
        };
        if gone > 0 {
            tracing::info!(?kind, gone, "ended what is kept no longer");
        }
    }
    Ok(())
}

async fn forget(
    app: &App,
    kind: Kind,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    app.store
        .transact("retention.forget", async |tx| match kind {
            Kind::Request => {
                let sessions = store::identity::forget_before(tx, before, now).await?;
                let pushed = store::authorization::forget_before(tx, before).await?;
                let photos = store::matching::forget(tx, before).await?;
                Ok(sessions + pushed + photos)
            }
            Kind::Result => {
                let checks = store::evidence::forget_before(tx, before, now).await?;
                Ok(checks + store::solution::forget(tx, before).await?)
            }
            Kind::Consent => store::consent::forget_before(tx, before, now).await,
            Kind::Use => store::usage::forget_before(tx, before).await,
            Kind::Message => store::message::forget_before(tx, before, now).await,
            Kind::Agreement => store::agreement::forget_before(tx, before).await,
            Kind::Case => store::activity::forget_before(tx, before).await,
            Kind::Passkey => passkey::expire(tx, before, now).await,
            // Never stored, ended by their own moment, or pruned with their month of the log: host/src/journal/retain.rs.
            Kind::MatchedPhoto | Kind::Frames | Kind::Look | Kind::Log => Ok(0),
        })
        .await
}

/// Destroys the keys of pictures whose term is over, and deletes what is left of rejected bodies.
async fn frames(app: &App, now: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    loop {
        let round = app
            .store
            .transact("retention.frames", async |tx| {
                let over = store::evidence::frames_over(tx, now, ROUND_MAX).await?;
                for it in &over {
                    destroy(tx, it, (Actor::Platform, DestroyedBecause::Term), now).await?;
                }
                Ok::<_, StoreError>(over.len() as u64)
            })
            .await?;
        gone += round;
        if round < ROUND_MAX {
            break;
        }
    }
    let rejected = app
        .store
        .transact("retention.rejected", async |tx| {
            store::evidence::forget_holds(tx, now).await?;
            store::evidence::forget_rejected(tx, now).await
        })
        .await?;
    Ok(gone + rejected)
}
