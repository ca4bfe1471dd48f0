//! What callers may spend, by who they are, and how the end of it is counted and answered.
//!
//! | type | limits | at its end |
//! |---|---|---|
//! | [`Budget`] | what all callers together hold at once: permits, connections, memory | 503 at once |
//! | [`PerKey`] | what one caller holds at once, by address, certificate or participant | 503 at once |
//! | [`Rate`] | what one caller does over a time | 429 with the true `Retry-After` |
//!
//! Each is opened in a [`Registry`], which lists all of them for metrics.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use senim_core::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who asks, as far as that is known before anything is spent on the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// Neither a certificate nor a session of ours.
    Unknown,
    /// A browser whose session this host has seen to be good.
    Browser,
    /// Somebody with a certificate of the CA.
    Participant,
    /// A registered edge node.
    Node,
}

impl Caller {
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Browser, Self::Participant, Self::Node];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Browser => "browser",
            Self::Participant => "participant",
            Self::Node => "node",
        }
    }
}

/// One of something for each class of caller, so that no class can use up another's.
#[derive(Clone, Debug)]
pub struct ByCaller<T> {
    pub unknown: T,
    pub browser: T,
    pub participant: T,
    pub node: T,
}

impl<T> ByCaller<T> {
    pub fn new(mut make: impl FnMut(Caller) -> T) -> Self {
        Self {
            unknown: make(Caller::Unknown),
            browser: make(Caller::Browser),
            participant: make(Caller::Participant),
            node: make(Caller::Node),
        }
    }

    pub fn of(&self, caller: Caller) -> &T {
        match caller {
            Caller::Unknown => &self.unknown,
            Caller::Browser => &self.browser,
            Caller::Participant => &self.participant,
            Caller::Node => &self.node,
        }
    }
}

/// Whom an address stands for: itself, or its /64 in IPv6, which is what one subscriber is given (RFC 6177 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(IpAddr);

impl Origin {
    /// Loopback and private networks: such an address is a proxy's or this machine's.
    pub fn is_of_own_network(self) -> bool {
        match self.0 {
            IpAddr::V4(it) => it.is_loopback() || it.is_private() || it.is_link_local(),
            // The network of `::1` is `::`.
            IpAddr::V6(it) => {
                it.is_unspecified() || it.is_unique_local() || it.is_unicast_link_local()
            }
        }
    }
}

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(it) => Self(it.into()),
            IpAddr::V6(it) => {
                let prefix = it.to_bits() >> 64 << 64;
                Self(Ipv6Addr::from_bits(prefix).into())
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(it) => it.fmt(to),
            IpAddr::V6(it) => write!(to, "{it}/64"),
        }
    }
}

/// Nothing is left for this caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the budget {budget} is used up")]
pub struct Exhausted {
    pub budget: Arc<str>,
    /// Where this caller alone asks too often: 429, and when the next request will be taken. Else it is unknown
    /// when something becomes free: 503.
    pub retry_after: Option<TimeDelta>,
}

impl Exhausted {
    /// For `Retry-After` (RFC 9110 §10.2.3): whole seconds, never less than is true.
    pub fn retry_after_s(&self) -> u64 {
        let milliseconds = self.retry_after.map_or(1000, |it| it.num_milliseconds().max(1));
        u64::try_from(milliseconds).unwrap_or(1).div_ceil(1000)
    }
}

/// A budget as metrics show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    pub name: Arc<str>,
    pub limit: u64,
    /// Of a budget by key: what its busiest key holds.
    pub in_use: u64,
    /// Since the start.
    pub refused: u64,
}

/// All budgets of a process.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<Vec<Arc<dyn Metered>>>>);

trait Metered: Send + Sync {
    fn meter(&self) -> Meter;
}

impl Registry {
    /// In the order in which they were opened.
    pub fn meters(&self) -> Vec<Meter> {
        locked(&self.0).iter().map(|it| it.meter()).collect()
    }

    /// `limit` of something at once, for all callers together. Who finds none is refused at once.
    pub fn budget(&self, name: &str, limit: u32) -> Budget {
        self.budget_with_line(name, limit, Line { places: 0, within: Duration::ZERO })
    }

    /// A budget whose next in turn may wait: [`Budget::wait`].
    pub fn budget_with_line(&self, name: &str, limit: u32, line: Line) -> Budget {
        let budget = Budget(Arc::new(Whole {
            counted: Counted::new(name, limit),
            free: Arc::new(Semaphore::new(limit as usize)),
            places: Semaphore::new(line.places as usize),
            within: line.within,
        }));
        self.add(&budget.0);
        budget
    }

