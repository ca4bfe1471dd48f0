//! The node's side of the stream, without I/O: what it holds, how fresh that is, what it asks for.
//!
//! ```text
//! ask ──▶ opening (snapshot or frames) ──beat with my nonce──▶ following ──frames──▶ following ──beat──▶ following
//!              │ anything else                                     │ anything else
//!              └──────────────▶ broken: ask again, for a snapshot ◀┘
//! ```
//!
//! Freshness is a matter of two clocks that only go forward. The first beat of a stream was made after the node asked, and
//! each later one says how much later than the first it was made. No clock of the day has part in it: a wrong one
//! changes nothing, and a beat that lay in a buffer for ten seconds is ten seconds old.

use std::time::Duration;

use super::content::Content;
use super::frame::{Frame, Kind};
use super::{Beat, Digest, FeedError, Place, Position};
use crate::jose::{JwkSet, Jws, to_base64};

/// Frames that may wait for their beat; the platform signs each 64.
const WAITING_MAX: usize = 8192;
/// Their bytes.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The longest beat.
const BEAT_BYTES_MAX: usize = 4096;

#[derive(Clone, Debug)]
pub struct Follower {
    issuer: String,
    /// How long it may decide without a beat.
    bound: Duration,
    /// The highest place that was ever taken over.
    highest: Place,
    held: Option<Held>,
    /// When the platform looked at what is held, at the latest.
    fresh_at: Option<Duration>,
    stream: Option<Stream>,
    needs_snapshot: bool,
}

/// What is decided by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub position: Position,
    pub content: Content,
}

#[derive(Clone, Debug)]
struct Stream {
    asked_at: Duration,
    nonce: String,
    /// The platform's keys now.
    keys: JwkSet,
    first: Option<First>,
    snapshot: Option<Frame>,
    waiting: Vec<Frame>,
    waiting_bytes: usize,
    /// Number and digest of the last frame that came.
    end: Option<(u64, Digest)>,
    /// When the last good beat arrived, or it was asked.
    heard_at: Duration,
}

#[derive(Clone, Copy, Debug)]
struct First {
    up_ms: u64,
}

/// What to ask the platform for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// `None`: a snapshot.
    pub from: Option<Position>,
    pub nonce: String,
}

/// A beat was good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Whether what is held has changed.
    pub changed: bool,
    pub place: Place,
}

impl Follower {
    /// `highest` is what the node's disk says. All moments are of one clock that only goes forward.
    pub fn new(issuer: &str, bound: Duration, highest: Place) -> Self {
        Self {
            issuer: issuer.to_owned(),
            bound,
            highest,
            held: None,
            fresh_at: None,
            stream: None,
            needs_snapshot: false,
        }
    }

    /// A new stream, in place of any before. `keys` are the platform's, fetched over TLS; the nonce is unpredictable and
    /// `now` is before the request is sent.
    pub fn ask(&mut self, nonce: String, keys: JwkSet, now: Duration) -> Ask {
        let from = self.held.as_ref().filter(|_| !self.needs_snapshot).map(|it| it.position);
        self.stream = Some(Stream {
            asked_at: now,
            nonce: nonce.clone(),
            keys,
            first: None,
            snapshot: None,
            waiting: Vec::new(),
            waiting_bytes: 0,
            end: from.map(|it| (it.at.seq, it.digest)),
            heard_at: now,
        });
        Ask { from, nonce }
    }

    /// The stream has ended.
    pub fn end(&mut self) {
        self.stream = None;
    }

