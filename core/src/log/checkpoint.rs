//! C2SP tlog-checkpoint: a log's size and root at one moment.

use std::fmt;
use std::str::FromStr;

use super::{Hash, LogError, decimal, hash_from_base64, to_base64};

/// The text of a checkpoint's note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: its address without the scheme.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    /// Further lines; ours have none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, to_base64(&self.root))?;
        self.extensions.iter().try_for_each(|it| writeln!(f, "{it}"))
    }
}

impl FromStr for Checkpoint {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let text =
            text.strip_suffix('\n').ok_or(LogError::Checkpoint("its last line does not end"))?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(LogError::Checkpoint("it has less than three lines"));
        };
        if origin.is_empty() {
            return Err(LogError::Checkpoint("it names no log"));
        }
        let size = decimal(size).ok_or(LogError::Checkpoint("its size is not a number"))?;
        let root = hash_from_base64(root).ok_or(LogError::Checkpoint("its root is not a hash"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(LogError::Checkpoint("it has an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }
}
