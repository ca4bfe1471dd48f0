//! A sealed month of the log: a note, signed with the log's key, of what the month's entries are.
//!
//! ```text
//! senim-segment@v1
//! senim.example/log           the log
//! month 2026-11               of Kazakhstan
//! first 0                     its first entry
//! size 51200                  of the tree at its end: one more than its last entry
//! root …                      of that tree
//! index …                     the root of the index at its end
//! entries …                   SHA-256 over its entries, each behind its length in two bytes, as bundles have them
//! ```
//!
//! Segments follow each other without a gap. A month without entries has none.

use std::fmt;
use std::str::FromStr;

use super::entry::Month;
use super::note::{Note, VerifierKey};
use super::{Hash, LogError, decimal, hash_from_base64, to_base64};

/// No checkpoint begins so: its first line is the name of a log.
const FIRST_LINE: &str = "senim-segment@v1";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub origin: String,
    pub month: Month,
    pub first: u64,
    pub size: u64,
    pub root: Hash,
    /// Root of the index at its end.
    pub index: Hash,
    /// SHA-256 over its entries.
    pub entries: Hash,
}

impl Segment {
    /// The segment of a note that `key` signed.
    pub fn signed(note: &Note, key: &VerifierKey) -> Result<Self, LogError> {
        let segment: Self = note.text.parse()?;
        if segment.origin != key.name || note.signed_by(key)?.is_none() {
            return Err(LogError::UnknownLog);
        }
        Ok(segment)
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\n{}", self.origin)?;
        writeln!(f, "month {}\nfirst {}\nsize {}", self.month, self.first, self.size)?;
        for (name, hash) in
            [("root", &self.root), ("index", &self.index), ("entries", &self.entries)]
        {
            writeln!(f, "{name} {}", to_base64(hash))?;
        }
        Ok(())
    }
}

impl FromStr for Segment {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let wrong = |why| LogError::Segment(why);
        let mut lines = text.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(wrong("its first line is not senim-segment@v1"));
        }
        let origin = lines.next().filter(|it| !it.is_empty()).ok_or(wrong("it names no log"))?;
        let mut value = |name: &str| {
            let rest = lines.next()?.strip_prefix(name)?;
            rest.strip_prefix(' ')
        };
        let month = value("month").and_then(|it| it.parse().ok());
        let month = month.ok_or(wrong("it names no month"))?;
        let mut number = |name| value(name).and_then(decimal).ok_or(wrong("a number is missing"));
        let (first, size) = (number("first")?, number("size")?);
        let mut hash =
            |name| value(name).and_then(hash_from_base64).ok_or(wrong("a hash is missing"));
        let (root, index, entries) = (hash("root")?, hash("index")?, hash("entries")?);
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(wrong("something follows it"));
        }
        if first >= size {
            return Err(wrong("it has no entries"));
        }
        Ok(Self { origin: origin.to_owned(), month, first, size, root, index, entries })
    }
}
