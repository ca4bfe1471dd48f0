//! What nodes must know, as one ordered stream: ended consents, the registry, the platform's keys (OAPI-5, CNS-4).
//!
//! ```text
//! platform   deed ─┬─▶ frame n (prev = digest of n−1) ─▶ frame n+1 ─▶ … ─▶ beat: signs the digest of the last frame
//!                  └─ one transaction                                        and when the platform looked
//! node       ask(from, nonce) ─▶ [snapshot] frames, beat(nonce) ─▶ frames, beat ─▶ … ─▶ swap ─▶ acknowledge the beat's place
//! ```
//!
//! Nothing of a frame counts before a beat has signed it, and a beat counts only if its digest is that of all frames
//! before it. So a frame that is left out, doubled, moved or altered ends the stream, and the node asks for a snapshot.

pub mod content;
pub mod follower;
pub mod frame;
pub mod log;
pub mod reach;
pub mod snapshot;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// The digest before the first frame.
pub const BEGINNING: Digest = [0; 32];

/// A place in the stream: after the frame `seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub at: Place,
    /// Of the frame `seq`, and through it of all before.
    pub digest: Digest,
}

/// How far a node has come. An epoch begins when the platform was restored from a backup; then numbers may go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub epoch: u64,
    pub seq: u64,
}

/// The claims of a beat, a JWS of [`Beat::TYPE`] with a key of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The platform: its issuer URL.
    pub iss: String,
    /// Epoch seconds, for who reads a recording. Nothing is decided by it: clocks may be wrong.
    pub iat: i64,
    pub epoch: u64,
    pub seq: u64,
    /// Of the frame `seq`, in base64url.
    pub digest: String,
    /// When the platform began to look what its last frame is: milliseconds of a clock of the sending process that
    /// only goes forward. Two beats of one stream tell how much later the second one was made.
    pub up_ms: u64,
    /// In the first beat of a stream: the node's own word, so that no recording answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// In the first beat after a snapshot: the digest of the snapshot's frame, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

impl Beat {
    pub const TYPE: &str = "feed+jwt";
}

/// `POST /edge/acks`: the node decides by this place's content from now on, and keeps it on its disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeFeed {
    pub epoch: u64,
    pub seq: u64,
    /// How long the node goes on deciding without a beat, in milliseconds.
    pub bound_ms: u64,
}

/// The longest bound that a node may have.
pub const BOUND_MAX_MS: u64 = 60_000;

/// Why a stream can't be followed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("a frame can't be read: {0}")]
    Frame(&'static str),
    #[error("a frame is missing, doubled or out of order")]
    Gap,
    #[error("too much came without a beat")]
    Unsigned,
    #[error("a beat can't be read")]
    Beat,
    #[error("a beat is not signed by the platform")]
    Signature,
    #[error("a beat is from another issuer")]
    Issuer,
    #[error("the first beat does not answer this request")]
    Nonce,
    #[error("a beat does not sign the frames before it")]
    Digest,
    #[error("the platform is in another epoch; a snapshot is needed")]
    Epoch,
    #[error(
        "the platform is at {}.{}, behind {}.{} seen before; if it was restored from a backup, run `senim node restored` there",
        found.epoch, found.seq, seen.epoch, seen.seq
    )]
    Older { found: Place, seen: Place },
    #[error("a frame's content can't be read: {0}")]
    Content(&'static str),
}
