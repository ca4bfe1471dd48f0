//! What is kept of a liveness check, so that a dispute can be settled by repeating it (DSP-1). How long: core/src/retention.
//!
//! Bundles are sealed; frames are encrypted under a key of their own, whose end is theirs. Digests and prints of frames,
//! which detect a frame sent twice, are kept as long as the results and reveal nothing of the image.

pub mod export;
pub mod hold;
pub mod judge;
pub mod replay;

use senim_core::Timestamp;
use senim_core::journal::{Actor, DestroyedBecause, Event, Subject};
use senim_store::evidence::KeptFrames;
use senim_store::{self as store, StoreError, Tx};

/// Destroys the pictures of a check by their key; the journal says which pack it was, and why.
pub async fn destroy(
    tx: &mut Tx,
    frames: &KeptFrames,
    (actor, why): (Actor, DestroyedBecause),
    now: Timestamp,
) -> Result<(), StoreError> {
    store::evidence::destroy_frames(tx, frames.session, frames.number).await?;
    let pack = frames.digest.clone();
    let event = Event::EvidenceDestroyed { check: frames.number, pack, why };
    store::journal::append(tx, actor, Subject::Session(frames.session), event, now).await
}
