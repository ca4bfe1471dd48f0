//! The requester of an identity check, and how many checks each requester may have (IDX-2).
//!
//! Checks are counted by person and requester, so that an attacker who knows an IIN uses up the attacker's own
//! allowance and not the owner's. All requesters of one kind also share an allowance per person, because
//! IP addresses are cheap.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::session::{BLOCK, CHECKS_MAX};
use crate::Timestamp;
use crate::id::Bin;

/// Challenges of one person and requester within [`BLOCK`] whose checks did not pass.
pub const DRAWN_MAX: usize = CHECKS_MAX as usize;
/// Challenges of one person, of all requesters of a kind, within [`KIND_WITHIN`].
pub const KIND_DRAWN_MAX: usize = 16;
pub const KIND_WITHIN: TimeDelta = TimeDelta::hours(1);

/// How long a browser in which somebody has proved their identity is recognised.
pub const KNOWN_DAYS: u16 = 180;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requester {
    /// A browser in which the same person proved their identity before, by the hash of its cookie.
    KnownBrowser(String),
    /// The consumer whose pushed request the session serves.
    Participant(Bin),
    /// A sign-in to the cabinet from an address, or from a /64 of IPv6.
    Address(String),
    /// A sign-in to the cabinet through a proxy that hides the address.
    Unknown,
}

/// Whether one more challenge may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    Left,
    /// The requester has used up its allowance: liveness is blocked for this person and requester.
    Spent,
    /// All requesters of this kind together have used up their allowance.
    SpentUntil(Timestamp),
}

impl Requester {
    /// Stable text to count by.
    pub fn key(&self) -> String {
        match self {
            Self::KnownBrowser(hash) => format!("browser:{hash}"),
            Self::Participant(bin) => format!("participant:{bin}"),
            Self::Address(address) => format!("address:{address}"),
            Self::Unknown => "unknown".to_owned(),
        }
    }

    /// Stable text to count all requesters of a kind by.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::KnownBrowser(_) => "browser",
            Self::Participant(_) => "participant",
            Self::Address(_) | Self::Unknown => "stranger",
        }
    }
}

/// `own`: when challenges were drawn for this person and requester since the last passed check.
/// `of_kind`: the same for all requesters of its kind. In any order.
pub fn allowance(own: &[Timestamp], of_kind: &[Timestamp], now: Timestamp) -> Allowance {
    if free_at(own, DRAWN_MAX, BLOCK, now).is_some() {
        return Allowance::Spent;
    }
    free_at(of_kind, KIND_DRAWN_MAX, KIND_WITHIN, now)
        .map_or(Allowance::Left, Allowance::SpentUntil)
}

/// If `max` or more of `events` lie within the window that ends now: when there will be fewer.
fn free_at(
    events: &[Timestamp],
    max: usize,
    within: TimeDelta,
    now: Timestamp,
) -> Option<Timestamp> {
    let mut recent: Vec<_> = events.iter().copied().filter(|it| now - *it < within).collect();
    recent.sort_unstable();
    let last_in_the_way = recent.len().checked_sub(max)?;
    recent.get(last_in_the_way).map(|it| *it + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let drawn = [at(0), at(300), at(10), at(20)];
        assert_eq!(allowance(&drawn[..3], &[], at(300)), Allowance::Left);
        assert_eq!(allowance(&drawn, &[], at(300)), Allowance::Spent);
        assert_eq!(allowance(&drawn, &[], at(899)), Allowance::Spent);
        assert_eq!(allowance(&drawn, &[], at(900)), Allowance::Left);
    }

    #[test]
    fn many_requesters_of_a_kind_share_an_allowance_that_ends_when_it_says() {
        let drawn: Vec<_> = (0..17).map(|it| at(60 * it)).collect();
        let now = at(60 * 17);
        assert_eq!(allowance(&[], &drawn[..15], now), Allowance::Left);
        let spent = allowance(&[], &drawn, now);
        assert_eq!(spent, Allowance::SpentUntil(at(3_600 + 60)), "the second leaves the window");
        assert_eq!(allowance(&[], &drawn, at(3_600 + 59)), spent);
        assert_eq!(allowance(&[], &drawn, at(3_600 + 60)), Allowance::Left);
    }

    #[test]
    fn strangers_are_one_kind_and_each_address_has_its_own_key() {
        let [one, other] = ["203.0.113.7", "2001:db8::/64"].map(|it| Requester::Address(it.into()));
        assert_ne!(one.key(), other.key());
        assert_eq!((one.kind(), Requester::Unknown.kind()), (other.kind(), other.kind()));
        let known = Requester::KnownBrowser("hash".into());
        assert_ne!(known.kind(), one.kind());
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
