//! State between requests (core/src/routing/memory.rs), shared by the node's threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use senim_core::Timestamp;
use senim_core::id::Bin;
use senim_core::routing::{self, Counters, Memory, Quota, Spent};

/// Tokens whose signature was verified with the keys of a generation.
pub struct TokenMemory(Mutex<routing::TokenMemory>);

impl TokenMemory {
    pub fn new(max: usize) -> Self {
        Self(Mutex::new(routing::TokenMemory::new(max)))
    }

    /// `token` is a digest of the token.
    pub fn knows(&self, token: &str, generation: u64, now: Timestamp) -> bool {
        locked(&self.0).knows(token, generation, now)
    }

    pub fn keep(&self, token: String, generation: u64, now: Timestamp) {
        locked(&self.0).keep(token, generation, now);
    }
}

/// Proofs seen, until they are too old to be replayed.
pub struct ProofMemory(Mutex<routing::ProofMemory>);

impl ProofMemory {
    /// Limits for each participant, and for all.
    pub fn new(each_max: usize, max: usize) -> Self {
        Self(Mutex::new(routing::ProofMemory::new(each_max, max)))
    }

    pub fn remember(
        &self,
        participant: Option<Bin>,
        seen_as: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Memory {
        locked(&self.0).remember(participant, seen_as, until, now)
    }

    /// When a memory that was full for this participant forgets its next proof.
    pub(crate) fn room_at(&self, participant: Option<Bin>) -> Option<Timestamp> {
        locked(&self.0).room_at(participant)
    }
}

/// What consumers have spent of their allowances in this minute and this day. The memory is this node's own and begins anew
/// with it; what went through is in the register all the same.
pub struct SpentMemory(Mutex<Counters>);

impl SpentMemory {
    /// Counts for at most this many keys in an interval.
    pub fn new(max: usize) -> Self {
        Self(Mutex::new(Counters::new(max)))
    }

    pub fn spend(&self, quotas: &[Quota], now: Timestamp) -> Spent {
        locked(&self.0).spend(quotas, now)
    }
}

/// Ignores poisoning: the data behind these locks is consistent after every statement.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
