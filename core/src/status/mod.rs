//! The IETF Token Status List: a compressed list of which consents have ended, and which were changed by their clients.
//!
//! draft-ietf-oauth-status-list: two bits a consent (§7.1: `0x00` valid, `0x01` invalid, `0x03` application-specific, here
//! changed), the least significant bits of a byte first (§4.1), DEFLATE in the ZLIB format (§4.2).

use std::io::Read as _;

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use serde::{Deserialize, Serialize};

use crate::jose::{from_base64, to_base64};

/// The `typ` of the JWS that carries it (§5.1).
pub const TYPE: &str = "statuslist+jwt";

/// The longest accepted list, in bytes: 64 million consents.
const BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Places published beyond the last one assigned, so that a consent granted a moment ago is already on every
/// edge's list. A multiple of four.
const AHEAD: u64 = 4096;

/// The claims of `GET /edge/status-list` (§5.1).
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
