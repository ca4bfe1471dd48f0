//! The log that the journal's records are committed to: C2SP tlog-tiles with RFC 6962 hashing, as pure arithmetic.
//!
//! ```text
//! record ──digest, client's pseudonym──▶ entry ──▶ leaf of the tree ──▶ checkpoint, signed, cosigned by witnesses
//!                                          └──▶ index: pseudonym ──▶ count and hash chain; its root is a leaf as well
//! ```
//!
//! Nothing here panics on what a stranger sends. A proof, a note or a tile is believed only after its check.

pub mod checkpoint;
pub mod entry;
pub mod history;
pub mod index;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
pub mod segment;
pub mod tile;
pub mod tree;
pub mod witness;

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// Why something of a log can't be read or does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    #[error("the checkpoint can't be read: {0}")]
    Checkpoint(&'static str),
    #[error("the entry can't be read: {0}")]
    Entry(&'static str),
    #[error("the key can't be read: {0}")]
    Key(&'static str),
    #[error("the note can't be read: {0}")]
    Note(&'static str),
    #[error("the policy can't be read, line {0}: {1}")]
    Policy(usize, &'static str),
    #[error("the proof can't be read: {0}")]
    Proof(&'static str),
    #[error("the segment can't be read: {0}")]
    Segment(&'static str),
    #[error("the tile can't be read: {0}")]
    Tile(&'static str),
    #[error("no log of the policy signed the checkpoint")]
    UnknownLog,
    #[error("the signature of `{0}` is not genuine")]
    BadSignature(String),
    #[error("too few witnesses cosigned the checkpoint")]
    Quorum,
    #[error("{0}")]
    Refuted(&'static str),
    /// Something is not as the log has it.
    #[error("{0}")]
    Altered(&'static str),
    /// The log has more than was shown.
    #[error("{0}")]
    Missing(&'static str),
    /// The log does not continue what was seen before.
    #[error("{0}")]
    Rewritten(&'static str),
}

/// The standard alphabet with padding, as C2SP writes hashes and signatures.
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Strict: padding is required, stray bits and white space are refused.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash in base64.
pub fn hash_from_base64(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// A decimal number without leading zeroes.
pub fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let plain = digits && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}