    /// `Some`: a beat was good, and what is held is as fresh as it says. After an error the stream must be given up and asked
    /// for again.
    pub fn take(
        &mut self,
        frame: Frame,
        now: Duration,
        verify: impl FnOnce(&Jws<'_>, &JwkSet) -> bool,
    ) -> Result<Option<Step>, FeedError> {
        let Some(mut stream) = self.stream.take() else { return Err(FeedError::Gap) };
        let taken = match frame.kind {
            Kind::Beat => self.beat(&mut stream, &frame, now, verify).map(Some),
            Kind::Snapshot => stream.snapshot(frame).map(|()| None),
            Kind::Bits | Kind::Registry | Kind::Keys => stream.link(frame).map(|()| None),
        };
        match taken {
            Ok(step) => {
                self.stream = Some(stream);
                Ok(step)
            }
            Err(error) => {
                self.needs_snapshot = true;
                Err(error)
            }
        }
    }

    fn beat(
        &mut self,
        stream: &mut Stream,
        frame: &Frame,
        now: Duration,
        verify: impl FnOnce(&Jws<'_>, &JwkSet) -> bool,
    ) -> Result<Step, FeedError> {
        let beat = read(frame, &stream.keys, verify)?;
        if beat.iss != self.issuer {
            return Err(FeedError::Issuer);
        }
        if stream.first.is_none() && beat.nonce.as_deref() != Some(stream.nonce.as_str()) {
            return Err(FeedError::Nonce);
        }
        let found = Place { epoch: beat.epoch, seq: beat.seq };
        if found < self.highest {
            return Err(FeedError::Older { found, seen: self.highest });
        }
        let (seq, digest) = stream.end.ok_or(FeedError::Gap)?;
        if beat.seq != seq || frame.seq != seq || beat.digest != to_base64(&digest) {
            return Err(FeedError::Digest);
        }
        let signed = stream.snapshot.as_ref().map(|it| to_base64(&it.digest()));
        if beat.snapshot != signed {
            return Err(FeedError::Digest);
        }
        let content = match (&stream.snapshot, &self.held) {
            (Some(snapshot), _) => Content::from_snapshot(&snapshot.payload)?,
            (None, Some(held)) if held.position.at.epoch == beat.epoch => held.content.clone(),
            (None, _) => return Err(FeedError::Epoch),
        };
        let changed = stream.snapshot.is_some() || !stream.waiting.is_empty();
        let content = stream.waiting.iter().try_fold(content, |mut content, link| {
            content.apply(link)?;
            Ok(content)
        })?;
        // It is good: from here on nothing fails.
        stream.keys = JwkSet::clone(&content.keys);
        stream.snapshot = None;
        stream.waiting.clear();
        stream.waiting_bytes = 0;
        stream.heard_at = now;
        let first = *stream.first.get_or_insert(First { up_ms: beat.up_ms });
        let later = Duration::from_millis(beat.up_ms.saturating_sub(first.up_ms));
        let looked_at = stream.asked_at.saturating_add(later).min(now);
        self.fresh_at = self.fresh_at.max(Some(looked_at));
        self.highest = found;
        self.held = Some(Held { position: Position { at: found, digest }, content });
        self.needs_snapshot = false;
        Ok(Step { changed, place: found })
    }

    pub fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    /// What the next beat is verified with; `None` without a stream. For edges that can't verify within [`Self::take`], since
    /// their signatures are checked by something that answers later.
    pub fn keys(&self) -> Option<&JwkSet> {
        Some(&self.stream.as_ref()?.keys)
    }

    #[cfg(test)]
    pub(super) fn snapshot_pending(&self) -> Option<&Frame> {
        self.stream.as_ref()?.snapshot.as_ref()
    }

    /// When what is held becomes too old to decide by.
    pub fn fresh_until(&self) -> Option<Duration> {
        Some(self.fresh_at?.saturating_add(self.bound))
    }

    /// Whether it may be decided by what is held.
    pub fn is_fresh(&self, now: Duration) -> bool {
        self.fresh_until().is_some_and(|it| now <= it)
    }

    /// When the stream is to be given up if no beat has come: early enough to ask again before the bound has passed.
    pub fn give_up_at(&self) -> Option<Duration> {
        Some(self.stream.as_ref()?.heard_at.saturating_add(self.bound / 2))
    }

    /// Whether beats come that were made long ago: the stream is slow, or clocks run apart. Asking again measures anew.
    pub fn lags(&self, now: Duration) -> bool {
        let old = self.fresh_at.is_none_or(|it| now.saturating_sub(it) > self.bound / 2);
        old && self.stream.as_ref().is_some_and(|it| it.first.is_some())
    }
}

impl Stream {
    /// Only at the beginning.
    fn snapshot(&mut self, frame: Frame) -> Result<(), FeedError> {
        if self.first.is_some() || self.snapshot.is_some() || !self.waiting.is_empty() {
            return Err(FeedError::Gap);
        }
        self.end = Some((frame.seq, frame.prev));
        self.snapshot = Some(frame);
        Ok(())
    }

    fn link(&mut self, frame: Frame) -> Result<(), FeedError> {
        let (seq, digest) = self.end.ok_or(FeedError::Gap)?;
        if seq.checked_add(1) != Some(frame.seq) || frame.prev != digest {
            return Err(FeedError::Gap);
        }
        self.waiting_bytes += frame.payload.len();
        if self.waiting.len() >= WAITING_MAX || self.waiting_bytes > WAITING_BYTES_MAX {
            return Err(FeedError::Unsigned);
        }
        self.end = Some((frame.seq, frame.digest()));
        self.waiting.push(frame);
        Ok(())
    }
}

fn read(
    frame: &Frame,
    keys: &JwkSet,
    verify: impl FnOnce(&Jws<'_>, &JwkSet) -> bool,
) -> Result<Beat, FeedError> {
    let text = std::str::from_utf8(&frame.payload).map_err(|_| FeedError::Beat)?;
    let jws = Jws::parse_long(text, BEAT_BYTES_MAX).map_err(|_| FeedError::Beat)?;
    if !jws.is_type(Beat::TYPE) {
        return Err(FeedError::Beat);
    }
    if !verify(&jws, keys) {
        return Err(FeedError::Signature);
    }
    jws.claims().map_err(|_| FeedError::Beat)
}
