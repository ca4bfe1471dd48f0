//! The stream to nodes (core/src/feed) as this host sends it: its source decides what comes next, whoever wrote it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use senim_channel::clock;
use senim_core::feed::content::Content;
use senim_core::feed::frame::{Frame, Kind};
use senim_core::feed::log::{Log, Opening};
use senim_core::feed::{Beat, Position};
use senim_core::jose::to_base64;
use tokio::sync::{MutexGuard, broadcast};
use tokio::time::sleep;

use super::etcd::Etcd;
use super::nodes::Nodes;
use super::source::{Found, LOOK, Seen, Source, Table};
use super::streams::Streams;
use crate::app::App;
use crate::http::problem::Refusal;

/// Frames that one beat signs at most.
const SIGNED_AT_ONCE: usize = 64;
/// How long a stream's beginning may wait for news of the source.
const OPENED_WITHIN: Duration = Duration::from_secs(3);
/// Batches that a node may be behind; then its stream is cut, and it asks for what it missed.
const BATCHES_MAX: usize = 256;

pub struct Feed {
    pub(super) source: Box<dyn Source>,
    /// The known nodes, to choose the budget that a request counts against.
    pub nodes: Nodes,
    pub(super) streams: Streams,
    pub(super) batches: broadcast::Sender<Bytes>,
    /// `None` until it was looked at first.
    held: tokio::sync::Mutex<Option<Held>>,
    /// The public status list, signed.
    pub(crate) status_list: Mutex<Option<Signed>>,
    started: Instant,
    sent: AtomicU64,
}

struct Held {
    log: Log,
    /// The last snapshot that was written, with its frame's digest; frames since then follow it.
    snapshot: Option<(Position, Bytes, String)>,
}

/// The status list as it was signed last.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) made_at: senim_core::Timestamp,
    pub(crate) jwt: Bytes,
    pub(crate) cwt: Bytes,
}

/// The end of the stream, known as of `looked_at`; while it is held nothing is sent.
struct Looked<'a> {
    held: MutexGuard<'a, Option<Held>>,
    looked_at: Duration,
}

impl Default for Feed {
    /// From the table.
    fn default() -> Self {
        Self::of(Box::<Table>::default())
    }
}

impl Feed {
    /// From etcd.
    pub fn through(etcd: Etcd) -> Self {
        Self::of(Box::new(etcd))
    }

    fn of(source: Box<dyn Source>) -> Self {
        Self {
            source,
            nodes: Nodes::default(),
            streams: Streams::default(),
            batches: broadcast::channel(BATCHES_MAX).0,
            held: tokio::sync::Mutex::default(),
            status_list: Mutex::default(),
            started: clock::instant(),
            sent: AtomicU64::new(0),
        }
    }

    /// Reads what has come and sends it to all nodes; with `beat`, a beat even if nothing has.
    pub(super) async fn advance(&self, app: &App, beat: bool) -> Result<(), Refusal> {
        self.look(app, beat).await.map(drop)
    }

    /// The content now.
    pub async fn content(&self, app: &App) -> Result<(Position, Content), Refusal> {
        let looked = self.look(app, false).await?;
        let log = &looked.held()?.log;
        Ok((log.position(), log.content().clone()))
    }

    /// What a new stream begins with, and what follows it.
    pub(super) async fn open(
        &self,
        app: &App,
        from: Option<&Position>,
        nonce: String,
    ) -> Result<(Bytes, broadcast::Receiver<Bytes>), Refusal> {
        let mut looked = self.look_after(app, self.up()).await?;
        let batches = self.batches.subscribe();
        let looked_at = looked.looked_at;
        let Some(held) = looked.held.as_mut() else { return Err(nothing()) };
        let (mut bytes, snapshot) = match held.log.opening(from) {
            Opening::Frames(frames) => (frames, None),
            Opening::Snapshot => held.snapshot()?,
        };
        let position = held.log.position();
        let beat = Beat { nonce: Some(nonce), snapshot, ..beat(app, &position, looked_at) };
        sign(app, &position, &beat)?.write(&mut bytes);
        Ok((bytes.into(), batches))
    }

