//! Follows the platform's stream (core/src/feed), as the node does: swaps one snapshot, keeps the place in storage, acknowledges it.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use senim_core::feed::follower::{Ask as Opening, Follower};
use senim_core::feed::frame::{Frame, Kind, Splitter};
use senim_core::feed::snapshot::Snapshot;
use senim_core::feed::{AcknowledgeFeed, FeedError, Place};
use senim_core::jose::{JwkSet, Jws, to_base64};
use senim_core::json;
use worker::{Storage, console_error, console_log, console_warn};

use crate::clock;
use crate::outbound::{Ask, Outbound, OutboundError};
use crate::verify::Question;

/// The longest key set, in bytes.
pub(crate) const KEYS_BYTES_MAX: usize = 256 * 1024;
/// The platform's answer to an acknowledgement is a problem or nothing.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Before the platform is asked again; doubles with each failure.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How long an acknowledgement may take.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);

/// The key in storage of the highest place that was acknowledged. It outlives restarts, so that no platform that is behind it is
/// followed.
const PLACE: &str = "place";

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("{what}: {error}")]
    Outbound { what: &'static str, error: OutboundError },
    #[error("the keys can't be read")]
    KeysUnreadable,
    #[error("{what}: status {status}")]
    Status { what: &'static str, status: u16 },
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("the stream has ended")]
    Ended,
    #[error("beats come late")]
    Late,
    #[error("the clock went back")]
    ClockWentBack,
}

/// The platform's stream, and what it said last.
pub(crate) struct Feed {
    issuer: String,
    platform_url: String,
    /// How long it is decided without a beat.
    bound: Duration,
    storage: Storage,
    outbound: Rc<Outbound>,
    current: RefCell<Option<Rc<Snapshot>>>,
    /// Until when it may be decided by; of [`Self::up`]. `None`: not now.
    fresh_until: Cell<Option<Duration>>,
    started_ms: i64,
    /// The latest reading of the clock.
    latest_ms: Cell<i64>,
    went_back: Cell<bool>,
    /// The number of the stream, and the place that is decided by.
    place: Cell<Option<(u64, Place)>>,
    acknowledging: Cell<bool>,
    /// Requests that came before the first beat.
    waiting: RefCell<Vec<oneshot::Sender<Infallible>>>,
}

impl Feed {
    pub(crate) fn new(
        issuer: &str,
        platform_url: &str,
        bound: Duration,
        storage: Storage,
        outbound: Rc<Outbound>,
    ) -> Self {
        let started_ms = clock::milliseconds();
        Self {
            issuer: issuer.to_owned(),
            platform_url: platform_url.to_owned(),
            bound,
            storage,
            outbound,
            current: RefCell::default(),
            fresh_until: Cell::new(None),
            started_ms,
            latest_ms: Cell::new(started_ms),
            went_back: Cell::new(false),
            place: Cell::new(None),
            acknowledging: Cell::new(false),
            waiting: RefCell::default(),
        }
    }

    /// The snapshot, if it is fresh enough to decide requests with.
    pub(crate) fn fresh(&self) -> Option<Rc<Snapshot>> {
        let up = self.up();
        self.fresh_until.get().filter(|until| up <= *until)?;
        self.current()
    }

    /// The last snapshot, however old.
    pub(crate) fn current(&self) -> Option<Rc<Snapshot>> {
        self.current.borrow().clone()
    }

    /// Waits for the first beat, if none has come yet, for half of the bound: an object is asked as soon as it has been made. Later
    /// nobody waits for a platform that is gone.
    pub(crate) async fn begun(&self) {
        if self.current.borrow().is_none() && self.up() < self.bound {
            let (sender, receiver) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            // It ends when its sender is dropped.
            clock::within(self.bound / 2, receiver).await;
        }
    }

