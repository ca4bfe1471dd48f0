//! The stream in etcd, where many hosts would ask the database too often: one host carries what the table has there, and
//! all hosts read it there.
//!
//! ```text
//! deed ──one transaction──▶ table of frames ──carry──▶ frame/… base/… ──then──▶ head ──watch──▶ every host ──▶ its nodes
//!                           decides                     may be there too early   renewal n ─▶ n+1, by compare-and-swap
//! ```
//!
//! Nothing is acknowledged by etcd: a deed is done when the database has committed it, and done everywhere when nodes
//! say so. What etcd holds counts as far as the head, which a host signs, goes; frames and bases are bound to it by digests.
//!
//! How old is what etcd says? Its writer begins to look at the table only after it knows the renewal before, so whoever
//! has seen renewal n knows, when it sees n + 2, that this is of a moment after it saw n. No clock is compared.

mod carry;
mod client;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::{BoxFuture, join};
use senim_channel::clock::{self, Rng as _, SystemRng};
use senim_channel::{ChannelError, verify_jws};
use senim_core::feed::content::Content;
use senim_core::feed::frame::{Frame, Kind};
use senim_core::feed::{Digest, Place, Position};
use senim_core::jose::{Jws, from_base64, sha256, to_base64};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use self::client::{Client, EtcdError, Pair};
use super::source::{Found, Seen, Source, Table, lead};
use crate::app::App;
use crate::http::problem::Refusal;
use crate::outside::{OutsideTls, outbound};

const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// A head is renewed so often, whether something has come or not.
const RENEWED_EVERY: Duration = Duration::from_millis(200);
/// How long news of the database may be awaited; it is there after three renewals.
const NEWS_WITHIN: Duration = Duration::from_secs(3);
/// Frames are read so many keys at once; the longest frame has as many parts.
const KEYS_MAX: usize = 64;
/// Of a frame or a base, in bytes: etcd takes requests of 1.5 MiB.
const PART: usize = 768 * 1024;
const HEAD_BYTES_MAX: usize = 4096;

/// Where etcd is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EtcdConfig {
    /// The members' client addresses, all `https` or all `http`; no slash at the end.
    pub urls: Vec<String>,
    /// TLS towards them; goes with `https` addresses.
    pub tls: Option<OutsideTls>,
    /// What all keys begin with.
    #[serde(default = "default_prefix")]
    pub prefix: String,
}

fn default_prefix() -> String {
    "/senim/stream/".to_owned()
}

impl EtcdConfig {
    /// Why it can't be used, if it can't.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.urls.is_empty() {
            return Err("needs `urls`, the addresses of etcd's members".into());
        }
        let https = self.urls.iter().filter(|it| it.starts_with("https://")).count();
        if https != 0 && https != self.urls.len() {
            return Err("has addresses with https and with http; use one of them".into());
        }
        Ok(())
    }
}

/// The stream in one etcd cluster.
pub struct Etcd {
    client: Client,
    prefix: String,
    /// Tells this process's heads from those of others.
    id: String,
    arrived: Notify,
    known: Mutex<Known>,
    table: Table,
}

/// What was read of heads lately.
#[derive(Default)]
struct Known {
    chain: String,
    /// Number of a renewal, and when it began to be read; the later ones behind.
    renewals: VecDeque<(u64, Instant)>,
}

/// How far what etcd holds goes: the claims of a JWS with a key of the platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// Of all heads since etcd was empty.
    chain: String,
    renewal: u64,
    /// Whose it is: [`Etcd::id`].
    by: String,
    epoch: u64,
    seq: u64,
    /// In base64url.
    digest: String,
    base: Base,
    /// The name of the one before, which may still be read.
    former: Option<String>,
}

/// A snapshot, which frames follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    name: String,
    parts: usize,
    sha256: String,
    seq: u64,
    digest: String,
}

impl Head {
    const TYPE: &str = "feed-head+jwt";

    fn position(&self) -> Result<Position, EtcdError> {
        Ok(Position {
            at: Place { epoch: self.epoch, seq: self.seq },
            digest: read_digest(&self.digest)?,
        })
    }
}

impl Etcd {
    /// Connects when it is needed.
    pub fn open(config: &EtcdConfig) -> Result<Self, ChannelError> {
        let outbound = outbound(config.tls.as_ref(), CONNECT_WITHIN)?;
        let members = config.urls.clone();
        Ok(Self {
            client: Client::new(members, outbound),
            prefix: config.prefix.clone(),
            id: SystemRng.token(),
            arrived: Notify::new(),
            known: Mutex::default(),
            table: Table::default(),
        })
    }

