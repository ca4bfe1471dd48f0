//! State between requests: tokens with a verified signature, DPoP proofs seen, and today's reads without the client.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::id::{Bin, ConsentId};
use senim_core::routing::{Memory, presence};

/// How long a verified signature is cached; the token's validity is checked each time.
const TOKEN_KEPT: TimeDelta = TimeDelta::minutes(10);

/// Tokens whose signature was verified with the keys of a generation.
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

/// Proofs seen, until they are too old to be replayed. When a participant's share is full, its further proofs
/// are refused: forgetting one early would allow its replay.
pub struct ProofMemory {
    each_max: usize,
    max: usize,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    of: HashMap<Option<Bin>, OfOne>,
    count: usize,
}

#[derive(Default)]
struct OfOne {
    all: HashSet<String, RandomState>,
    by_end: BTreeSet<(Timestamp, String)>,
}

impl ProofMemory {
    /// Limits for each participant, and for all.
    pub fn new(each_max: usize, max: usize) -> Self {
        Self { each_max, max, seen: Mutex::default() }
    }

    pub fn remember(
        &self,
        participant: Option<Bin>,
        seen_as: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Memory {
        let mut seen = locked(&self.seen);
        let Seen { of, count } = &mut *seen;
        *count -= of.get_mut(&participant).map_or(0, |it| it.forget_old(now));
        if *count >= self.max {
            *count -= of.values_mut().map(|it| it.forget_old(now)).sum::<usize>();
            of.retain(|_, it| !it.all.is_empty());
        }
        let one = of.entry(participant).or_default();
        if one.all.contains(seen_as) {
            return Memory::Seen;
        }
        if one.all.len() >= self.each_max || *count >= self.max {
            return Memory::Full;
        }
        one.all.insert(seen_as.to_owned());
        one.by_end.insert((until, seen_as.to_owned()));
        *count += 1;
        Memory::New
    }
}

impl ProofMemory {
    /// When a memory that was full for this participant forgets its next proof.
    pub(crate) fn room_at(&self, participant: Option<Bin>) -> Option<Timestamp> {
        let seen = locked(&self.seen);
        let first = |one: &OfOne| one.by_end.first().map(|(end, _)| *end);
        let own = seen.of.get(&participant).filter(|it| it.all.len() >= self.each_max);
        match own {
            Some(own) => first(own),
            None => seen.of.values().filter_map(first).min(),
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

/// How many requests without the client each consent had at each provider today, by Kazakhstan's day (OAPI-25). The memory is
/// this node's own and begins anew with it; what went through is in the register all the same.
pub struct ReadMemory {
    max: usize,
    today: Mutex<Today>,
}

#[derive(Default)]
struct Today {
    day: i64,
    counts: HashMap<(ConsentId, Bin), u16>,
}

impl ReadMemory {
    /// At most this many pairs of consent and provider; a further one is refused, since it could not be counted.
    pub fn new(max: usize) -> Self {
        Self { max, today: Mutex::default() }
    }

    /// Counts one more, if it is within `reads_a_day`.
    pub fn count(
        &self,
        consent: ConsentId,
        provider: Bin,
        reads_a_day: u16,
        now: Timestamp,
    ) -> bool {
        let mut today = locked(&self.today);
        let day = presence::day(now);
        // A clock that is set back a little does not begin the day anew.
        if day > today.day {
            *today = Today { day, counts: HashMap::new() };
        }
        let full = today.counts.len() >= self.max;
        match today.counts.get_mut(&(consent, provider)) {
            Some(count) if *count < reads_a_day => *count += 1,
            None if !full && reads_a_day > 0 => {
                today.counts.insert((consent, provider), 1);
            }
            Some(_) | None => return false,
        }
        true
    }
}

/// Ignores poisoning: the data behind these locks is consistent after every statement.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_new_once_until_it_is_too_old() {
        let memory = ProofMemory::new(2, 9);
        let remember = |until, now| memory.remember(None, "a", at(until), at(now));
        assert_eq!(remember(60, 0), Memory::New);
        assert_eq!(remember(60, 59), Memory::Seen);
        assert_eq!(remember(120, 60), Memory::New);
    }

    #[test]
    fn a_full_memory_lets_nothing_in_and_forgets_nothing_early() {
        let memory = ProofMemory::new(2, 9);
        let remember = |proof, until, now| memory.remember(None, proof, at(until), at(now));
        assert_eq!(remember("a", 60, 0), Memory::New);
        assert_eq!(remember("b", 50, 0), Memory::New);
        assert_eq!(remember("c", 60, 1), Memory::Full);
        assert_eq!(memory.room_at(None), Some(at(50)));
        assert_eq!(remember("a", 60, 1), Memory::Seen);
        assert_eq!(remember("c", 60, 50), Memory::New);
    }

    #[test]
    fn one_participants_proofs_use_up_no_others_memory() {
        let memory = ProofMemory::new(2, 4);
        let remember = |of: &str, proof, now| {
            memory.remember(Some(of.parse().unwrap()), proof, at(now + 60), at(now))
        };
        let (one, two, three) = ("190340012744", "040740003185", "111040005626");
        assert_eq!([0, 1].map(|_| remember(one, "a", 0)), [Memory::New, Memory::Seen]);
        assert_eq!(remember(one, "b", 0), Memory::New);
        assert_eq!(remember(one, "c", 0), Memory::Full);
        assert_eq!(["a", "b"].map(|it| remember(two, it, 0)), [Memory::New, Memory::New]);
        let room_at = |of: &str| memory.room_at(Some(of.parse().unwrap()));
        assert_eq!(remember(one, "c", 9), Memory::Full);
        assert_eq!(room_at(one), Some(at(60)));
        assert_eq!(remember(three, "a", 0), Memory::Full, "all of the memory is used");
        assert_eq!(room_at(three), Some(at(60)), "when another's is forgotten");
        assert_eq!(remember(three, "a", 60), Memory::New, "others' old ones go");
        assert_eq!(locked(&memory.seen).count, 1);
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

    #[test]
    fn a_consent_has_its_reads_a_day_at_each_provider() {
        let memory = ReadMemory::new(3);
        let (one, two): (Bin, Bin) =
            ("190340012744".parse().unwrap(), "040740003185".parse().unwrap());
        let count = |consent, provider, now| memory.count(ConsentId(consent), provider, 2, at(now));
        assert_eq!([0, 1, 2].map(|now| count(1, one, now)), [true, true, false]);
        assert_eq!([0, 1, 2].map(|now| count(1, two, now)), [true, true, false]);
        assert!(count(2, one, 3));
        assert!(!count(3, one, 4), "there is no place to count it in");
        let midnight = 11 * 3600;
        assert!(!count(1, one, midnight - 1));
        assert!(count(1, one, midnight));
        assert!(count(1, one, midnight - 1), "the clock went back, the count did not");
        assert!(!count(1, one, midnight));
        assert!(!memory.count(ConsentId(9), one, 0, at(midnight)));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