    /// Follows the stream, for ever. Logs only the first failure and the recovery.
    pub(crate) async fn follow(self: Rc<Self>) {
        let highest = loop {
            match self.storage.get::<Place>(PLACE).await {
                Ok(place) => break place.unwrap_or_default(),
                Err(error) => console_error!("the place in the stream can't be read: {error}"),
            }
            clock::pause(PAUSE_MAX).await;
        };
        let mut follower = Follower::new(&self.issuer, self.bound, highest);
        let (mut failing, mut pause) = (false, PAUSE_MIN);
        for number in 1.. {
            let mut heard = false;
            let failed = self.stream(&mut follower, number, &mut heard, &mut failing).await;
            let Err(error) = failed;
            follower.end();
            if self.went_back.replace(false) {
                // Its moments are of a clock that is no more.
                let highest = self.place.get().map_or(highest, |(_, place)| place);
                follower = Follower::new(&self.issuer, self.bound, highest);
            }
            if heard {
                pause = PAUSE_MIN;
            } else if !std::mem::replace(&mut failing, true) {
                console_warn!("lost contact with the platform: {error}");
            }
            let random = u32::from(u16::from_be_bytes(clock::random())) % 1000;
            clock::pause(pause / 2 + pause * random / 2000).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Until it fails.
    async fn stream(
        self: &Rc<Self>,
        follower: &mut Follower,
        number: u64,
        heard: &mut bool,
        failing: &mut bool,
    ) -> Result<Infallible, FollowError> {
        let within = self.bound / 2;
        let keys = self.keys(within).await?;
        let nonce = to_base64(&clock::random::<16>());
        let Opening { from, nonce } = follower.ask(nonce, keys, self.up());
        let from = from.map(|it| {
            let (place, digest) = (it.at, to_base64(&it.digest));
            format!("&from={}.{}.{digest}", place.epoch, place.seq)
        });
        let platform = &self.platform_url;
        let url = format!("{platform}/edge/feed?nonce={nonce}{}", from.unwrap_or_default());
        let broken = |error| FollowError::Outbound { what: "the stream", error };
        let ask = Ask { method: "GET", url: &url, headers: &[], body: None };
        let mut answer = self.outbound.send(ask, within).await.map_err(broken)?;
        if answer.status != 200 {
            return Err(FollowError::Status { what: "the stream", status: answer.status });
        }
        let mut splitter = Splitter::default();
        loop {
            let left = follower.give_up_at().unwrap_or_default().saturating_sub(self.up());
            let piece = answer.piece(left).await.map_err(broken)?.ok_or(FollowError::Ended)?;
            splitter.push(&piece);
            while let Some(frame) = splitter.take()? {
                let good = is_signed(&frame, follower.keys()).await;
                let up = self.up();
                if self.went_back.get() {
                    return Err(FollowError::ClockWentBack);
                }
                let Some(step) = follower.take(frame, up, |_, _| good)? else { continue };
                self.swap(follower, step.changed);
                *heard = true;
                if std::mem::take(failing) {
                    console_log!("contact with the platform is restored");
                }
                let now = Some((number, step.place));
                if self.place.replace(now) != now {
                    self.acknowledge();
                }
            }
            if follower.lags(self.up()) {
                return Err(FollowError::Late);
            }
        }
    }

    async fn keys(&self, within: Duration) -> Result<JwkSet, FollowError> {
        let url = format!("{}/jwks", self.platform_url);
        let headers = [("accept", "application/json")];
        let ask = Ask { method: "GET", url: &url, headers: &headers, body: None };
        let broken = |error| FollowError::Outbound { what: "the keys", error };
        let answer = self.outbound.send(ask, within).await.map_err(broken)?;
        if answer.status != 200 {
            return Err(FollowError::Status { what: "the keys", status: answer.status });
        }
        let body = answer.body(KEYS_BYTES_MAX).await.map_err(broken)?;
        json::read(&body).map_err(|_| FollowError::KeysUnreadable)
    }

    fn swap(&self, follower: &Follower, changed: bool) {
        if let Some(held) = follower.held().filter(|_| changed || self.current().is_none()) {
            let before = self.current();
            let snapshot = Snapshot::new(held.content.clone(), before.as_deref());
            *self.current.borrow_mut() = Some(Rc::new(snapshot));
        }
        self.fresh_until.set(follower.fresh_until());
        self.waiting.borrow_mut().clear();
    }

    /// Into storage first: what the platform believes of this node is so after a restart as well. One at a time; what has changed
    /// since is told by the one that runs.
    fn acknowledge(self: &Rc<Self>) {
        if self.acknowledging.replace(true) {
            return;
        }
        let feed = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            let (mut told, mut pause) = (None, PAUSE_MIN);
            while let Some((number, place)) = feed.place.get().filter(|it| told != Some(*it)) {
                if feed.tell(place).await.is_ok() {
                    told = Some((number, place));
                    pause = PAUSE_MIN;
                } else {
                    clock::pause(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
            feed.acknowledging.set(false);
        });
    }

    async fn tell(&self, place: Place) -> Result<(), ()> {
        self.storage.put(PLACE, place).await.map_err(|error| {
            console_error!("the place in the stream can't be kept: {error}");
        })?;
        let Place { epoch, seq } = place;
        let bound_ms = u64::try_from(self.bound.as_millis()).unwrap_or(u64::MAX);
        let body = serde_json::to_string(&AcknowledgeFeed { epoch, seq, bound_ms });
        let (url, body) = (format!("{}/edge/acks", self.platform_url), body.map_err(drop)?);
        let headers = [("content-type", "application/json")];
        let ask = Ask { method: "POST", url: &url, headers: &headers, body: Some(&body) };
        let answer = self.outbound.send(ask, ACKNOWLEDGED_WITHIN).await.map_err(drop)?;
        let status = answer.status;
        answer.body(ANSWER_BYTES_MAX).await.map_err(drop)?;
        if (200..300).contains(&status) { Ok(()) } else { Err(()) }
    }

    /// Since the object was made, by the clock of the day: the runtime has no other. Where that clock is set back, nothing is fresh
    /// until the platform has been asked again.
    fn up(&self) -> Duration {
        let now = clock::milliseconds();
        if now < self.latest_ms.get() {
            self.went_back.set(true);
            self.fresh_until.set(None);
        }
        self.latest_ms.set(now);
        let up = u64::try_from(now - self.started_ms).unwrap_or_default();
        Duration::from_millis(up)
    }
}

/// Whether a beat is signed by one of these keys; of other frames it is not asked.
async fn is_signed(frame: &Frame, keys: Option<&JwkSet>) -> bool {
    let (Kind::Beat, Some(keys)) = (frame.kind, keys) else { return false };
    let Ok(jws) = std::str::from_utf8(&frame.payload)
        .map_err(drop)
        .and_then(|text| Jws::parse(text).map_err(drop))
    else {
        return false;
    };
    let question = Question {
        keys: keys.candidates(&jws.header).cloned().collect(),
        algorithm: jws.header.algorithm,
        signed: jws.signed.to_vec(),
        signature: jws.signature,
    };
    question.holds().await
}
