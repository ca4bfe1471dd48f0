//! A platform of one test: what nodes are told, signed, and what they tell, kept.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use bytes::Bytes;
use futures::stream;
use senim_channel::{ClientCertificates, TlsListener, server_config};
use senim_core::feed::content::Content;
use senim_core::feed::frame::{Bits, Frame, Kind};
use senim_core::feed::log::{Log, Opening};
use senim_core::feed::{AcknowledgeFeed, BEGINNING, Beat, Place, Position};
use senim_core::jose::{JwkSet, from_base64, to_base64};
use senim_core::status::{Entry, StatusList};
use senim_core::usage::{ReportUses, Use};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::certificates::Certificates;
use crate::tokens::{ISSUER, Key, LIST, header};
use crate::world::{instant, now};

/// How often a stream looks for what is new, and how often it says something all the same.
const LOOK: Duration = Duration::from_millis(10);
const BEAT: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(crate) struct Platform(Arc<Mutex<Word>>);

pub(crate) struct Word {
    pub(crate) participants: Value,
    pub(crate) ended: BTreeSet<u64>,
    /// Keys in the published set; the first signs.
    pub(crate) keys: Vec<u8>,
    /// The key that signs, where it is not the first published.
    pub(crate) signs: Option<u8>,
    pub(crate) issuer: String,
    /// The status that every answer has instead; streams end.
    pub(crate) broken: Option<u16>,
    pub(crate) manner: Manner,
    /// How far the platform's clock of the day is off.
    pub(crate) clock_off_s: i64,
    pub(crate) acknowledged: Vec<(Place, u64)>,
    /// Streams that were asked for, and whether each had a snapshot.
    pub(crate) streams: Vec<bool>,
    /// How many streams were broken off.
    pub(crate) broken_off: u32,
    /// What was sent so far.
    pub(crate) sent: Vec<Bytes>,
    pub(crate) uses: Vec<Use>,
    pub(crate) uses_refused: Option<u16>,
    log: Log,
    told: Told,
}

/// What the frames say so far.
#[derive(Clone, Default, PartialEq)]
struct Told {
    participants: Value,
    ended: BTreeSet<u64>,
    keys: Vec<u8>,
}

/// How it speaks on a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    Good,
    /// Nothing comes, and nothing ends.
    Silent,
    Doubled,
    Reordered,
    /// A frame is left out.
    Gap,
    /// What was sent first, nonce and all, in place of an answer.
    Recording,
    /// Beats that say they were made long after they were.
    Late,
}

impl Word {
    /// Appends frames for what was changed.
    fn sync(&mut self) {
        if self.told.participants != self.participants {
            self.told.participants = self.participants.clone();
            self.append(Kind::Registry, serde_json::to_vec(&self.participants).unwrap());
        }
        if self.told.keys != self.keys {
            self.told.keys.clone_from(&self.keys);
            self.append(Kind::Keys, serde_json::to_vec(&self.published()).unwrap());
        }
        let new: Vec<_> = self.ended.difference(&self.told.ended).copied().collect();
        for index in new {
            self.told.ended.insert(index);
            let bits = Bits { taken: 100, changes: [(index, Entry::Ended)].into() };
            self.append(Kind::Bits, bits.write());
        }
    }

    fn append(&mut self, kind: Kind, payload: Vec<u8>) {
        let Position { at, digest } = self.log.position();
        let frame = Frame { kind, seq: at.seq + 1, prev: digest, payload };
        self.log.append(&frame, Duration::ZERO).unwrap();
    }

    fn published(&self) -> JwkSet {
        let key = |&number: &u8| Key::of(number).public(&format!("p{number}"));
        let keys: Vec<Value> = self.keys.iter().map(key).collect();
        serde_json::from_value(json!({"keys": keys})).unwrap()
    }

    /// The place of all that was changed until now.
    pub(crate) fn place(&mut self) -> Place {
        self.sync();
        self.log.position().at
    }

    /// As if the database were another one: what is said now, at this place.
    pub(crate) fn move_to(&mut self, at: Place) {
        self.sync();
        let digest = if at.seq == 0 { BEGINNING } else { [9; 32] };
        self.log = Log::begin(Position { at, digest }, self.log.content().clone());
    }

