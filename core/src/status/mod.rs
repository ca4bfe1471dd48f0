//! The IETF Token Status List: a compressed list of which consents have ended, and which were changed by their clients.
//!
//! draft-ietf-oauth-status-list: two bits a consent (§7.1: `0x00` valid, `0x01` invalid, `0x03` application-specific, here
//! changed), the least significant bits of a byte first (§4.1), DEFLATE in the ZLIB format (§4.2).

pub mod cwt;

use std::io::Read as _;

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::jose::{from_base64, to_base64};

/// The `typ` of the JWS that carries it (§5.1).
pub const TYPE: &str = "statuslist+jwt";

/// The longest accepted list, in bytes: 64 million consents.
const BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Places published beyond the last one assigned, so that a consent granted a moment ago is already on every
/// edge's list. A multiple of four.
const AHEAD: u64 = 4096;
/// How far the platform's clock may be ahead, in seconds.
const AHEAD_MAX_S: i64 = 60;

/// The claims of `GET /status-list` (§5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusListClaims {
    pub iss: String,
    /// The list's own address.
    pub sub: String,
    /// Epoch seconds.
    pub iat: i64,
    pub exp: i64,
    /// Seconds after which to fetch it again.
    pub ttl: i64,
    /// Grows with every change; a private claim, which older platforms don't send.
    #[serde(default)]
    pub version: u64,
    pub status_list: PackedList,
}

