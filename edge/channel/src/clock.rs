//! Time and randomness: the only place where native processes read either.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chrono::TimeDelta;
use rand::RngCore as _;
use senim_core::Timestamp;
use senim_core::jose::to_base64;
use sha2::{Digest as _, Sha256};

#[expect(clippy::disallowed_methods, reason = "the edge where time enters")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// The monotonic clock, for durations.
#[expect(clippy::disallowed_methods, reason = "the edge where time enters")]
pub fn instant() -> Instant {
    Instant::now()
}

pub fn milliseconds_since(start: Instant) -> u32 {
    u32::try_from(instant().duration_since(start).as_millis()).unwrap_or(u32::MAX)
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// A clock for tests: it changes only when set.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.timestamp_millis()))
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        moment(self.0.load(Ordering::SeqCst))
    }
}

/// A stored moment; the epoch if it is out of the calendar's range.
pub fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// Unpredictable bytes.
pub trait Rng: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);

    /// 256 bits in base64url: request URIs, codes, refresh tokens, cookies.
    fn token(&self) -> String {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        to_base64(&bytes)
    }

    /// For identifiers: core/src/id.rs.
    fn id(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_be_bytes(bytes)
    }

    /// Uniformly in `[0, end)`.
    fn below(&self, end: u32) -> u32 {
        let zone = u32::MAX - u32::MAX % end;
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes);
            let drawn = u32::from_be_bytes(bytes);
            if drawn < zone {
                return drawn % end;
            }
        }
    }
}

pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// The same bytes in the same order for the same seed.
pub struct FixedRng {
    seed: u64,
    drawn: AtomicU64,
}

impl FixedRng {
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Rng for FixedRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let turn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(turn.to_be_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_chance_and_never_twice_the_same_token() {
        let (one, two) = (FixedRng::new(7), FixedRng::new(7));
        let first = one.token();
        assert_eq!(first, two.token());
        assert_ne!(first, one.token());
        assert!((0..100).all(|_| one.below(10) < 10));
    }
}
