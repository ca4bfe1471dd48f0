//! What waits to be used again by the same owner, for a while: so many of one owner, so many of all.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use senim_core::id::Bin;

/// The gate, and the participant whose calls it served.
pub(crate) type Owner = (u64, Bin);

pub(crate) struct Idle<T> {
    /// The longest-waiting first.
    waiting: VecDeque<(Owner, Instant, T)>,
    max: usize,
    each_max: usize,
    lasts: Duration,
}

impl<T> Idle<T> {
    pub(crate) fn new(max: usize, each_max: usize, lasts: Duration) -> Self {
        Self { waiting: VecDeque::with_capacity(max), max, each_max, lasts }
    }

    /// The one that was used last.
    pub(crate) fn take(&mut self, owner: &Owner) -> Option<T> {
        let at = self.waiting.iter().rposition(|(it, ..)| it == owner)?;
        self.waiting.remove(at).map(|(.., it)| it)
    }

    /// Returns what had to give way, which may be this one.
    pub(crate) fn put(&mut self, owner: Owner, one: T, now: Instant) -> Option<T> {
        if self.waiting.iter().filter(|(it, ..)| *it == owner).count() >= self.each_max {
            return Some(one);
        }
        let full = self.waiting.len() >= self.max;
        let gone = if full { self.waiting.pop_front().map(|(.., it)| it) } else { None };
        self.waiting.push_back((owner, now, one));
        gone
    }

    /// Those that have waited their time.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<T> {
        let count = self
            .waiting
            .iter()
            .take_while(|(_, since, _)| now.saturating_duration_since(*since) >= self.lasts)
            .count();
        self.waiting.drain(..count).map(|(.., it)| it).collect()
    }
}

#[cfg(test)]
mod tests {
    use senim_channel::clock;

    use super::*;

    #[test]
    fn each_owner_gets_its_own_the_last_first_and_the_longest_waiting_gives_way() {
        let (a, b) = (owner(1), owner(2));
        let (start, lasts) = (clock::instant(), Duration::from_secs(10));
        let mut idle = Idle::new(3, 2, lasts);
        assert_eq!(idle.put(a, "a1", start), None);
        assert_eq!(idle.put(a, "a2", start), None);
        assert_eq!(idle.put(a, "a3", start), Some("a3"), "two of one owner");
        assert_eq!(idle.take(&(8, a.1)), None, "another gate's");
        assert_eq!(idle.put(b, "b1", start + lasts), None);
        assert_eq!(idle.put(b, "b2", start + lasts), Some("a1"), "three of all");
        assert_eq!(idle.overdue(start + lasts), ["a2"]);
        assert_eq!(idle.take(&a), None);
        assert_eq!(idle.take(&b), Some("b2"));
        assert_eq!(idle.take(&b), Some("b1"));
        assert_eq!(idle.take(&b), None);
    }

    fn owner(number: u64) -> Owner {
        let bin = if number == 1 { "990340005977" } else { "030440006018" };
        (7, bin.parse().unwrap())
    }
}