impl StatusListClaims {
    /// For how many seconds who fetched it just now may hand it on (§13.1): `ttl`, and never beyond `exp`. `None`: it is not this
    /// platform's list of this address, has expired, or was made in the future.
    pub fn kept_s(&self, issuer: &str, address: &str, now: Timestamp) -> Option<u64> {
        let now = now.timestamp();
        let own = self.iss == issuer && self.sub == address;
        if !own || self.exp <= now || self.iat > now.saturating_add(AHEAD_MAX_S) {
            return None;
        }
        u64::try_from(self.ttl.min(self.exp - now)).ok().filter(|it| *it > 0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedList {
    /// Bits a consent: 2; lists of 1 are read as well.
    pub bits: u8,
    /// The bitmap, compressed, in base64url.
    pub lst: String,
}

/// The decompressed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

/// What a list says of one consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Valid,
    Ended,
    /// Ended as well; a narrower one has taken its place (CNS-7).
    Changed,
}

impl Entry {
    /// As a list of two bits has it.
    pub fn bits(self) -> u8 {
        match self {
            Self::Valid => 0b00,
            Self::Ended => 0b01,
            Self::Changed => 0b11,
        }
    }

    /// `None` for what we never give.
    pub fn from_bits(bits: u8) -> Option<Self> {
        [Self::Valid, Self::Ended, Self::Changed].into_iter().find(|it| it.bits() == bits)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a status list with one or two bits per entry")]
pub struct StatusListError;

impl StatusList {
    /// Of the places from 0 to `taken`, those in `ended` have ended; places beyond are published as valid
    /// and are not assigned yet.
    pub fn new(taken: u64, ended: impl IntoIterator<Item = u64>) -> Self {
        let places = taken.next_multiple_of(AHEAD) + AHEAD;
        let bytes = vec![0; usize::try_from(places / 4).unwrap_or_default()];
        let mut list = Self { bits: 2, bytes };
        list.mark(ended, 0b01);
        list
    }

    /// These were changed.
    #[must_use]
    pub fn with_changed(mut self, changed: impl IntoIterator<Item = u64>) -> Self {
        self.mark(changed, 0b11);
        self
    }

    fn mark(&mut self, indices: impl IntoIterator<Item = u64>, value: u8) {
        for index in indices {
            let (byte, shift) = place(index, self.bits);
            if let Some(byte) = byte.and_then(|it| self.bytes.get_mut(it)) {
                *byte |= value << shift;
            }
        }
    }

    /// Makes room for these places and some beyond, as [`Self::new`] does. A list never becomes shorter.
    pub fn grow(&mut self, taken: u64) -> Result<(), StatusListError> {
        let each = u64::from(8 / self.bits);
        let places = taken.checked_next_multiple_of(AHEAD).and_then(|it| it.checked_add(AHEAD));
        let bytes = places.map(|it| it / each).filter(|it| *it <= BYTES_MAX);
        let bytes = bytes.and_then(|it| usize::try_from(it).ok()).ok_or(StatusListError)?;
        if bytes > self.bytes.len() {
            self.bytes.resize(bytes, 0);
        }
        Ok(())
    }

    /// An end stays: of two, the later is kept.
    pub fn set(&mut self, index: u64, entry: Entry) -> Result<(), StatusListError> {
        let (byte, shift) = place(index, self.bits);
        let byte = byte.and_then(|it| self.bytes.get_mut(it)).ok_or(StatusListError)?;
        *byte |= entry.bits() << shift;
        Ok(())
    }

    /// Whether this place is the first of a stretch for which lists must grow.
    pub fn grows_at(index: u64) -> bool {
        index.is_multiple_of(AHEAD)
    }

    /// `None` if the list does not reach that far, which must be treated as a refusal.
    pub fn entry(&self, index: u64) -> Option<Entry> {
        let (byte, shift) = place(index, self.bits);
        let byte = *byte.and_then(|it| self.bytes.get(it))?;
        Some(match byte >> shift & ((1 << self.bits) - 1) {
            0b00 => Entry::Valid,
            0b11 => Entry::Changed,
            // Suspended is a status that we never give, and no reason to let data flow.
            _ => Entry::Ended,
        })
    }

    pub fn pack(&self) -> PackedList {
        let mut packed = Vec::new();
        // Reading from memory does not fail.
        let _ =
            ZlibEncoder::new(self.bytes.as_slice(), Compression::best()).read_to_end(&mut packed);
        PackedList { bits: self.bits, lst: to_base64(&packed) }
    }
}

impl PackedList {
    pub fn unpack(&self) -> Result<StatusList, StatusListError> {
        if !matches!(self.bits, 1 | 2) {
            return Err(StatusListError);
        }
        let packed = from_base64(&self.lst).map_err(|_| StatusListError)?;
        let mut bytes = Vec::new();
        ZlibDecoder::new(packed.as_slice())
            .take(BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| StatusListError)?;
        if u64::try_from(bytes.len()).is_ok_and(|it| it <= BYTES_MAX) {
            return Ok(StatusList { bits: self.bits, bytes });
        }
        Err(StatusListError)
    }
}

/// The byte of an entry, and how far its bits are from the byte's least.
fn place(index: u64, bits: u8) -> (Option<usize>, u8) {
    let each = u64::from(8 / bits);
    let within = u8::try_from(index % each).unwrap_or_default();
    (usize::try_from(index / each).ok(), within * bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// §4.1's examples of one bit and of two bits an entry.
    #[test]
    fn the_draft_s_examples_read() {
        let packed = PackedList { bits: 1, lst: "eNrbuRgAAhcBXQ".to_owned() };
        let list = packed.unpack().unwrap();
        let read: Vec<_> = (0..16).map(|it| value(list.entry(it).unwrap())).collect();
        assert_eq!(read, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        assert_eq!(list.entry(16), None);
        let packed = PackedList { bits: 2, lst: "eNo76fITAAPfAgc".to_owned() };
        let list = packed.unpack().unwrap();
        let read: Vec<_> = (0..12).map(|it| value(list.entry(it).unwrap())).collect();
        // Suspended, `0x02`, is read as ended.
        assert_eq!(read, [1, 1, 0, 3, 0, 1, 0, 1, 1, 1, 3, 3]);
        assert_eq!(list.entry(12), None);
    }

    fn value(entry: Entry) -> u8 {
        match entry {
            Entry::Valid => 0,
            Entry::Ended => 1,
            Entry::Changed => 3,
        }
    }

    #[test]
    fn a_place_taken_after_the_list_was_made_is_on_it() {
        for taken in [0, 1, AHEAD - 1, AHEAD, AHEAD + 1] {
            let list = StatusList::new(taken, []);
            assert_eq!(list.entry(taken), Some(Entry::Valid), "{taken}");
            assert_eq!(list.entry(taken + AHEAD - 1), Some(Entry::Valid), "{taken}");
            assert_eq!(list.entry(u64::MAX), None);
        }
    }

    #[test]
    fn a_list_is_handed_on_for_its_time_and_only_as_what_it_is() {
        let claims = StatusListClaims {
            iss: "https://p".to_owned(),
            sub: "https://p/status-list".to_owned(),
            iat: 1_000,
            exp: 1_060,
            ttl: 5,
            version: 1,
            status_list: StatusList::new(0, []).pack(),
        };
        let kept = |claims: &StatusListClaims, now| {
            let now = Timestamp::from_timestamp(now, 0).unwrap();
            claims.kept_s("https://p", "https://p/status-list", now)
        };
        for (now, expected) in
            [(1_000, Some(5)), (1_058, Some(2)), (1_060, None), (940, Some(5)), (939, None)]
        {
            assert_eq!(kept(&claims, now), expected, "{now}");
        }
        for wrong in [
            StatusListClaims { iss: "https://q".to_owned(), ..claims.clone() },
            StatusListClaims { sub: "https://p/other".to_owned(), ..claims.clone() },
            StatusListClaims { ttl: 0, ..claims.clone() },
            StatusListClaims { ttl: -1, ..claims.clone() },
            StatusListClaims { exp: i64::MIN, ..claims.clone() },
        ] {
            assert_eq!(kept(&wrong, 1_000), None);
        }
    }

    #[test]
    fn malformed_lists_are_refused() {
        let list = |bits, lst: &str| PackedList { bits, lst: lst.to_owned() }.unpack();
        assert!(list(0, "eNrbuRgAAhcBXQ").is_err());
        assert!(list(4, "eNrbuRgAAhcBXQ").is_err());
        assert!(list(1, "eNrbuRgAAhcBX").is_err());
        assert!(list(1, "").is_err());
        assert!(list(1, "=").is_err());
    }

    #[test]
    fn a_million_consents_with_one_in_a_hundred_ended_stay_small() {
        let list = StatusList::new(1_000_000, (0..10_000).map(|it| it * 7919 % 1_000_000));
        assert!(list.pack().lst.len() < 35_000, "{}", list.pack().lst.len());
    }

    proptest! {
        #[test]
        fn a_list_round_trips(
            ended in proptest::collection::btree_set(0_u64..20_000, 0..300),
            changed in proptest::collection::btree_set(0_u64..20_000, 0..300),
        ) {
            let list = StatusList::new(20_000, ended.iter().copied());
            let list = list.with_changed(changed.iter().copied()).pack().unpack().unwrap();
            for index in 0..20_000 {
                let entry = match (ended.contains(&index), changed.contains(&index)) {
                    (_, true) => Entry::Changed,
                    (true, false) => Entry::Ended,
                    (false, false) => Entry::Valid,
                };
                prop_assert_eq!(list.entry(index), Some(entry));
            }
        }
    }
}
