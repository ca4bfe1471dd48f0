//! Follows the platform's stream (core/src/feed): swaps one snapshot, keeps the place on disk, acknowledges it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use senim_channel::clock::{Rng as _, SystemRng};
use senim_channel::outbound::post_json;
use senim_channel::{Outbound, OutboundError, clock, verify_jws};
use senim_core::feed::follower::{Ask, Follower};
use senim_core::feed::frame::Splitter;
use senim_core::feed::snapshot::Snapshot;
use senim_core::feed::{AcknowledgeFeed, FeedError, Place};
use senim_core::jose::{JwkSet, to_base64};
use senim_core::json;
use tokio::sync::watch;
use tokio::time::{sleep, timeout_at};

use crate::forward::{self, ForwardError};
use crate::memory::locked;

/// The longest key set.
const KEYS_BYTES_MAX: usize = 256 * 1024;
/// The platform's answer to an acknowledgement is a problem or nothing.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Before the platform is asked again; doubles with each failure.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How often it is looked whether requests are still decided by a snapshot that was replaced.
const LOOK: Duration = Duration::from_millis(2);
/// How long an acknowledgement may take.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);

/// The file of the highest place that was acknowledged, in the spool's folder. It outlives restarts, so that no platform that
/// is behind it is followed.
const PLACE: &str = "feed.json";

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("the keys: {0}")]
    Keys(#[from] ForwardError),
    #[error("the keys can't be read")]
    KeysUnreadable,
    #[error("{what}: status {status}")]
    Status { what: &'static str, status: StatusCode },
    #[error("the stream: {0}")]
    Stream(#[from] OutboundError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("the stream has ended")]
    Ended,
    #[error("no beat came in time")]
    Silent,
    #[error("beats come late")]
    Late,
}

/// The platform's stream, and what it said last.
pub struct Feed {
    current: RwLock<Option<Arc<Snapshot>>>,
    /// Those that were replaced, since the last acknowledgement. A long call of the gate may still decide by one.
    replaced: Mutex<Vec<Weak<Snapshot>>>,
    /// Until when it may be decided by, in milliseconds after `started`.
    fresh_until: AtomicU64,
    started: Instant,
    /// The number of the stream, and the place that is decided by.
    place: watch::Sender<(u64, Option<Place>)>,
    /// The folder with the place's file.
    folder: PathBuf,
    bound: Duration,
    issuer: String,
    keys_url: String,
    stream_url: String,
    acks_url: String,
}

impl Feed {
    /// `bound`: how long it may be decided without a beat.
    pub fn open(
        platform_url: &str,
        issuer: &str,
        folder: &Path,
        bound: Duration,
    ) -> std::io::Result<Self> {
        let platform = platform_url.trim_end_matches('/');
        // A file that can't be read is found now.
        kept(folder)?;
        Ok(Self {
            current: RwLock::default(),
            replaced: Mutex::default(),
            fresh_until: AtomicU64::new(0),
            started: clock::instant(),
            place: watch::Sender::new((0, None)),
            folder: folder.to_owned(),
            bound,
            issuer: issuer.to_owned(),
            keys_url: format!("{platform}/jwks"),
            stream_url: format!("{platform}/edge/feed"),
            acks_url: format!("{platform}/edge/acks"),
        })
    }

    /// The snapshot, if it is fresh enough to decide requests with.
    pub fn fresh(&self) -> Option<Arc<Snapshot>> {
        // Read before the snapshot, which is swapped before this is raised.
        let until = Duration::from_millis(self.fresh_until.load(Ordering::Acquire));
        if self.up() > until {
            return None;
        }
        self.current()
    }

    /// The last snapshot, however old.
    pub(crate) fn current(&self) -> Option<Arc<Snapshot>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says when another place is decided by.
    pub fn places(&self) -> watch::Receiver<(u64, Option<Place>)> {
        self.place.subscribe()
    }

    /// Follows the stream and acknowledges, for ever.
    pub async fn run(&self, outbound: &Outbound) {
        tokio::join!(self.follow(outbound), self.acknowledge(outbound));
    }

    /// Logs only the first failure and the recovery.
    async fn follow(&self, outbound: &Outbound) {
        let highest = kept(&self.folder).unwrap_or_default();
        let mut follower = Follower::new(&self.issuer, self.bound, highest);
        let (mut failing, mut pause) = (false, PAUSE_MIN);
        for number in 1.. {
            let mut heard = false;
            let failed = self.stream(outbound, &mut follower, number, &mut heard, &mut failing);
            let Err(error) = failed.await;
            follower.end();
            // A stream that ends is asked for again; one that can't be had is news.
            if heard {
                pause = PAUSE_MIN;
                tracing::debug!(%error, "the stream is asked for again");
            } else if !std::mem::replace(&mut failing, true) {
                tracing::warn!(%error, "lost contact with the platform");
            }
            let random = u32::try_from(SystemRng.id() % 1000).unwrap_or_default();
            sleep(pause / 2 + pause * random / 2000).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Until it fails.
    async fn stream(
        &self,
        outbound: &Outbound,
        follower: &mut Follower,
        number: u64,
        heard: &mut bool,
        failing: &mut bool,
    ) -> Result<std::convert::Infallible, FollowError> {
        let within = self.bound / 2;
        let keys = self.keys(outbound, within).await?;
        let Ask { from, nonce } = follower.ask(SystemRng.token(), keys, self.up());
        let from = from.map(|it| {
            let (place, digest) = (it.at, to_base64(&it.digest));
            format!("&from={}.{}.{digest}", place.epoch, place.seq)
        });
        let url = format!("{}?nonce={nonce}{}", self.stream_url, from.unwrap_or_default());
        let request = Request::get(url).body(Bytes::new()).map_err(OutboundError::from)?;
        let answer = outbound.send(request, within).await?;
        if answer.status() != StatusCode::OK {
            return Err(FollowError::Status { what: "the stream", status: answer.status() });
        }
        let mut pieces = answer.pieces();
        let mut splitter = Splitter::default();
        loop {
            let give_up = self.started + follower.give_up_at().unwrap_or_default();
            let piece = timeout_at(give_up.into(), pieces.next()).await;
            let piece = piece.map_err(|_| FollowError::Silent)??.ok_or(FollowError::Ended)?;
            splitter.push(&piece);
            while let Some(frame) = splitter.take()? {
                let Some(step) = follower.take(frame, self.up(), verify_jws)? else { continue };
                self.swap(follower, step.changed);
                *heard = true;
                if std::mem::take(failing) {
                    tracing::info!("contact with the platform is restored");
                }
                self.place.send_if_modified(|it| {
                    let now = (number, Some(step.place));
                    std::mem::replace(it, now) != now
                });
            }
            if follower.lags(self.up()) {
                return Err(FollowError::Late);
            }
        }
    }

    async fn keys(&self, outbound: &Outbound, within: Duration) -> Result<JwkSet, FollowError> {
        let headers = HeaderMap::new();
        let answer =
            forward::get(outbound, &self.keys_url, headers, KEYS_BYTES_MAX, within).await?;
        if answer.status != StatusCode::OK {
            return Err(FollowError::Status { what: "the keys", status: answer.status });
        }
        json::read(&answer.body).map_err(|_| FollowError::KeysUnreadable)
    }

    fn swap(&self, follower: &Follower, changed: bool) {
        if let Some(held) = follower.held().filter(|_| changed) {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            let next = Snapshot::new(held.content.clone(), current.as_deref());
            if let Some(replaced) = current.replace(Arc::new(next)) {
                locked(&self.replaced).push(Arc::downgrade(&replaced));
            }
        }
        let until = follower.fresh_until().unwrap_or_default();
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.fresh_until.store(until, Ordering::Release);
    }

    /// On disk first: what the platform believes of this node is so after a crash as well.
    async fn acknowledge(&self, outbound: &Outbound) {
        let mut places = self.place.subscribe();
        let (mut on_disk, mut pause) = (None, PAUSE_MIN);
        // Fails when the feed is gone, and this with it.
        while places.changed().await.is_ok() {
            loop {
                let (_, Some(place)) = *places.borrow_and_update() else { break };
                match self.told(outbound, place, &mut on_disk).await {
                    Ok(()) => {
                        pause = PAUSE_MIN;
                        break;
                    }
                    Err(why) => {
                        tracing::debug!(why, "an acknowledgement is sent again");
                        sleep(pause).await;
                        pause = (pause * 2).min(PAUSE_MAX);
                    }
                }
            }
        }
    }

    async fn told(
        &self,
        outbound: &Outbound,
        place: Place,
        on_disk: &mut Option<Place>,
    ) -> Result<(), String> {
        self.decided_by_none().await;
        if *on_disk != Some(place) {
            let folder = self.folder.clone();
            let keeping = tokio::task::spawn_blocking(move || keep(&folder, place));
            let kept = keeping.await.map_err(|error| error.to_string())?;
            kept.inspect_err(|error| tracing::error!(%error, "{PLACE} can't be written"))
                .map_err(|error| error.to_string())?;
            *on_disk = Some(place);
        }
        let Place { epoch, seq } = place;
        let bound_ms = u64::try_from(self.bound.as_millis()).unwrap_or(u64::MAX);
        let request = post_json(&self.acks_url, &AcknowledgeFeed { epoch, seq, bound_ms });
        let request = request.map_err(|error| error.to_string())?;
        let answer = outbound.send(request, ACKNOWLEDGED_WITHIN).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let status = answer.status();
        // Read to its end, so that the connection can be used again.
        answer.body(ANSWER_BYTES_MAX).await.map_err(|error| error.to_string())?;
        if status.is_success() { Ok(()) } else { Err(format!("status {status}")) }
    }

    /// Waits until no request is decided by a snapshot that has been replaced: an acknowledged withdrawal holds for those that
    /// came before it as well. A gate's deadline ends it.
    async fn decided_by_none(&self) {
        let mut replaced = std::mem::take(&mut *locked(&self.replaced));
        loop {
            replaced.retain(|it| it.strong_count() > 0);
            if replaced.is_empty() {
                return;
            }
            sleep(LOOK).await;
        }
    }

    /// By the clock that only goes forward.
    fn up(&self) -> Duration {
        clock::instant().duration_since(self.started)
    }
}

/// The place on the disk; the first one if there is no file yet.
fn kept(folder: &Path) -> std::io::Result<Place> {
    match fs::read(folder.join(PLACE)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Place::default()),
        Err(error) => Err(error),
    }
}

/// Written atomically.
fn keep(folder: &Path, place: Place) -> std::io::Result<()> {
    let part = folder.join("feed.part");
    let mut file = File::create(&part)?;
    file.write_all(&serde_json::to_vec(&place)?)?;
    file.sync_all()?;
    fs::rename(part, folder.join(PLACE))?;
    File::open(folder)?.sync_all()
}
