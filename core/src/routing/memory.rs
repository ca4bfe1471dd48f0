//! What an edge remembers between requests: tokens with a verified signature, `DPoP` proofs seen, nonces given.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::decide::Memory;
use crate::Timestamp;
use crate::id::Bin;
use crate::jose::sha256_base64;

/// How long a verified signature is cached; the token's validity is checked each time.
const TOKEN_KEPT: TimeDelta = TimeDelta::minutes(10);

/// Tokens whose signature was verified with the keys of a generation.
#[derive(Debug)]
pub struct TokenMemory {
    max: usize,
    kept: BTreeMap<String, (u64, Timestamp)>,
}

impl TokenMemory {
    pub fn new(max: usize) -> Self {
        Self { max, kept: BTreeMap::new() }
    }

    /// `token` is a digest of the token.
    pub fn knows(&self, token: &str, generation: u64, now: Timestamp) -> bool {
        self.kept.get(token).is_some_and(|&(of, until)| of == generation && now < until)
    }

    pub fn keep(&mut self, token: String, generation: u64, now: Timestamp) {
        if self.kept.len() >= self.max {
            self.kept.retain(|_, &mut (of, until)| of == generation && now < until);
            if self.kept.len() >= self.max {
                self.kept.clear();
            }
        }
        self.kept.insert(token, (generation, now + TOKEN_KEPT));
    }
}

/// Proofs seen, until they are too old to be replayed. When a participant's share is full, its further proofs
/// are refused: forgetting one early would allow its replay.
#[derive(Debug)]
pub struct ProofMemory {
    each_max: usize,
    max: usize,
    of: BTreeMap<Option<Bin>, OfOne>,
    count: usize,
}

// Ordered, not hashed: callers choose what is kept, and a wasm module has no secret to hash with.
#[derive(Debug, Default)]
struct OfOne {
    all: BTreeSet<String>,
    by_end: BTreeSet<(Timestamp, String)>,
}

impl ProofMemory {
    /// Limits for each participant, and for all.
    pub fn new(each_max: usize, max: usize) -> Self {
        Self { each_max, max, of: BTreeMap::new(), count: 0 }
    }

    pub fn remember(
        &mut self,
        participant: Option<Bin>,
        seen_as: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Memory {
        let Self { each_max, max, of, count } = self;
        *count -= of.get_mut(&participant).map_or(0, |it| it.forget_old(now));
        if *count >= *max {
            *count -= of.values_mut().map(|it| it.forget_old(now)).sum::<usize>();
            of.retain(|_, it| !it.all.is_empty());
        }
        let one = of.entry(participant).or_default();
        if one.all.contains(seen_as) {
            return Memory::Seen;
        }
        if one.all.len() >= *each_max || *count >= *max {
            return Memory::Full;
        }
        one.all.insert(seen_as.to_owned());
        one.by_end.insert((until, seen_as.to_owned()));
        *count += 1;
        Memory::New
    }

    /// When a memory that was full for this participant forgets its next proof.
    pub fn room_at(&self, participant: Option<Bin>) -> Option<Timestamp> {
        let first = |one: &OfOne| one.by_end.first().map(|(end, _)| *end);
        let own = self.of.get(&participant).filter(|it| it.all.len() >= self.each_max);
        match own {
            Some(own) => first(own),
            None => self.of.values().filter_map(first).min(),
        }
    }
}

impl OfOne {
    /// Returns how many were removed.
    fn forget_old(&mut self, now: Timestamp) -> usize {
        let before = self.all.len();
        while self.by_end.first().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, gone)) = self.by_end.pop_first() {
                self.all.remove(&gone);
            }
        }
        before - self.all.len()
    }
}

/// What this node asks DPoP proofs to name (RFC 9449 §8), so that a proof is good at one node only, and not beyond a
/// restart: the proofs that it remembers are all that it accepts. Made from a key that never leaves the process.
#[derive(Clone)]
pub struct Nonces {
    key: [u8; 32],
}

/// How long a nonce is given out; it is taken for as long again.
const NONCE_S: i64 = 300;