    fn beat(&self, signer: u8, nonce: Option<String>, snapshot: Option<String>) -> Frame {
        let Position { at, digest } = self.log.position();
        let mut up = instant().duration_since(started());
        if self.manner == Manner::Late {
            up = Duration::ZERO;
        }
        let claims = Beat {
            iss: self.issuer.clone(),
            iat: now() + self.clock_off_s,
            epoch: at.epoch,
            seq: at.seq,
            digest: to_base64(&digest),
            up_ms: u64::try_from(up.as_millis()).unwrap(),
            nonce,
            snapshot,
        };
        let mut header = header(Beat::TYPE);
        header["kid"] = format!("p{signer}").into();
        let claims = serde_json::to_value(claims).unwrap();
        let payload = Key::of(self.signs.unwrap_or(signer)).sign(&header, &claims).into_bytes();
        Frame { kind: Kind::Beat, seq: at.seq, prev: digest, payload }
    }
}

#[expect(clippy::disallowed_methods, reason = "the platform's clock that only goes forward")]
fn started() -> std::time::Instant {
    static STARTED: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    *STARTED.get_or_init(std::time::Instant::now)
}

impl Platform {
    pub(crate) fn new(participants: Value) -> Self {
        started();
        let content = Content {
            participants: Arc::default(),
            keys: Arc::default(),
            list: Arc::new(StatusList::new(100, [])),
            list_address: LIST.into(),
        };
        let beginning = Position { at: Place { epoch: 1, seq: 0 }, digest: BEGINNING };
        Self(Arc::new(Mutex::new(Word {
            participants,
            ended: BTreeSet::new(),
            keys: vec![1],
            signs: None,
            issuer: ISSUER.to_owned(),
            broken: None,
            manner: Manner::Good,
            clock_off_s: 0,
            acknowledged: vec![],
            streams: vec![],
            broken_off: 0,
            sent: vec![],
            uses: vec![],
            uses_refused: None,
            log: Log::begin(beginning, content),
            told: Told::default(),
        })))
    }