    /// As of a moment that is not before this one: a node counts from when it asked.
    async fn look_after(&self, app: &App, asked_at: Duration) -> Result<Looked<'_>, Refusal> {
        loop {
            let looked = self.look(app, false).await?;
            if looked.looked_at >= asked_at {
                return Ok(looked);
            }
            if self.up() > asked_at + OPENED_WITHIN {
                return Err(Refusal::internal("what the stream's source has is old"));
            }
            drop(looked);
            sleep(LOOK).await;
        }
    }

    async fn look(&self, app: &App, beat_due: bool) -> Result<Looked<'_>, Refusal> {
        let mut guard = self.held.lock().await;
        let mut beat_due = beat_due;
        loop {
            let since = guard.as_ref().map(|it| it.log.position());
            let Seen { found, at } = self.source.look(app, since).await?;
            let looked_at = at.saturating_duration_since(self.started);
            let more = match (found, guard.as_mut()) {
                (Found::Frames(frames), Some(held)) => {
                    let batches = held.take(app, &frames, looked_at)?;
                    for batch in batches {
                        beat_due = false;
                        self.send(batch);
                    }
                    true
                }
                (Found::All(all), _) => {
                    let (position, content) = *all;
                    let before = guard.replace(Held::begin(position, content));
                    // What comes next does not follow what nodes have.
                    if before.is_some() {
                        self.streams.cut_all();
                    }
                    // It may be a place before the end.
                    true
                }
                (Found::Frames(_) | Found::Nothing, _) => false,
            };
            if more {
                continue;
            }
            if let Some(held) = guard.as_mut().filter(|_| beat_due) {
                held.log.forget(looked_at);
                let position = held.log.position();
                let mut bytes = Vec::new();
                sign(app, &position, &beat(app, &position, looked_at))?.write(&mut bytes);
                self.send(bytes.into());
            }
            return Ok(Looked { held: guard, looked_at });
        }
    }

    fn send(&self, batch: Bytes) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        // Fails where no node listens.
        let _ = self.batches.send(batch);
    }

    /// How many were sent to all nodes.
    pub(super) fn batches_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn signed_list(&self) -> Option<Signed> {
        self.status_list.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keep_list(&self, signed: Signed) {
        *self.status_list.lock().unwrap_or_else(PoisonError::into_inner) = Some(signed);
    }

    /// Of this process's clock that only goes forward.
    fn up(&self) -> Duration {
        clock::instant().duration_since(self.started)
    }

    /// Ends all streams: the host stops.
    pub fn close(&self) {
        self.streams.close();
    }
}

impl Looked<'_> {
    fn held(&self) -> Result<&Held, Refusal> {
        self.held.as_ref().ok_or_else(nothing)
    }
}

impl Held {
    fn begin(position: Position, content: Content) -> Self {
        Self { log: Log::begin(position, content), snapshot: None }
    }

    /// Takes the frames over; what is to be sent, each batch with its beat.
    fn take(
        &mut self,
        app: &App,
        frames: &[Frame],
        looked_at: Duration,
    ) -> Result<Vec<Bytes>, Refusal> {
        let wrong = |error: senim_core::feed::FeedError| {
            Refusal::internal(format!("the feed can't be continued: {error}"))
        };
        let mut batches = Vec::new();
        for some in frames.chunks(SIGNED_AT_ONCE) {
            let mut bytes = Vec::new();
            for frame in some {
                bytes.extend(self.log.append(frame, looked_at).map_err(wrong)?);
            }
            let position = self.log.position();
            sign(app, &position, &beat(app, &position, looked_at))?.write(&mut bytes);
            batches.push(bytes.into());
        }
        Ok(batches)
    }

    /// A snapshot with the frames since then; one for all nodes that ask within a minute.
    fn snapshot(&mut self) -> Result<(Vec<u8>, Option<String>), Refusal> {
        if let Some((position, written, digest)) = &self.snapshot
            && let Opening::Frames(frames) = self.log.opening(Some(position))
        {
            return Ok(([written.as_ref(), &frames].concat(), Some(digest.clone())));
        }
        let frame = self.log.snapshot().map_err(|error| Refusal::internal(error.to_string()))?;
        let digest = to_base64(&frame.digest());
        let mut written = Vec::new();
        frame.write(&mut written);
        self.snapshot = Some((self.log.position(), written.clone().into(), digest.clone()));
        Ok((written, Some(digest)))
    }
}

fn nothing() -> Refusal {
    Refusal::internal("the feed was not read")
}

fn beat(app: &App, position: &Position, looked_at: Duration) -> Beat {
    Beat {
        iss: app.config.issuer.clone(),
        iat: app.now().timestamp(),
        epoch: position.at.epoch,
        seq: position.at.seq,
        digest: to_base64(&position.digest),
        up_ms: u64::try_from(looked_at.as_millis()).unwrap_or(u64::MAX),
        nonce: None,
        snapshot: None,
    }
}

fn sign(app: &App, position: &Position, beat: &Beat) -> Result<Frame, Refusal> {
    let payload = app.keys.sign(Beat::TYPE, beat, app.now())?.into_bytes();
    let Position { at, digest } = *position;
    Ok(Frame { kind: Kind::Beat, seq: at.seq, prev: digest, payload })
}