    /// `limit` of something at once for each key.
    pub fn per_key<K: Hash + Eq + Clone + Send + Sync + 'static>(
        &self,
        name: &str,
        limit: u32,
    ) -> PerKey<K> {
        let parts = Arc::new(Parts { counted: Counted::new(name, limit), held: Mutex::default() });
        self.add(&parts);
        PerKey(parts)
    }

    /// `limit` times in any `per` for each key; what is unused comes back evenly. Of at most `keys_max` keys
    /// it is remembered what they did; what further ones do is counted as one caller's.
    pub fn rate<K: Hash + Eq + Send + Sync + 'static>(
        &self,
        name: &str,
        limit: u32,
        per: TimeDelta,
        keys_max: usize,
    ) -> Rate<K> {
        let paid = Mutex::new(Paid { until: HashMap::new(), others: 0, now: 0, swept: 0 });
        let per = per.num_microseconds().unwrap_or(i64::MAX / 4);
        let pace = Arc::new(Pace { counted: Counted::new(name, limit), per, keys_max, paid });
        self.add(&pace);
        Rate(pace)
    }

    fn add<T: Metered + 'static>(&self, metered: &Arc<T>) {
        locked(&self.0).push(Arc::clone(metered) as Arc<dyn Metered>);
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_list().entries(self.meters()).finish()
    }
}

struct Counted {
    name: Arc<str>,
    limit: u32,
    refused: AtomicU64,
}

impl Counted {
    fn new(name: &str, limit: u32) -> Self {
        Self { name: name.into(), limit, refused: AtomicU64::new(0) }
    }

    fn refuse(&self, retry_after: Option<TimeDelta>) -> Exhausted {
        self.refused.fetch_add(1, Ordering::Relaxed);
        Exhausted { budget: Arc::clone(&self.name), retry_after }
    }

    fn meter(&self, in_use: u64) -> Meter {
        let refused = self.refused.load(Ordering::Relaxed);
        Meter { name: Arc::clone(&self.name), limit: self.limit.into(), in_use, refused }
    }
}

/// How many callers may wait for their turn, and how long each.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub places: u32,
    pub within: Duration,
}

/// Opened by [`Registry::budget`]. Cheap to clone.
#[derive(Clone)]
pub struct Budget(Arc<Whole>);

struct Whole {
    counted: Counted,
    free: Arc<Semaphore>,
    places: Semaphore,
    within: Duration,
}

/// What was taken of a budget; it goes back when dropped.
#[derive(Debug)]
#[must_use = "what is dropped is given back"]
pub struct Share {
    _permit: OwnedSemaphorePermit,
}

impl Budget {
    /// `amount` now, or nothing.
    pub fn take(&self, amount: u32) -> Result<Share, Exhausted> {
        self.free_now(amount).ok_or_else(|| self.0.counted.refuse(None))
    }

    /// `amount` now or in turn. Refused at once where the line is full, and later where the turn does not come
    /// in time.
    pub async fn wait(&self, amount: u32) -> Result<Share, Exhausted> {
        if let Some(share) = self.free_now(amount) {
            return Ok(share);
        }
        let in_turn = async {
            let _place =
                self.0.places.try_acquire().ok().filter(|_| amount <= self.0.counted.limit)?;
            let turn = Arc::clone(&self.0.free).acquire_many_owned(amount);
            tokio::time::timeout(self.0.within, turn).await.ok()?.ok()
        };
        in_turn.await.map(|it| Share { _permit: it }).ok_or_else(|| self.0.counted.refuse(None))
    }

    fn free_now(&self, amount: u32) -> Option<Share> {
        Arc::clone(&self.0.free).try_acquire_many_owned(amount).ok().map(|it| Share { _permit: it })
    }
}

impl Metered for Whole {
    fn meter(&self) -> Meter {
        let free = self.free.available_permits() as u64;
        self.counted.meter(u64::from(self.counted.limit).saturating_sub(free))
    }
}

/// Opened by [`Registry::per_key`]. Cheap to clone. It remembers only keys that hold something.
pub struct PerKey<K: Hash + Eq>(Arc<Parts<K>>);

struct Parts<K> {
    counted: Counted,
    held: Mutex<HashMap<K, u32>>,
}

/// What was taken for a key; it goes back when dropped.
#[must_use = "what is dropped is given back"]
pub struct KeyShare<K: Hash + Eq> {
    of: Arc<Parts<K>>,
    key: K,
    amount: u32,
}