    /// The head with its key's revision; `None` where etcd is empty.
    async fn head(&self, app: &App) -> Result<Option<(Head, u64)>, EtcdError> {
        let Some(pair) = self.client.get(&self.head_key()).await? else { return Ok(None) };
        let text = std::str::from_utf8(&pair.value).ok();
        let jws = text.and_then(|it| Jws::parse_long(it, HEAD_BYTES_MAX).ok());
        let jws = jws.ok_or(EtcdError::Foreign("the head"))?;
        if !jws.is_type(Head::TYPE) || !verify_jws(&jws, &app.keys.published(app.now())) {
            return Err(EtcdError::Foreign("the head is not signed by the platform"));
        }
        let head = jws.claims().map_err(|_| EtcdError::Foreign("the head's claims"))?;
        Ok(Some((head, pair.revision)))
    }

    /// When what this head says was so at the earliest; `None` until enough renewals were seen.
    fn seen_at(&self, head: &Head, began: Instant) -> Option<Instant> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).seen_at(head, began)
    }

    async fn look(&self, app: &App, since: Option<Position>) -> Result<Seen, EtcdError> {
        let started = clock::instant();
        loop {
            let began = clock::instant();
            if let Some((head, _)) = self.head(app).await?
                && let Some(at) = self.seen_at(&head, began)
            {
                return Ok(Seen { found: self.found(&head, since).await?, at });
            }
            if clock::instant() > started + NEWS_WITHIN {
                return Err(EtcdError::Host("no host carries the table to etcd".into()));
            }
            sleep(RENEWED_EVERY / 4).await;
        }
    }

    async fn found(&self, head: &Head, since: Option<Position>) -> Result<Found, EtcdError> {
        let end = head.position()?;
        if let Some(since) = since {
            if since == end {
                return Ok(Found::Nothing);
            }
            if since.at.epoch == end.at.epoch && since.at.seq < end.at.seq {
                let frames = self.frames(&since, &end).await?;
                if lead(&frames, &since, &end) {
                    return Ok(Found::Frames(frames));
                }
                if since.at.seq == head.base.seq {
                    return Err(EtcdError::Foreign("frames after the base are missing"));
                }
            }
        }
        let mut payload = Vec::new();
        let prefix = self.base_key(&head.base.name);
        let parts = self.client.between(&prefix..&format!("{prefix}~"), KEYS_MAX).await?;
        for part in &parts {
            payload.extend_from_slice(&part.value);
        }
        if parts.len() != head.base.parts || sha256(&payload) != head.base.sha256 {
            return Err(EtcdError::Foreign("the base is not the one that its head names"));
        }
        let content = Content::from_snapshot(&payload);
        let content = content.map_err(|_| EtcdError::Foreign("the base can't be read"))?;
        let at = Place { epoch: head.epoch, seq: head.base.seq };
        let position = Position { at, digest: read_digest(&head.base.digest)? };
        Ok(Found::All(Box::new((position, content))))
    }

    /// What follows, as far as one answer goes.
    async fn frames(&self, since: &Position, end: &Position) -> Result<Vec<Frame>, EtcdError> {
        let Range { start, end } = self.frame_keys(since.at, end.at.seq);
        let pairs = self.client.between(&start..&end, KEYS_MAX).await?;
        let mut frames: Vec<Frame> = Vec::new();
        let mut prev = since.digest;
        let mut rest = pairs.as_slice();
        while let Some(first) = rest.first() {
            let (kind, parts, seq) = self.read_first(first)?;
            // The last one may be cut off; it comes next time.
            let Some((whole, after)) = rest.split_at_checked(parts) else { break };
            let payload = whole.iter().flat_map(|it| it.value.iter().skip(2).copied()).collect();
            let frame = Frame { kind, seq, prev, payload };
            prev = frame.digest();
            frames.push(frame);
            rest = after;
        }
        Ok(frames)
    }

    /// Kind, number of parts and number of the frame that this key begins.
    fn read_first(&self, pair: &Pair) -> Result<(Kind, usize, u64), EtcdError> {
        let read = || {
            let mut names = pair.key.strip_prefix(&self.prefix)?.split('/');
            let (_, _, seq, part) = (names.next()?, names.next()?, names.next()?, names.next()?);
            let kind = Kind::from_number(*pair.value.first()?)?;
            let parts = usize::from(*pair.value.get(1)?);
            let is_first = part == "00" && parts > 0;
            is_first.then_some((kind, parts, u64::from_str_radix(seq, 16).ok()?))
        };
        read().ok_or(EtcdError::Foreign("a frame"))
    }

    fn head_key(&self) -> String {
        format!("{}head", self.prefix)
    }

    fn base_key(&self, name: &str) -> String {
        format!("{}base/{name}/", self.prefix)
    }

    fn frame_key(&self, at: Place, part: usize) -> String {
        format!("{}frame/{:016x}/{:016x}/{part:02x}", self.prefix, at.epoch, at.seq)
    }

    /// The keys of the frames after this place, up to a number.
    fn frame_keys(&self, after: Place, seq: u64) -> Range<String> {
        let first = Place { seq: after.seq + 1, ..after };
        let beyond = Place { seq: seq + 1, ..after };
        self.frame_key(first, 0)..self.frame_key(beyond, 0)
    }

    /// Wakes who waits for news.
    async fn listen(&self) {
        loop {
            if let Ok(mut pieces) = self.client.watch(&self.head_key()).await {
                while let Ok(Some(_)) = pieces.next().await {
                    self.arrived.notify_one();
                }
            }
            sleep(RENEWED_EVERY).await;
        }
    }
}