impl Nonces {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// For the next proof.
    pub fn now(&self, now: Timestamp) -> String {
        self.of(now.timestamp().div_euclid(NONCE_S))
    }

    /// Whether it was given out in this interval or in the one before.
    pub fn gave(&self, nonce: &str, now: Timestamp) -> bool {
        let interval = now.timestamp().div_euclid(NONCE_S);
        [interval, interval - 1].into_iter().any(|it| self.of(it) == nonce)
    }

    fn of(&self, interval: i64) -> String {
        sha256_base64(&[self.key.as_slice(), &interval.to_be_bytes()].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_proof_is_new_once_until_it_is_too_old() {
        let mut memory = ProofMemory::new(2, 9);
        let mut remember = |until, now| memory.remember(None, "a", at(until), at(now));
        assert_eq!(remember(60, 0), Memory::New);
        assert_eq!(remember(60, 59), Memory::Seen);
        assert_eq!(remember(120, 60), Memory::New);
    }

    #[test]
    fn a_full_memory_lets_nothing_in_and_forgets_nothing_early() {
        let mut memory = ProofMemory::new(2, 9);
        let mut remember = |proof, until, now| {
            let remembered = memory.remember(None, proof, at(until), at(now));
            (remembered, memory.room_at(None))
        };
        assert_eq!(remember("a", 60, 0).0, Memory::New);
        assert_eq!(remember("b", 50, 0).0, Memory::New);
        assert_eq!(remember("c", 60, 1), (Memory::Full, Some(at(50))));
        assert_eq!(remember("a", 60, 1).0, Memory::Seen);
        assert_eq!(remember("c", 60, 50).0, Memory::New);
    }

    #[test]
    fn one_participants_proofs_use_up_no_others_memory() {
        let memory = RefCell::new(ProofMemory::new(2, 4));
        let remember = |of: &str, proof, now| {
            let of = Some(of.parse().unwrap());
            memory.borrow_mut().remember(of, proof, at(now + 60), at(now))
        };
        let (one, two, three) = ("190340012744", "040740003185", "111040005626");
        assert_eq!([0, 1].map(|_| remember(one, "a", 0)), [Memory::New, Memory::Seen]);
        assert_eq!(remember(one, "b", 0), Memory::New);
        assert_eq!(remember(one, "c", 0), Memory::Full);
        assert_eq!(["a", "b"].map(|it| remember(two, it, 0)), [Memory::New, Memory::New]);
        let room_at = |of: &str| memory.borrow().room_at(Some(of.parse().unwrap()));
        assert_eq!(remember(one, "c", 9), Memory::Full);
        assert_eq!(room_at(one), Some(at(60)));
        assert_eq!(remember(three, "a", 0), Memory::Full, "all of the memory is used");
        assert_eq!(room_at(three), Some(at(60)), "when another's is forgotten");
        assert_eq!(remember(three, "a", 60), Memory::New, "others' old ones go");
        assert_eq!(memory.borrow().count, 1);
    }

    #[test]
    fn a_checked_token_is_known_under_its_keys_and_for_its_time() {
        let mut memory = TokenMemory::new(2);
        memory.keep("a".to_owned(), 1, at(0));
        assert!(memory.knows("a", 1, at(1)));
        assert!(!memory.knows("a", 2, at(1)));
        assert!(!memory.knows("a", 1, at(600)));
        assert!(!memory.knows("b", 1, at(1)));
        for token in ["b", "c", "d"] {
            memory.keep(token.to_owned(), 1, at(2));
        }
        assert!(memory.knows("d", 1, at(3)));
        assert!(memory.kept.len() <= 2);
    }

    #[test]
    fn a_nonce_is_one_node_s_and_ends() {
        let (one, other) = (Nonces::new([1; 32]), Nonces::new([2; 32]));
        let nonce = one.now(at(0));
        assert!(one.gave(&nonce, at(0)) && one.gave(&nonce, at(NONCE_S)));
        assert!(!one.gave(&nonce, at(2 * NONCE_S)) && !one.gave(&nonce, at(-1)));
        assert!(!other.gave(&nonce, at(0)) && !one.gave("", at(0)));
        assert_ne!(nonce, one.now(at(NONCE_S)));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