impl<K: Hash + Eq + Clone> PerKey<K> {
    /// `amount` now, or nothing.
    pub fn take(&self, key: &K, amount: u32) -> Result<KeyShare<K>, Exhausted> {
        let mut held = locked(&self.0.held);
        let holds = held.get(key).copied().unwrap_or_default();
        let Some(sum) = holds.checked_add(amount).filter(|it| *it <= self.0.counted.limit) else {
            return Err(self.0.counted.refuse(None));
        };
        held.insert(key.clone(), sum);
        Ok(KeyShare { of: Arc::clone(&self.0), key: key.clone(), amount })
    }
}

impl<K: Hash + Eq> Clone for PerKey<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Hash + Eq> Drop for KeyShare<K> {
    fn drop(&mut self) {
        let mut held = locked(&self.of.held);
        if let Some(holds) = held.get_mut(&self.key) {
            *holds = holds.saturating_sub(self.amount);
            if *holds == 0 {
                held.remove(&self.key);
            }
        }
    }
}

impl<K: Send> Metered for Parts<K> {
    fn meter(&self) -> Meter {
        let busiest = locked(&self.held).values().copied().max().unwrap_or_default();
        self.counted.meter(busiest.into())
    }
}

/// Opened by [`Registry::rate`]. Cheap to clone.
pub struct Rate<K: Hash + Eq>(Arc<Pace<K>>);

struct Pace<K> {
    counted: Counted,
    /// Microseconds in which the whole limit comes back.
    per: i64,
    keys_max: usize,
    paid: Mutex<Paid<K>>,
}

/// All moments in microseconds. A key has paid ahead until a moment; at most `per` from now.
struct Paid<K> {
    until: HashMap<K, i64>,
    others: i64,
    /// The latest that was asked at: a clock that goes back gives nobody anything.
    now: i64,
    swept: i64,
}

impl<K: Hash + Eq> Rate<K> {
    /// Counts `amount` against the key, or nothing and says when as much will be free.
    pub fn take(&self, key: K, amount: u32, now: Timestamp) -> Result<(), Exhausted> {
        let (pace, limit) = (&*self.0, i64::from(self.0.counted.limit.max(1)));
        let mut paid = locked(&pace.paid);
        paid.now = paid.now.max(now.timestamp_micros());
        let now = paid.now;
        let full = paid.until.len() >= pace.keys_max && !paid.until.contains_key(&key);
        if full && now - paid.swept >= pace.per / 8 {
            paid.swept = now;
            paid.until.retain(|_, until| *until > now);
        }
        let full = full && paid.until.len() >= pace.keys_max;
        let before = if full { paid.others } else { paid.until.get(&key).copied().unwrap_or(0) };
        let price = pace.per / limit * i64::from(amount);
        let after = before.max(now).saturating_add(price);
        if after - now > pace.per {
            let wait = if price > pace.per { pace.per } else { after - now - pace.per };
            return Err(pace.counted.refuse(Some(TimeDelta::microseconds(wait))));
        }
        if full {
            paid.others = after;
        } else {
            paid.until.insert(key, after);
        }
        Ok(())
    }

    /// Gives back what was counted, such as for an attempt that turned out well.
    pub fn give_back(&self, key: &K, amount: u32) {
        let price = self.0.per / i64::from(self.0.counted.limit.max(1)) * i64::from(amount);
        if let Some(until) = locked(&self.0.paid).until.get_mut(key) {
            *until = until.saturating_sub(price);
        }
    }
}

impl<K: Hash + Eq> Clone for Rate<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Send> Metered for Pace<K> {
    fn meter(&self) -> Meter {
        let paid = locked(&self.paid);
        let latest = paid.until.values().copied().max().unwrap_or_default().max(paid.others);
        let price = (self.per / i64::from(self.counted.limit.max(1))).max(1);
        let used = (latest - paid.now).max(0) / price;
        self.counted.meter(u64::try_from(used).unwrap_or_default())
    }
}

