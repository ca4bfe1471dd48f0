//! What an authenticator is asked to sign. Nothing of a challenge is stored when it is handed out: it carries its time and a tag
//! that only the platform can make. An answer that was accepted uses it up.

use chrono::{DateTime, TimeDelta};

use crate::Timestamp;
use crate::id::SessionId;

/// From being asked to the answer: finding the right device, and its PIN.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// By how much the clocks of two hosts may differ.
pub const SKEW: TimeDelta = TimeDelta::seconds(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub random: u128,
    pub issued_at: Timestamp,
}

/// What the answer will be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedTo {
    /// In this session of the cabinet and in no other, for a key that knows its client by this name.
    Add {
        session: SessionId,
        user: u128,
    },
    SignIn,
}

impl Challenge {
    /// What its tag is made of.
    pub fn tagged(&self, to: AskedTo) -> String {
        let body = self.body();
        match to {
            AskedTo::Add { session, user } => format!("add:{session}:{user:032x}:{body}"),
            AskedTo::SignIn => format!("sign-in:{body}"),
        }
    }

    /// As text; its bytes are the challenge.
    pub fn write(&self, tag: &str) -> String {
        format!("{}.{tag}", self.body())
    }

    /// The challenge, and its tag, not yet verified.
    pub fn read(text: &str) -> Option<(Self, &str)> {
        let mut parts = text.splitn(3, '.');
        let (random, issued_at, tag) = (parts.next()?, parts.next()?, parts.next()?);
        let issued_at = DateTime::from_timestamp_millis(issued_at.parse().ok()?)?;
        let read = Self { random: u128::from_str_radix(random, 16).ok()?, issued_at };
        // Only as it is written: what is remembered of a used one is its text.
        (text == read.write(tag)).then_some((read, tag))
    }

    pub fn is_open(&self, now: Timestamp) -> bool {
        now <= self.issued_at + LIFETIME && self.issued_at <= now + SKEW
    }

    fn body(&self) -> String {
        format!("{:032x}.{}", self.random, self.issued_at.timestamp_millis())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_challenge_reads_back_and_in_no_other_spelling() {
        let issued_at = DateTime::from_timestamp_millis(1_800_000_000_123).unwrap();
        let challenge = Challenge { random: 0xab, issued_at };
        let text = challenge.write("tag");
        assert_eq!(text, "000000000000000000000000000000ab.1800000000123.tag");
        assert_eq!(Challenge::read(&text), Some((challenge, "tag")));
        for other in ["ab.1800000000123.tag", "", "..", "x.1.tag"] {
            assert_eq!(Challenge::read(other), None, "{other}");
        }
        assert_eq!(Challenge::read(&text.replace("ab.", "AB.")), None);
        assert_eq!(Challenge::read(&text.replace(".18", ".+18")), None);
        let add = |session, user| AskedTo::Add { session: SessionId(session), user };
        let tags: BTreeSet<_> = [AskedTo::SignIn, add(1, 1), add(1, 2), add(2, 1)]
            .map(|it| challenge.tagged(it))
            .into();
        assert_eq!(tags.len(), 4);
    }

    #[test]
    fn a_challenge_is_open_for_its_time() {
        let issued_at = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
        let challenge = Challenge { random: 1, issued_at };
        assert!(challenge.is_open(issued_at) && challenge.is_open(issued_at + LIFETIME));
        assert!(challenge.is_open(issued_at - SKEW), "another host's clock");
        let second = TimeDelta::seconds(1);
        assert!(!challenge.is_open(issued_at + LIFETIME + second));
        assert!(!challenge.is_open(issued_at - SKEW - second));
    }
}
