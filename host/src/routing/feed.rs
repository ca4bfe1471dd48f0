//! The stream to nodes (core/src/feed) as this host sends it: the table decides what comes next, whoever wrote it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use senim_channel::clock;
use senim_core::feed::content::Content;
use senim_core::feed::frame::{Frame, Kind};
use senim_core::feed::log::{Log, Opening};
use senim_core::feed::{Beat, Position};
use senim_core::jose::to_base64;
use senim_core::status::StatusList;
use tokio::sync::{MutexGuard, broadcast};

use super::nodes::Nodes;
use super::streams::Streams;
use crate::app::App;
use crate::http::problem::Refusal;
use senim_store::{self as store, StoreError, Tx};

/// Frames that one beat signs at most.
const SIGNED_AT_ONCE: usize = 64;
/// Batches that a node may be behind; then its stream is cut, and it asks for what it missed.
const BATCHES_MAX: usize = 256;

pub struct Feed {
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

enum Found {
    Nothing,
    Frames(Vec<Frame>),
    /// More was missed than is kept, or the table is another one.
    All(Box<(Position, Content)>),
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            nodes: Nodes::default(),
            streams: Streams::default(),
            batches: broadcast::channel(BATCHES_MAX).0,
            held: tokio::sync::Mutex::default(),
            status_list: Mutex::default(),
            started: clock::instant(),
            sent: AtomicU64::new(0),
        }
    }
}

impl Feed {
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
        let mut looked = self.look(app, false).await?;
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

    async fn look(&self, app: &App, beat_due: bool) -> Result<Looked<'_>, Refusal> {
        let mut guard = self.held.lock().await;
        let mut beat_due = beat_due;
        loop {
            let looked_at = self.up();
            let since = guard.as_ref().map(|it| it.log.position());
            let found = app.store.read("feed.look", async |tx| found(tx, app, since).await).await?;
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
                    false
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

async fn found(tx: &mut Tx, app: &App, since: Option<Position>) -> Result<Found, StoreError> {
    let head = store::feed::head(tx).await?;
    if let Some(since) = since {
        if since == head {
            return Ok(Found::Nothing);
        }
        if since.at.epoch == head.at.epoch && since.at.seq < head.at.seq {
            let frames = store::feed::frames_after(tx, &since).await?;
            let follows = frames.first().is_some_and(|it| it.seq == since.at.seq + 1);
            let gapless = frames.windows(2).all(|it| it[0].seq + 1 == it[1].seq);
            let ends_elsewhere =
                frames.last().is_some_and(|it| it.seq == head.at.seq && it.digest() != head.digest);
            if follows && gapless && !ends_elsewhere {
                return Ok(Found::Frames(frames));
            }
        }
    }
    let facts = store::consent::ended_indices(tx).await?;
    let list = StatusList::new(facts.size, facts.ended).with_changed(facts.changed);
    let content = Content {
        participants: Arc::new(store::participant::registry(tx).await?),
        keys: Arc::new(store::feed::keys(tx).await?),
        list: Arc::new(list),
        list_address: app.config.status_list_url().into(),
    };
    Ok(Found::All(Box::new((head, content))))
}