    pub(crate) fn word<T>(&self, change: impl FnOnce(&mut Word) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub(crate) async fn serve(&self, certificates: &Certificates) -> u16 {
        certificates.issue("platform");
        let config = server_config(
            &certificates.path("platform", "pem"),
            &certificates.path("platform", "key"),
            ClientCertificates::Required(&certificates.path("ca", "pem")),
        );
        let listener = TlsListener::bind("127.0.0.1:0", config.unwrap()).await.unwrap();
        let port = listener.address().port();
        let app = Router::new()
            .route("/jwks", get(jwks))
            .route("/edge/feed", get(feed))
            .route("/edge/acks", post(acks))
            .route("/edge/uses", post(uses))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }
}

fn broken(status: Option<u16>) -> Result<(), StatusCode> {
    status.map_or(Ok(()), |it| Err(StatusCode::from_u16(it).unwrap()))
}

async fn jwks(State(platform): State<Platform>) -> Result<String, StatusCode> {
    platform.word(|word| {
        broken(word.broken)?;
        Ok(serde_json::to_string(&word.published()).unwrap())
    })
}

#[derive(Deserialize)]
struct Asked {
    from: Option<String>,
    nonce: String,
}

struct Streamed {
    platform: Platform,
    at: Position,
    signer: u8,
    opening: Option<Bytes>,
    beat_at: std::time::Instant,
}

async fn feed(
    State(platform): State<Platform>,
    Query(asked): Query<Asked>,
) -> Result<Body, StatusCode> {
    let from = asked.from.map(|it| {
        let parts: Vec<_> = it.split('.').collect();
        let at = Place { epoch: parts[0].parse().unwrap(), seq: parts[1].parse().unwrap() };
        Position { at, digest: from_base64(parts[2]).unwrap().try_into().unwrap() }
    });
    let (opening, at, signer) = platform.word(|word| {
        broken(word.broken)?;
        word.sync();
        let (mut bytes, snapshot) = match word.log.opening(from.as_ref()) {
            Opening::Frames(frames) => (frames, None),
            Opening::Snapshot => {
                let frame = word.log.snapshot().unwrap();
                let mut bytes = Vec::new();
                frame.write(&mut bytes);
                (bytes, Some(to_base64(&frame.digest())))
            }
        };
        word.streams.push(snapshot.is_some());
        let signer = word.keys[0];
        word.beat(signer, Some(asked.nonce), snapshot).write(&mut bytes);
        let bytes = match word.manner {
            Manner::Recording => word.sent[0].clone(),
            Manner::Good
            | Manner::Silent
            | Manner::Doubled
            | Manner::Reordered
            | Manner::Gap
            | Manner::Late => bytes.into(),
        };
        word.sent.push(bytes.clone());
        Ok::<_, StatusCode>((bytes, word.log.position(), signer))
    })?;
    let opening = Some(opening);
    let streamed = Streamed { platform, at, signer, opening, beat_at: instant() + BEAT };
    Ok(Body::from_stream(stream::unfold(streamed, async |mut it| {
        let bytes = it.next().await?;
        Some((Ok::<_, Infallible>(bytes), it))
    })))
}

impl Streamed {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        loop {
            tokio::time::sleep(LOOK).await;
            let platform = self.platform.clone();
            let said = platform.word(|word| {
                if word.broken.is_some() {
                    word.broken_off += 1;
                    return Err(());
                }
                if word.manner == Manner::Silent {
                    return Ok(None);
                }
                word.sync();
                // A database that is another one ends streams, as a host does.
                let Opening::Frames(frames) = word.log.opening(Some(&self.at)) else {
                    return Err(());
                };
                if frames.is_empty() && instant() < self.beat_at {
                    return Ok(None);
                }
                let mut bytes = mangled(&frames, word.manner);
                word.beat(self.signer, None, None).write(&mut bytes);
                // The next one is signed by the key that this one announces.
                (self.signer, self.at) = (word.keys[0], word.log.position());
                self.beat_at = instant() + BEAT;
                let bytes = Bytes::from(bytes);
                word.sent.push(bytes.clone());
                Ok(Some(bytes))
            });
            match said {
                Ok(None) => {}
                Ok(Some(bytes)) => return Some(bytes),
                Err(()) => return None,
            }
        }
    }
}

fn mangled(frames: &[u8], manner: Manner) -> Vec<u8> {
    let mut splitter = senim_core::feed::frame::Splitter::default();
    splitter.push(frames);
    let mut all = Vec::new();
    while let Some(frame) = splitter.take().unwrap() {
        all.push(frame);
    }
    match manner {
        Manner::Good | Manner::Silent | Manner::Recording | Manner::Late => {}
        Manner::Doubled => all = all.into_iter().flat_map(|it| [it.clone(), it]).collect(),
        Manner::Reordered => all.reverse(),
        Manner::Gap => drop((!all.is_empty()).then(|| all.remove(0))),
    }
    let mut written = Vec::new();
    for it in &all {
        it.write(&mut written);
    }
    written
}

async fn acks(State(platform): State<Platform>, body: String) -> StatusCode {
    let said: AcknowledgeFeed = serde_json::from_str(&body).unwrap();
    platform.word(|word| {
        if let Some(status) = word.broken {
            return StatusCode::from_u16(status).unwrap();
        }
        let place = Place { epoch: said.epoch, seq: said.seq };
        word.acknowledged.push((place, said.bound_ms));
        StatusCode::NO_CONTENT
    })
}

async fn uses(State(platform): State<Platform>, body: String) -> StatusCode {
    let report: ReportUses = serde_json::from_str(&body).unwrap();
    platform.word(|word| {
        if let Some(status) = word.uses_refused.or(word.broken) {
            return StatusCode::from_u16(status).unwrap();
        }
        for outcome in report.uses {
            if word.uses.iter().all(|it| it.id != outcome.id) {
                word.uses.push(outcome);
            }
        }
        StatusCode::NO_CONTENT
    })
}
