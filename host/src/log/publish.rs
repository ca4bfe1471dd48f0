//! A checkpoint is published when the policy's witnesses have cosigned it, and never before it is committed.

use std::sync::{Arc, PoisonError};

use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::index::Index;
use senim_core::log::note::Note;
use senim_store::log::Lock;
use senim_store::segment::Pruning;

use super::{Log, LogFailure, Published};

impl Log {
    /// Publishes what is committed, if there is more than before.
    pub async fn publish(&self) -> Result<(), LogFailure> {
        let (lock, index, pruned) = self.committed();
        let before = self.published().map_or(0, |it| it.checkpoint.size);
        if lock.size == before {
            return Ok(());
        }
        let (checkpoint, note) = self.cosigned(&lock).await?;
        if !self.policy.quorum_is_met(&note)? {
            return Err(LogFailure::Unwitnessed);
        }
        self.folder.publish(&note)?;
        let at = u64::try_from(lock.last_at.timestamp()).unwrap_or(0);
        let published = Arc::new(Published { note, checkpoint, at, index, pruned });
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Some(published);
        self.folder.forget_partial(before, lock.size)?;
        Ok(())
    }

    /// Shows the committed log to its witnesses before anything is written. One that has seen more, or something else,
    /// refuses the start; one that does not answer does not.
    pub(super) async fn greet(&self) -> Result<(), LogFailure> {
        let (lock, ..) = self.committed();
        if lock.size > 0 {
            self.cosigned(&lock).await?;
        }
        Ok(())
    }

    /// The log's checkpoint with its signature and those of the witnesses that answered.
    async fn cosigned(&self, lock: &Lock) -> Result<(Checkpoint, Note), LogFailure> {
        let checkpoint = Checkpoint::new(&lock.origin, lock.size, lock.root);
        let text = checkpoint.to_string();
        let mut note = Note { signatures: vec![self.key.sign(&text, 0)], text };
        match self.cosignatures(&note, lock.size).await {
            Ok(signatures) => note.signatures.extend(signatures),
            Err(LogFailure::Fork(witness, size)) => {
                self.state().forked = Some((witness.clone(), size));
                return Err(LogFailure::Fork(witness, size));
            }
            Err(error) => return Err(error),
        }
        Ok((checkpoint, note))
    }

    fn committed(&self) -> (Lock, Index, Option<Pruning>) {
        let state = self.state();
        (state.lock.clone(), state.index.clone(), state.prunings.last().copied())
    }
}