/// What is behind these locks is whole after every statement, so a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_share_goes_back_when_it_is_dropped_and_refusals_are_counted() {
        let registry = Registry::default();
        let memory = registry.budget("memory", 10);
        let seven = memory.take(7).unwrap();
        assert_eq!(memory.take(4).unwrap_err().retry_after, None);
        assert!(memory.wait(4).await.is_err(), "nobody may wait");
        assert_eq!(registry.meters(), [meter("memory", 10, 7, 2)]);
        drop(seven);
        let _all = memory.take(10).unwrap();
        assert!(memory.take(11).is_err());
    }

    #[tokio::test]
    async fn who_may_wait_comes_in_turn_and_who_finds_the_line_full_is_refused_at_once() {
        let registry = Registry::default();
        let line = Line { places: 1, within: Duration::from_hours(1) };
        let budget = registry.budget_with_line("permits", 1, line);
        let first = budget.take(1).unwrap();
        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { budget.wait(1).await }
        });
        while budget.0.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(budget.wait(1).await.is_err());
        drop(first);
        assert!(waiting.await.unwrap().is_ok());
        let short =
            registry.budget_with_line("short", 1, Line { places: 1, within: Duration::ZERO });
        let _first = short.take(1).unwrap();
        assert!(short.wait(1).await.is_err(), "its turn does not come in time");
    }

    #[test]
    fn one_key_uses_up_its_own_and_no_other_keys() {
        let registry = Registry::default();
        let places: PerKey<Origin> = registry.per_key("connections", 2);
        let (one, other) = (origin("203.0.113.7"), origin("203.0.113.8"));
        let held = [places.take(&one, 1).unwrap(), places.take(&one, 1).unwrap()];
        assert!(places.take(&one, 1).is_err());
        let _other = places.take(&other, 2).unwrap();
        assert_eq!(registry.meters(), [meter("connections", 2, 2, 1)]);
        drop(held);
        assert!(!locked(&places.0.held).contains_key(&one), "who holds nothing is forgotten");
        assert!(places.take(&one, 2).is_ok());
    }

    #[test]
    fn a_rate_says_truly_when_the_next_will_be_taken() {
        let registry = Registry::default();
        let rate: Rate<u8> = registry.rate("calls", 4, TimeDelta::seconds(60), 10);
        for _ in 0..4 {
            rate.take(1, 1, at(0)).unwrap();
        }
        let refused = rate.take(1, 1, at(0)).unwrap_err();
        assert_eq!(
            (refused.retry_after, refused.retry_after_s()),
            (Some(TimeDelta::seconds(15)), 15)
        );
        assert_eq!(registry.meters(), [meter("calls", 4, 4, 1)]);
        rate.take(2, 4, at(0)).unwrap();
        assert!(rate.take(1, 1, at(14)).is_err());
        rate.take(1, 1, at(15)).unwrap();
        assert!(rate.take(1, 1, at(15)).is_err());
        assert!(rate.take(1, 1, at(0)).is_err(), "a clock that goes back gives nothing");
        rate.give_back(&1, 1);
        rate.take(1, 1, at(15)).unwrap();
        assert!(rate.take(3, 5, at(15)).is_err(), "more than there ever is");
    }

    #[test]
    fn keys_past_the_most_share_one_allowance_until_others_are_forgotten() {
        let registry = Registry::default();
        let rate: Rate<u32> = registry.rate("calls", 2, TimeDelta::seconds(60), 2);
        rate.take(1, 1, at(0)).unwrap();
        rate.take(2, 1, at(0)).unwrap();
        rate.take(3, 1, at(0)).unwrap();
        rate.take(4, 1, at(0)).unwrap();
        assert!(rate.take(5, 1, at(0)).is_err());
        rate.take(1, 1, at(0)).unwrap();
        rate.take(5, 2, at(120)).unwrap();
        assert_eq!(locked(&rate.0.paid).until.len(), 1);
    }

    #[test]
    fn an_address_of_ipv6_stands_for_its_network() {
        assert_eq!(origin("2001:db8:1:2::7"), origin("2001:db8:1:2:ffff::1"));
        assert_ne!(origin("2001:db8:1:2::7"), origin("2001:db8:1:3::7"));
        assert_eq!(origin("::ffff:203.0.113.7"), origin("203.0.113.7"));
        assert_ne!(origin("203.0.113.7"), origin("203.0.113.8"));
        assert_eq!(origin("2001:db8:1:2::7").to_string(), "2001:db8:1:2::/64");
        for own in ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "::ffff:127.0.0.1"] {
            assert!(origin(own).is_of_own_network(), "{own}");
        }
        assert!(!origin("203.0.113.7").is_of_own_network());
        assert!(!origin("2001:db8::1").is_of_own_network());
    }

    fn meter(name: &str, limit: u64, in_use: u64, refused: u64) -> Meter {
        Meter { name: name.into(), limit, in_use, refused }
    }

    fn origin(text: &str) -> Origin {
        text.parse::<IpAddr>().unwrap().into()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