impl Known {
    fn seen_at(&mut self, head: &Head, began: Instant) -> Option<Instant> {
        // Another chain, or one from a backup: nothing is known of its age.
        let goes_back = self.renewals.back().is_some_and(|it| it.0 > head.renewal);
        if self.chain != head.chain || goes_back {
            self.chain.clone_from(&head.chain);
            self.renewals.clear();
        }
        if self.renewals.back().is_none_or(|it| it.0 < head.renewal) {
            self.renewals.push_back((head.renewal, began));
        } else if let Some(last) = self.renewals.back_mut() {
            last.1 = began;
        }
        // Only the last one that is old enough is wanted.
        while self.renewals.get(1).is_some_and(|it| it.0 + 2 <= head.renewal) {
            self.renewals.pop_front();
        }
        self.renewals.front().filter(|it| it.0 + 2 <= head.renewal).map(|it| it.1)
    }
}

impl Source for Etcd {
    fn look<'a>(
        &'a self,
        app: &'a App,
        since: Option<Position>,
    ) -> BoxFuture<'a, Result<Seen, Refusal>> {
        Box::pin(async move { Etcd::look(self, app, since).await.map_err(Refusal::internal) })
    }

    fn woken<'a>(&'a self, _: &'a App) -> BoxFuture<'a, ()> {
        // Where the watch has broken, it is looked as often as a head is renewed.
        Box::pin(async move { drop(timeout(RENEWED_EVERY * 2, self.arrived.notified()).await) })
    }

    fn keep<'a>(&'a self, app: &'a App) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let ((), ()) = join(self.listen(), self.carry(app)).await;
        })
    }
}

fn read_digest(text: &str) -> Result<Digest, EtcdError> {
    let digest = from_base64(text).ok().and_then(|it| Digest::try_from(it).ok());
    digest.ok_or(EtcdError::Foreign("a digest"))
}

fn write_digest(digest: &Digest) -> String {
    to_base64(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds after some moment, number of the renewal, and since when it is known to have been so.
    #[test]
    fn a_head_is_as_old_as_the_last_look_two_renewals_before_it() {
        let start = clock::instant();
        let at = |second| start + Duration::from_secs(second);
        let mut known = Known::default();
        for (second, chain, renewal, expected) in [
            (0, "a", 5, None),
            (1, "a", 6, None),
            (2, "a", 7, Some(0)),
            // Its writer is gone: it stays as old as it was, however often it is read.
            (3, "a", 7, Some(0)),
            (9, "a", 7, Some(0)),
            // What was read at 9 was the last one then, so this one was begun later.
            (10, "a", 9, Some(9)),
            (11, "a", 40, Some(10)),
            // A backup, and a new beginning.
            (12, "a", 30, None),
            (13, "a", 31, None),
            (14, "a", 32, Some(12)),
            (15, "b", 33, None),
            (16, "b", 35, Some(15)),
        ] {
            let head = Head {
                chain: chain.to_owned(),
                renewal,
                by: String::new(),
                epoch: 0,
                seq: 0,
                digest: String::new(),
                base: Base {
                    name: String::new(),
                    parts: 0,
                    sha256: String::new(),
                    seq: 0,
                    digest: String::new(),
                },
                former: None,
            };
            assert_eq!(known.seen_at(&head, at(second)), expected.map(at), "at {second}");
        }
    }
}
