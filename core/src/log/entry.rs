//! An entry of the journal's log. It names nobody: a record stands in it by its digest, a client by a pseudonym.
//!
//! | bytes | a record without a client | a client's record | the index | what was pruned |
//! |---|---|---|---|---|
//! | 0 | 1 | 2 | 3 | 4 |
//! | 1.. | SHA-256 of the record | SHA-256 of the record, pseudonym | size (8), Unix seconds (8), root | minimum index (8), month (4) |
//!
//! A record has 16 random bytes (`Record::id`), so its digest says nothing to who does not know the record.

use sha2::{Digest as _, Sha256};

use super::{Hash, LogError};
use crate::Timestamp;

const RECORD: u8 = 1;
const OF_CLIENT: u8 = 2;
const INDEX: u8 = 3;
const PRUNED: u8 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Record {
        /// SHA-256 of the record's written form.
        digest: Hash,
        client: Option<Pseudonym>,
    },
    /// The index over all entries before this one, from the minimum index on.
    Index {
        /// This entry's own number: as many entries stand before it.
        size: u64,
        /// When it was made, in Unix seconds.
        at: u64,
        root: Hash,
    },
    /// Entries before the minimum index are given up, and the index forgets them (c2sp.org/tlog-tiles, "Pruning").
    Pruned(Pruned),
}

/// Where a log begins since it was pruned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// The minimum index: the first entry that the log still has.
    pub minimum: u64,
    /// The first month of which it still has everything.
    pub from: Month,
}

impl Entry {
    pub fn of_record(record: &str, client: Option<Pseudonym>) -> Self {
        Self::Record { digest: Sha256::digest(record).into(), client }
    }

    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Record { digest, client: None } => [[RECORD].as_slice(), digest].concat(),
            Self::Record { digest, client: Some(client) } => {
                [[OF_CLIENT].as_slice(), digest, &client.0].concat()
            }
            Self::Index { size, at, root } => {
                [[INDEX].as_slice(), &size.to_be_bytes(), &at.to_be_bytes(), root].concat()
            }
            Self::Pruned(Pruned { minimum, from }) => {
                [[PRUNED].as_slice(), &minimum.to_be_bytes(), &from.0.to_be_bytes()].concat()
            }
        }
    }

    /// The first entry of `bytes`, and what follows it.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), LogError> {
        let short = LogError::Entry("it breaks off");
        let (kind, rest) = bytes.split_first().ok_or(short.clone())?;
        match *kind {
            RECORD | OF_CLIENT => {
                let (digest, mut rest) = rest.split_first_chunk::<32>().ok_or(short.clone())?;
                let mut client = None;
                if *kind == OF_CLIENT {
                    let (pseudonym, after) = rest.split_first_chunk::<32>().ok_or(short)?;
                    client = Some(Pseudonym(*pseudonym));
                    rest = after;
                }
                Ok((Self::Record { digest: *digest, client }, rest))
            }
            INDEX => {
                let (size, rest) = rest.split_first_chunk::<8>().ok_or(short.clone())?;
                let (at, rest) = rest.split_first_chunk::<8>().ok_or(short.clone())?;
                let (root, rest) = rest.split_first_chunk::<32>().ok_or(short)?;
                let (size, at) = (u64::from_be_bytes(*size), u64::from_be_bytes(*at));
                Ok((Self::Index { size, at, root: *root }, rest))
            }
            PRUNED => {
                let (minimum, rest) = rest.split_first_chunk::<8>().ok_or(short.clone())?;
                let (month, rest) = rest.split_first_chunk::<4>().ok_or(short)?;
                let from = Month(u32::from_be_bytes(*month));
                if !from.is_known() {
                    return Err(LogError::Entry("its month is beyond the calendar"));
                }
                Ok((Self::Pruned(Pruned { minimum: u64::from_be_bytes(*minimum), from }), rest))
            }
            _ => Err(LogError::Entry("its kind is not known")),
        }
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, LogError> {
        match Self::read(bytes)? {
            (entry, []) => Ok(entry),
            _ => Err(LogError::Entry("something follows it")),
        }
    }
}

/// What a client's records of one month carry in place of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudonym(pub Hash);

/// What makes a client's pseudonyms. Only the client and the platform have it; it prints nothing of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientKey(pub Hash);

impl ClientKey {
    /// Another one each month, so that a reader of the log can't follow anybody for longer.
    pub fn pseudonym(&self, month: Month) -> Pseudonym {
        let hash = Sha256::new()
            .chain_update(b"senim pseudonym in the log 1")
            .chain_update(self.0)
            .chain_update(month.0.to_be_bytes())
            .finalize();
        Pseudonym(hash.into())
    }
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientKey(…)")
    }
}

/// A calendar month of Kazakhstan: when an entry was written into the log. Printed as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(u32);

impl Month {
    pub fn of(moment: Timestamp) -> Self {
        use chrono::Datelike as _;
        let day = crate::calendar::day(moment);
        Self(u32::try_from(day.year()).unwrap_or(0) * 12 + day.month0())
    }

    /// `None` beyond the calendar.
    pub fn of_seconds(seconds: u64) -> Option<Self> {
        Timestamp::from_timestamp(i64::try_from(seconds).ok()?, 0).map(Self::of)
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The same month so many years earlier.
    #[must_use]
    pub fn years_before(self, years: u8) -> Self {
        Self(self.0.saturating_sub(u32::from(years) * 12))
    }

    /// What [`Display`](std::fmt::Display) and [`FromStr`](std::str::FromStr) can say.
    fn is_known(self) -> bool {
        (12..10_000 * 12).contains(&self.0)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

impl std::str::FromStr for Month {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let parts = text.split_once('-').and_then(|(year, month)| {
            let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
            let known = (1..=9999).contains(&year) && (1..=12).contains(&month);
            known.then(|| Self(year * 12 + month - 1))
        });
        parts.filter(|it| it.to_string() == text).ok_or(LogError::Entry("not a month"))
    }
}
