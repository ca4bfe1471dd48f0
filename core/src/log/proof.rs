//! C2SP tlog-proof: an entry's place in a log, to be verified offline.

use std::fmt;
use std::str::FromStr;

use super::checkpoint::Checkpoint;
use super::note::Note;
use super::policy::{Policy, Trusted};
use super::tree::{included, leaf_hash};
use super::{Hash, LogError, decimal, from_base64, hash_from_base64, to_base64};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// Hashes of an inclusion proof: the height of the greatest tree.
pub const HASHES_MAX: usize = 64;

/// A `.tlog-proof` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Not authenticated by itself.
    pub extra: Option<Vec<u8>>,
    pub index: u64,
    pub hashes: Vec<Hash>,
    pub checkpoint: Note,
}

impl Proof {
    /// Whether `entry` stands at the proof's place, in a log and under witnesses that the policy trusts.
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<Trusted, LogError> {
        let trusted = policy.check(&self.checkpoint)?;
        let Checkpoint { size, root, .. } = &trusted.checkpoint;
        if !included(&leaf_hash(entry), self.index, *size, &self.hashes, root) {
            return Err(LogError::Refuted(
                "the entry is not in the log at the place that the proof names",
            ));
        }
        Ok(trusted)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|it| writeln!(f, "{}", to_base64(it)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(LogError::Proof("no empty line before its checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(LogError::Proof("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = match lines.peek().and_then(|it| it.strip_prefix("extra ")) {
            None => None,
            Some(extra) => {
                lines.next();
                Some(from_base64(extra).ok_or(LogError::Proof("its extra data are not base64"))?)
            }
        };
        let index = lines.next().and_then(|it| decimal(it.strip_prefix("index ")?));
        let index = index.ok_or(LogError::Proof("it names no index"))?;
        let hashes: Option<Vec<_>> = lines.map(hash_from_base64).collect();
        let hashes = hashes.ok_or(LogError::Proof("one of its lines is not a hash"))?;
        if hashes.len() > HASHES_MAX {
            return Err(LogError::Proof("it has too many hashes"));
        }
        Ok(Self { extra, index, hashes, checkpoint: Note::parse(checkpoint)? })
    }
}
