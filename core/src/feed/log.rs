//! The platform's side: the content at the last frame, and the last frames, for nodes that missed little.

use std::collections::VecDeque;
use std::time::Duration;

use super::content::Content;
use super::frame::{Frame, Kind};
use super::{Digest, FeedError, Position};

/// How long a frame is kept.
const KEPT: Duration = Duration::from_mins(1);
/// Bytes of the frames that are kept.
const BYTES_MAX: usize = 16 * 1024 * 1024;

#[derive(Clone, Debug)]
pub struct Log {
    position: Position,
    content: Content,
    recent: VecDeque<Recent>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Recent {
    prev: Digest,
    seq: u64,
    at: Duration,
    written: Vec<u8>,
}

/// What a node gets first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The frames that it has not got, written one after the other.
    Frames(Vec<u8>),
    Snapshot,
}

impl Log {
    pub fn begin(position: Position, content: Content) -> Self {
        Self { position, content, recent: VecDeque::new(), bytes: 0 }
    }

    pub fn position(&self) -> Position {
        self.position
    }

    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The next frame, in its written form. `now` is of a clock that only goes forward.
    pub fn append(&mut self, frame: &Frame, now: Duration) -> Result<Vec<u8>, FeedError> {
        let Position { at, digest } = self.position;
        if frame.seq != at.seq + 1 || frame.prev != digest {
            return Err(FeedError::Gap);
        }
        self.content.apply(frame)?;
        self.position.at.seq = frame.seq;
        self.position.digest = frame.digest();
        let mut written = Vec::new();
        frame.write(&mut written);
        self.bytes += written.len();
        let kept = Recent { prev: frame.prev, seq: frame.seq, at: now, written: written.clone() };
        self.recent.push_back(kept);
        self.forget(now);
        Ok(written)
    }

    /// Drops frames that are too old or too many.
    pub fn forget(&mut self, now: Duration) {
        while let Some(oldest) = self.recent.front() {
            if now.saturating_sub(oldest.at) <= KEPT && self.bytes <= BYTES_MAX {
                return;
            }
            self.bytes -= oldest.written.len();
            self.recent.pop_front();
        }
    }

    pub fn opening(&self, from: Option<&Position>) -> Opening {
        let Some(from) = from.filter(|it| it.at.epoch == self.position.at.epoch) else {
            return Opening::Snapshot;
        };
        if from == &self.position {
            return Opening::Frames(Vec::new());
        }
        let missed: Vec<_> = self.recent.iter().filter(|it| it.seq > from.at.seq).collect();
        match missed.first() {
            Some(first) if first.seq == from.at.seq + 1 && first.prev == from.digest => {
                Opening::Frames(missed.iter().flat_map(|it| it.written.iter().copied()).collect())
            }
            Some(_) | None => Opening::Snapshot,
        }
    }

    /// The frame of a snapshot of the whole.
    pub fn snapshot(&self) -> Result<Frame, FeedError> {
        let Position { at, digest } = self.position;
        let payload = self.content.snapshot()?;
        Ok(Frame { kind: Kind::Snapshot, seq: at.seq, prev: digest, payload })
    }
}
