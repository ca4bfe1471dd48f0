//! The IETF Token Status List: a compressed bitmap of which consents have ended.
//!
//! draft-ietf-oauth-status-list: one bit a consent, `0x00` valid, `0x01` invalid (§7.1), the least
//! significant bit of a byte first (§4.1), DEFLATE in the ZLIB format (§4.2).

use std::io::Read as _;

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use serde::{Deserialize, Serialize};

use crate::jose::{from_base64, to_base64};

/// The `typ` of the JWS that carries it (§5.1).
pub const TYPE: &str = "statuslist+jwt";

/// The longest accepted list, in bytes: 128 million consents.
const BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Places published beyond the last one assigned, so that a consent granted a moment ago is already on every
/// edge's list. A multiple of eight.
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
    /// Bits a consent: always 1.
    pub bits: u8,
    /// The bitmap, compressed, in base64url.
    pub lst: String,
}

/// The decompressed bitmap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList(Vec<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a status list with one bit per entry")]
pub struct StatusListError;

impl StatusList {
    /// Of the places from 0 to `taken`, those in `ended` have ended; places beyond are published as valid
    /// and are not assigned yet.
    pub fn new(taken: u64, ended: impl IntoIterator<Item = u64>) -> Self {
        let places = taken.next_multiple_of(AHEAD) + AHEAD;
        let mut bytes = vec![0; usize::try_from(places / 8).unwrap_or_default()];
        for index in ended {
            let (byte, bit) = place(index);
            if let Some(byte) = byte.and_then(|it| bytes.get_mut(it)) {
                *byte |= bit;
            }
        }
        Self(bytes)
    }

    /// Whether the consent at `index` has ended; `None` if the list does not reach that far, which must
    /// be treated as a refusal.
    pub fn ended(&self, index: u64) -> Option<bool> {
        let (byte, bit) = place(index);
        byte.and_then(|it| self.0.get(it)).map(|byte| byte & bit != 0)
    }

    pub fn pack(&self) -> PackedList {
        let mut packed = Vec::new();
        // Reading from memory does not fail.
        let _ = ZlibEncoder::new(self.0.as_slice(), Compression::best()).read_to_end(&mut packed);
        PackedList { bits: 1, lst: to_base64(&packed) }
    }
}

impl PackedList {
    pub fn unpack(&self) -> Result<StatusList, StatusListError> {
        if self.bits != 1 {
            return Err(StatusListError);
        }
        let packed = from_base64(&self.lst).map_err(|_| StatusListError)?;
        let mut bytes = Vec::new();
        ZlibDecoder::new(packed.as_slice())
            .take(BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| StatusListError)?;
        if u64::try_from(bytes.len()).is_ok_and(|it| it <= BYTES_MAX) {
            return Ok(StatusList(bytes));
        }
        Err(StatusListError)
    }
}

fn place(index: u64) -> (Option<usize>, u8) {
    (usize::try_from(index / 8).ok(), 1 << (index % 8))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// §4.1's example of one bit an entry.
    #[test]
    fn the_draft_s_example_reads() {
        let packed = PackedList { bits: 1, lst: "eNrbuRgAAhcBXQ".to_owned() };
        let list = packed.unpack().unwrap();
        let read: Vec<_> = (0..16).map(|it| u8::from(list.ended(it).unwrap())).collect();
        assert_eq!(read, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        assert_eq!(list.ended(16), None);
    }

    #[test]
    fn a_place_taken_after_the_list_was_made_is_on_it() {
        for taken in [0, 1, AHEAD - 1, AHEAD, AHEAD + 1] {
            let list = StatusList::new(taken, []);
            assert_eq!(list.ended(taken), Some(false), "{taken}");
            assert_eq!(list.ended(taken + AHEAD - 1), Some(false), "{taken}");
            assert_eq!(list.ended(u64::MAX), None);
        }
    }

    #[test]
    fn malformed_lists_are_refused() {
        let list = |bits, lst: &str| PackedList { bits, lst: lst.to_owned() }.unpack();
        assert!(list(2, "eNrbuRgAAhcBXQ").is_err());
        assert!(list(1, "eNrbuRgAAhcBX").is_err());
        assert!(list(1, "").is_err());
        assert!(list(1, "=").is_err());
    }

    #[test]
    fn a_million_consents_with_one_in_a_hundred_ended_stay_small() {
        let list = StatusList::new(1_000_000, (0..10_000).map(|it| it * 7919 % 1_000_000));
        assert!(list.pack().lst.len() < 25_000, "{}", list.pack().lst.len());
    }

    proptest! {
        #[test]
        fn a_list_round_trips(ended in proptest::collection::btree_set(0_u64..20_000, 0..300)) {
            let list = StatusList::new(20_000, ended.iter().copied()).pack().unpack().unwrap();
            for index in 0..20_000 {
                prop_assert_eq!(list.ended(index), Some(ended.contains(&index)));
            }
        }
    }
}
