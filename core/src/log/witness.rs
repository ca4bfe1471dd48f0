//! C2SP tlog-witness: what a log asks a witness, and what the witness may sign.

use std::fmt;
use std::str::FromStr;

use super::checkpoint::Checkpoint;
use super::note::{Note, VerifierKey};
use super::tree::{consistent, empty_root};
use super::{Hash, LogError, decimal, hash_from_base64, to_base64};

/// Hashes of a consistency proof, by the specification.
const HASHES_MAX: usize = 63;

/// The body of `POST /add-checkpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the last checkpoint that the witness cosigned; 0: none.
    pub old: u64,
    pub proof: Vec<Hash>,
    pub note: Note,
}

/// Why a witness does not sign, each with its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the request can't be read, or its old size is beyond the checkpoint")]
    Malformed,
    #[error("the checkpoint is of a log that is not witnessed here")]
    UnknownLog,
    #[error("no known key of the log signed the checkpoint")]
    Unsigned,
    /// With the size of the last cosigned checkpoint.
    #[error("the last cosigned checkpoint has another size: {0}")]
    Stale(u64),
    /// A fork: the same size with another root.
    #[error("a checkpoint of the same size and another root was cosigned: {0}")]
    Fork(u64),
    #[error("the log does not continue what was cosigned before")]
    Inconsistent,
}

impl Refused {
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::Stale(_) | Self::Fork(_) => 409,
            Self::Inconsistent => 422,
        }
    }
}

impl AddCheckpoint {
    /// The checkpoint that may be cosigned. `last` is the one cosigned before, of the same log.
    pub fn judge(
        &self,
        logs: &[VerifierKey],
        last: impl FnOnce(&str) -> Option<Checkpoint>,
    ) -> Result<Checkpoint, Refused> {
        let checkpoint: Checkpoint = self.note.text.parse().map_err(|_| Refused::Malformed)?;
        let mut keys = logs.iter().filter(|it| it.name == checkpoint.origin).peekable();
        keys.peek().ok_or(Refused::UnknownLog)?;
        if !keys.any(|it| matches!(self.note.signed_by(it), Ok(Some(_)))) {
            return Err(Refused::Unsigned);
        }
        if self.old > checkpoint.size {
            return Err(Refused::Malformed);
        }
        let last = last(&checkpoint.origin);
        let (size, root) = last.map_or((0, empty_root()), |it| (it.size, it.root));
        if self.old != size {
            return Err(Refused::Stale(size));
        }
        if size == checkpoint.size && root != checkpoint.root {
            return Err(Refused::Fork(size));
        }
        if !consistent(size, checkpoint.size, &root, &checkpoint.root, &self.proof) {
            return Err(Refused::Inconsistent);
        }
        Ok(checkpoint)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|it| writeln!(f, "{}", to_base64(it)))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for AddCheckpoint {
    type Err = LogError;

    fn from_str(body: &str) -> Result<Self, LogError> {
        let (head, note) = body
            .split_once("\n\n")
            .ok_or(LogError::Proof("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|it| decimal(it.strip_prefix("old ")?));
        let old = old.ok_or(LogError::Proof("its first line is not the old size"))?;
        let proof: Option<Vec<_>> = lines.map(hash_from_base64).collect();
        let proof = proof.ok_or(LogError::Proof("one of its lines is not a hash"))?;
        if proof.len() > HASHES_MAX {
            return Err(LogError::Proof("it has too many hashes"));
        }
        Ok(Self { old, proof, note: Note::parse(note)? })
    }
}
