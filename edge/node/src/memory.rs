//! What the node remembers between requests: tokens whose signature it has checked, and proofs it has seen.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::routing::Memory;

/// How long a checked signature is believed; whether the token is still good is asked each time.
const TOKEN_KEPT: TimeDelta = TimeDelta::minutes(10);

/// Tokens whose signature is known to be good, under the keys of a generation.
pub struct TokenMemory {
    max: usize,
    kept: Mutex<HashMap<String, (u64, Timestamp)>>,
}

impl TokenMemory {
    pub fn new(max: usize) -> Self {
        Self { max, kept: Mutex::default() }
    }

    /// `token` is a digest of the token.
    pub fn knows(&self, token: &str, generation: u64, now: Timestamp) -> bool {
        locked(&self.kept).get(token).is_some_and(|&(of, until)| of == generation && now < until)
    }

    pub fn keep(&self, token: String, generation: u64, now: Timestamp) {
        let mut kept = locked(&self.kept);
        if kept.len() >= self.max {
            kept.retain(|_, &mut (of, until)| of == generation && now < until);
            if kept.len() >= self.max {
                kept.clear();
            }
        }
        kept.insert(token, (generation, now + TOKEN_KEPT));
    }
}

/// Proofs seen, until they are too old to be played again. When it is full, nothing more is let in:
/// forgetting one early would let it be played.
pub struct ProofMemory {
    max: usize,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    all: HashSet<String, RandomState>,
    by_end: BTreeSet<(Timestamp, String)>,
}

impl ProofMemory {
    pub fn new(max: usize) -> Self {
        Self { max, seen: Mutex::default() }
    }

    pub fn remember(&self, seen_as: &str, until: Timestamp, now: Timestamp) -> Memory {
        let mut seen = locked(&self.seen);
        while seen.by_end.first().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, gone)) = seen.by_end.pop_first() {
                seen.all.remove(&gone);
            }
        }
        if seen.all.contains(seen_as) {
            return Memory::Seen;
        }
        if seen.all.len() >= self.max {
            return Memory::Full;
        }
        seen.all.insert(seen_as.to_owned());
        seen.by_end.insert((until, seen_as.to_owned()));
        Memory::New
    }
}

/// What is behind these locks is whole after every statement, so a panic elsewhere does not spoil it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_new_once_until_it_is_too_old() {
        let memory = ProofMemory::new(2);
        assert_eq!(memory.remember("a", at(60), at(0)), Memory::New);
        assert_eq!(memory.remember("a", at(60), at(59)), Memory::Seen);
        assert_eq!(memory.remember("a", at(120), at(60)), Memory::New);
    }

    #[test]
    fn a_full_memory_lets_nothing_in_and_forgets_nothing_early() {
        let memory = ProofMemory::new(2);
        assert_eq!(memory.remember("a", at(50), at(0)), Memory::New);
        assert_eq!(memory.remember("b", at(60), at(0)), Memory::New);
        assert_eq!(memory.remember("c", at(60), at(49)), Memory::Full);
        assert_eq!(memory.remember("a", at(50), at(49)), Memory::Seen);
        assert_eq!(memory.remember("c", at(60), at(50)), Memory::New);
    }

    #[test]
    fn a_checked_token_is_known_under_its_keys_and_for_its_time() {
        let memory = TokenMemory::new(2);
        memory.keep("a".to_owned(), 1, at(0));
        assert!(memory.knows("a", 1, at(1)));
        assert!(!memory.knows("a", 2, at(1)));
        assert!(!memory.knows("a", 1, at(600)));
        assert!(!memory.knows("b", 1, at(1)));
        for token in ["b", "c", "d"] {
            memory.keep(token.to_owned(), 1, at(2));
        }
        assert!(memory.knows("d", 1, at(3)));
        assert!(locked(&memory.kept).len() <= 2);
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
