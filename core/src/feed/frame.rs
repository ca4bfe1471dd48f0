//! Frames and their written form: four bytes of length, kind, number, digest of the one before, payload.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{Digest, FeedError};
use crate::status::Entry;

/// The longest frame without its length, in bytes: a snapshot with the longest status list.
pub const LENGTH_MAX: usize = 48 * 1024 * 1024;
/// Kind, number, digest.
const HEAD: usize = 1 + 8 + 32;
/// Keeps these digests apart from all others.
const DOMAIN: &[u8] = b"senim feed 1\n";
/// Changes in one frame of bits.
const CHANGES_MAX: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Consents that have ended, or new places: [`Bits`].
    Bits,
    /// All participants: JSON of a list of [`crate::routing::RegistryParticipant`].
    Registry,
    /// The platform's published keys: JSON of [`crate::jose::JwkSet`].
    Keys,
    /// Everything at one place of the stream: JSON of [`super::content::Snapshot`]. Not a link of the chain: `prev` is the digest
    /// of the frame `seq`, as it is in a beat.
    Snapshot,
    /// A compact JWS of [`super::Beat`].
    Beat,
}

impl Kind {
    pub fn number(self) -> u8 {
        match self {
            Self::Bits => 1,
            Self::Registry => 2,
            Self::Keys => 3,
            Self::Snapshot => 4,
            Self::Beat => 5,
        }
    }

    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Bits, Self::Registry, Self::Keys, Self::Snapshot, Self::Beat]
            .into_iter()
            .find(|it| it.number() == number)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub kind: Kind,
    pub seq: u64,
    /// Digest of the frame before.
    pub prev: Digest,
    pub payload: Vec<u8>,
}

impl Frame {
    /// What the next frame has as `prev`.
    pub fn digest(&self) -> Digest {
        Sha256::new()
            .chain_update(DOMAIN)
            .chain_update([self.kind.number()])
            .chain_update(self.seq.to_be_bytes())
            .chain_update(self.prev)
            .chain_update(&self.payload)
            .finalize()
            .into()
    }

    pub fn write(&self, into: &mut Vec<u8>) {
        let length = u32::try_from(HEAD + self.payload.len()).unwrap_or(u32::MAX);
        into.extend_from_slice(&length.to_be_bytes());
        into.push(self.kind.number());
        into.extend_from_slice(&self.seq.to_be_bytes());
        into.extend_from_slice(&self.prev);
        into.extend_from_slice(&self.payload);
    }

    fn read(bytes: &[u8]) -> Result<Self, FeedError> {
        let short = || FeedError::Frame("it is too short");
        let (&kind, rest) = bytes.split_first().ok_or_else(short)?;
        let (seq, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        let (prev, payload) = rest.split_first_chunk::<32>().ok_or_else(short)?;
        Ok(Self {
            kind: Kind::from_number(kind).ok_or(FeedError::Frame("its kind is unknown"))?,
            seq: u64::from_be_bytes(*seq),
            prev: *prev,
            payload: payload.to_vec(),
        })
    }
}

/// Finds the frames in the bytes of a stream, however they were cut on the way.
#[derive(Debug, Default)]
pub struct Splitter {
    held: Vec<u8>,
    /// How much of `held` has been read.
    read: usize,
}

impl Splitter {
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.drain(..self.read);
        self.read = 0;
        self.held.extend_from_slice(bytes);
    }

    /// `None`: more bytes are needed.
    pub fn take(&mut self) -> Result<Option<Frame>, FeedError> {
        let Some((length, rest)) = self.held[self.read..].split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length > LENGTH_MAX {
            return Err(FeedError::Frame("it is too long"));
        }
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        let frame = Frame::read(bytes)?;
        self.read += 4 + length;
        Ok(Some(frame))
    }
}

/// The payload of [`Kind::Bits`]: varints of the places taken and the number of changes, then for each change, ascending, a
/// varint of the distance from the one before and a byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    /// Places of the status list that are assigned.
    pub taken: u64,
    /// Consents that ended, or were changed.
    pub changes: BTreeMap<u64, Entry>,
}

impl Bits {
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        varint(self.taken, &mut bytes);
        varint(self.changes.len() as u64, &mut bytes);
        let mut before = 0;
        for (&index, &entry) in &self.changes {
            varint(index - before, &mut bytes);
            bytes.push(entry.bits());
            before = index;
        }
        bytes
    }

    pub fn read(bytes: &[u8]) -> Result<Self, FeedError> {
        let wrong = FeedError::Content("not a list of changed consents");
        let mut rest = bytes;
        let taken = unvarint(&mut rest).ok_or(wrong)?;
        let count = unvarint(&mut rest).filter(|it| *it <= CHANGES_MAX).ok_or(wrong)?;
        let mut changes = BTreeMap::new();
        let mut before = 0_u64;
        for number in 0..count {
            let distance = unvarint(&mut rest).filter(|it| number == 0 || *it > 0).ok_or(wrong)?;
            let index = before.checked_add(distance).ok_or(wrong)?;
            let (&value, after) = rest.split_first().ok_or(wrong)?;
            let entry = Entry::from_bits(value).ok_or(wrong)?;
            rest = after;
            changes.insert(index, entry);
            before = index;
        }
        if rest.is_empty() { Ok(Self { taken, changes }) } else { Err(wrong) }
    }
}

/// Seven bits a byte, the least significant first; the eighth says that more follow.
fn varint(mut value: u64, into: &mut Vec<u8>) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

/// `None` for one that is cut off, longer than needed, or beyond 64 bits.
fn unvarint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for place in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        if place == 9 && byte > 1 {
            return None;
        }
        value |= low << (7 * place);
        if byte & 0x80 == 0 {
            return (place == 0 || byte != 0).then_some(value);
        }
    }
    None
}
