use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::content::Content;
use super::follower::Follower;
use super::frame::{Bits, Frame, Kind, LENGTH_MAX, Splitter};
use super::log::{Log, Opening};
use super::reach::{Deed, NodeHeard, Reach, reach};
use super::{BEGINNING, Beat, FeedError, Place, Position};
use crate::Timestamp;
use crate::jose::{Algorithm, Jwk, JwkSet, Jws, PublicKey, joined, to_base64, unsigned};
use crate::status::{Entry, StatusList};

const ISSUER: &str = "https://senim";
const BOUND: Duration = Duration::from_secs(5);
/// The platform's clock began so much before the node's.
const UP: Duration = Duration::from_secs(1000);

#[test]
fn every_short_story_of_a_stream_ends_with_the_platform_s_word_or_with_none() {
    let platform = Platform::new();
    let node = Model::new(&platform);
    walk(&platform, &node, 5);
}

/// Tries every move, and after each again, so many times.
fn walk(platform: &Platform, node: &Model, left: u32) {
    node.recovers(platform);
    if left == 0 {
        return;
    }
    for next in Move::ALL {
        let mut node = node.clone();
        node.go(platform, next);
        walk(platform, &node, left - 1);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Ask,
    Snapshot(u64),
    Link(u64),
    /// Made now.
    Beat(u64),
    /// Made four seconds ago, or when it was asked.
    LateBeat(u64),
    /// Of an earlier stream: it has another nonce.
    Replayed(u64),
    Forged(u64),
    Wait,
}

impl Move {
    const ALL: [Self; 11] = [
        Self::Ask,
        Self::Snapshot(1),
        Self::Snapshot(2),
        Self::Link(2),
        Self::Link(3),
        Self::Beat(1),
        Self::Beat(3),
        Self::LateBeat(3),
        Self::Replayed(3),
        Self::Forged(3),
        Self::Wait,
    ];
}

#[derive(Clone)]
struct Model {
    follower: Follower,
    now: Duration,
    asked_at: Option<Duration>,
    has_answered: bool,
    /// When the newest beat that counted was made.
    made_at: Option<Duration>,
    failed: bool,
}

impl Model {
    fn new(_: &Platform) -> Self {
        Self {
            follower: Follower::new(ISSUER, BOUND, Place { epoch: 1, seq: 1 }),
            now: Duration::from_secs(10),
            asked_at: None,
            has_answered: false,
            made_at: None,
            failed: false,
        }
    }

    fn go(&mut self, platform: &Platform, next: Move) {
        let before = self.follower.held().map(|it| it.position.at);
        let ask_at = self.now;
        self.now += Duration::from_secs(if next == Move::Wait { 3 } else { 1 });
        let (now, asked_at) = (self.now, self.asked_at.unwrap_or(self.now));
        let late = now.checked_sub(Duration::from_secs(4)).unwrap().max(asked_at);
        let mut made = None;
        let frame = match next {
            Move::Wait => None,
            Move::Ask => {
                let asked = self.follower.ask("nonce".to_owned(), keys(), ask_at);
                assert!(!self.failed || asked.from.is_none(), "asks for a snapshot after an error");
                (self.asked_at, self.has_answered) = (Some(ask_at), false);
                None
            }
            Move::Snapshot(seq) => Some(platform.snapshot(seq)),
            Move::Link(seq) => Some(platform.frames[usize::try_from(seq).unwrap() - 1].clone()),
            Move::Beat(seq) => {
                made = Some(now);
                Some(platform.beat(seq, now, "nonce", self.snapshot_pending(platform), true))
            }
            Move::LateBeat(seq) => {
                made = Some(late);
                Some(platform.beat(seq, late, "nonce", self.snapshot_pending(platform), true))
            }
            Move::Replayed(seq) => {
                Some(platform.beat(seq, now, "another", self.snapshot_pending(platform), true))
            }
            Move::Forged(seq) => {
                Some(platform.beat(seq, now, "nonce", self.snapshot_pending(platform), false))
            }
        };
        if let Some(frame) = frame {
            let good = |jws: &Jws<'_>, _: &JwkSet| jws.signature == b"good";
            match self.follower.take(frame, now, good) {
                Ok(Some(_)) => {
                    assert!(!matches!(next, Move::Forged(_)), "a forged beat counts");
                    assert!(
                        !matches!(next, Move::Replayed(_)) || self.has_answered,
                        "a beat that answers another request opens a stream"
                    );
                    // A beat of another stream of the same process was made as it says all the same.
                    self.made_at = self.made_at.max(made.or(Some(now)));
                    (self.has_answered, self.failed) = (true, false);
                }
                Ok(None) => {}
                Err(_) => (self.failed, self.asked_at) = (true, None),
            }
        }
        let held = self.follower.held();
        assert!(held.map(|it| it.position.at) >= before, "goes back");
        if let Some(held) = held {
            let seq = usize::try_from(held.position.at.seq).unwrap();
            assert_eq!(held.content, platform.contents[seq]);
        }
        if self.follower.is_fresh(now) {
            let made_at = self.made_at.expect("a beat was good");
            assert!(
                now.checked_sub(made_at).unwrap() <= BOUND,
                "fresh by a beat of {made_at:?} at {now:?}"
            );
        }
    }

    /// The digest that an honest platform would name, had it sent what this stream has.
    fn snapshot_pending(&self, platform: &Platform) -> Option<u64> {
        let pending = self.follower.snapshot_pending()?;
        (1..=3).find(|seq| platform.snapshot(*seq) == *pending)
    }

    /// From wherever it is, one honest stream brings it to the end.
    fn recovers(&self, platform: &Platform) {
        let mut follower = self.follower.clone();
        let asked = follower.ask("fresh".to_owned(), keys(), self.now);
        let good = |jws: &Jws<'_>, _: &JwkSet| jws.signature == b"good";
        let from = if let Some(from) = asked.from {
            assert_eq!(from, platform.position(from.at.seq));
            from.at.seq
        } else {
            follower.take(platform.snapshot(1), self.now, good).unwrap();
            1
        };
        for seq in from + 1..=3 {
            let link = platform.frames[usize::try_from(seq).unwrap() - 1].clone();
            follower.take(link, self.now, good).unwrap();
        }
        let snapshot = asked.from.is_none().then_some(1);
        let beat = platform.beat(3, self.now, "fresh", snapshot, true);
        let step = follower.take(beat, self.now, good).unwrap().unwrap();
        assert_eq!(step.place, Place { epoch: 1, seq: 3 });
        assert!(follower.is_fresh(self.now + BOUND));
        assert!(!follower.is_fresh(self.now + BOUND + Duration::from_millis(1)));
    }
}

/// Three deeds.
struct Platform {
    frames: Vec<Frame>,
    /// At each place, the beginning included.
    contents: Vec<Content>,
    snapshots: Vec<Frame>,
}

impl Platform {
    fn new() -> Self {
        let mut log = Log::begin(beginning(), content());
        let (mut frames, mut contents) = (Vec::new(), vec![content()]);
        let mut snapshots = vec![log.snapshot().unwrap()];
        for seq in 1..=3 {
            let Position { digest, .. } = log.position();
            let frame = ended(seq, digest, seq);
            log.append(&frame, Duration::ZERO).unwrap();
            frames.push(frame);
            contents.push(log.content().clone());
            snapshots.push(log.snapshot().unwrap());
        }
        Self { frames, contents, snapshots }
    }

    fn position(&self, seq: u64) -> Position {
        let digest = match usize::try_from(seq).unwrap() {
            0 => BEGINNING,
            seq => self.frames[seq - 1].digest(),
        };
        Position { at: Place { epoch: 1, seq }, digest }
    }

    fn snapshot(&self, seq: u64) -> Frame {
        self.snapshots[usize::try_from(seq).unwrap()].clone()
    }

    fn beat(
        &self,
        seq: u64,
        made_at: Duration,
        nonce: &str,
        snapshot: Option<u64>,
        good: bool,
    ) -> Frame {
        let claims = Beat {
            nonce: Some(nonce.to_owned()),
            snapshot: snapshot.map(|it| to_base64(&self.snapshot(it).digest())),
            ..claims(self.position(seq), made_at)
        };
        beat(&claims, good)
    }
}

#[test]
fn a_beat_of_another_issuer_epoch_or_place_ends_the_stream() {
    type Change = fn(&mut Beat);
    let rows: [(Change, FeedError); 7] = [
        (|it| it.iss = "https://other".to_owned(), FeedError::Issuer),
        (|it| it.nonce = None, FeedError::Nonce),
        (|it| it.nonce = Some("other".to_owned()), FeedError::Nonce),
        (|it| it.seq = 4, FeedError::Digest),
        (|it| it.digest = to_base64(&BEGINNING), FeedError::Digest),
        (|it| it.snapshot = None, FeedError::Digest),
        (
            |it| (it.epoch, it.seq) = (0, 9),
            FeedError::Older {
                found: Place { epoch: 0, seq: 9 },
                seen: Place { epoch: 1, seq: 2 },
            },
        ),
    ];
    let platform = Platform::new();
    let snapshot = platform.snapshot(3);
    let right = Beat {
        nonce: Some("n".to_owned()),
        snapshot: Some(to_base64(&snapshot.digest())),
        ..claims(platform.position(3), Duration::ZERO)
    };
    for (change, expected) in rows {
        let mut follower = Follower::new(ISSUER, BOUND, Place { epoch: 1, seq: 2 });
        follower.ask("n".to_owned(), keys(), Duration::ZERO);
        follower.take(snapshot.clone(), Duration::ZERO, |_, _| true).unwrap();
        let mut claims = right.clone();
        change(&mut claims);
        let taken = follower.take(beat(&claims, true), Duration::ZERO, |_, _| true);
        assert_eq!(taken, Err(expected));
        assert!(follower.held().is_none() && !follower.is_fresh(Duration::ZERO));
    }
    // A new epoch begins where numbers may be lower, with a snapshot only.
    let mut follower = Follower::new(ISSUER, BOUND, Place { epoch: 1, seq: 9 });
    follower.ask("n".to_owned(), keys(), Duration::ZERO);
    follower.take(snapshot, Duration::ZERO, |_, _| true).unwrap();
    let claims = Beat { epoch: 2, ..right };
    follower.take(beat(&claims, true), Duration::ZERO, |_, _| true).unwrap();
    let asked = follower.ask("n".to_owned(), keys(), Duration::ZERO);
    assert_eq!(asked.from.map(|it| it.at), Some(Place { epoch: 2, seq: 3 }));
    let claims = Beat { epoch: 3, snapshot: None, ..claims };
    let taken = follower.take(beat(&claims, true), Duration::ZERO, |_, _| true);
    assert_eq!(taken, Err(FeedError::Epoch));
}

/// The new key is announced under the old one; what comes after the beat is verified by both, and after the old one is taken
/// back, by the new one alone.
#[test]
fn keys_that_change_in_mid_stream_are_announced_under_the_old_one() {
    let platform = Platform::new();
    let mut follower = Follower::new(ISSUER, BOUND, Place::default());
    follower.ask("n".to_owned(), keys(), Duration::ZERO);
    follower.take(platform.snapshot(0), Duration::ZERO, |_, _| true).unwrap();
    let seen = |follower: &mut Follower, frame, expected: usize| {
        let verify = |_: &Jws<'_>, keys: &JwkSet| {
            assert_eq!(keys.keys.len(), expected);
            true
        };
        follower.take(frame, Duration::ZERO, verify).unwrap();
    };
    let opening = Beat {
        nonce: Some("n".to_owned()),
        snapshot: Some(to_base64(&platform.snapshot(0).digest())),
        ..claims(platform.position(0), Duration::ZERO)
    };
    seen(&mut follower, beat(&opening, true), 1);
    let mut position = platform.position(0);
    for (published, verified_by) in [(2, 1), (1, 2), (1, 1)] {
        let set = JwkSet { keys: (0..published).map(|_| key()).collect() };
        let payload = serde_json::to_vec(&set).unwrap();
        let seq = position.at.seq + 1;
        let frame = Frame { kind: Kind::Keys, seq, prev: position.digest, payload };
        position = Position { at: Place { epoch: 1, seq }, digest: frame.digest() };
        follower.take(frame, Duration::ZERO, |_, _| true).unwrap();
        seen(&mut follower, beat(&claims(position, Duration::ZERO), true), verified_by);
    }
}

#[test]
fn a_beat_that_lay_in_a_buffer_is_as_old_as_it_is() {
    let platform = Platform::new();
    let (second, at) = (Duration::from_secs(1), Duration::from_secs);
    let mut follower = Follower::new(ISSUER, BOUND, Place::default());
    follower.ask("n".to_owned(), keys(), at(100));
    follower.take(platform.snapshot(3), at(101), |_, _| true).unwrap();
    // The platform's clock of the day may be anywhere: only its other clock's differences count.
    let mut claims = Beat {
        nonce: Some("n".to_owned()),
        snapshot: Some(to_base64(&platform.snapshot(3).digest())),
        iat: 0,
        ..claims(platform.position(3), at(7))
    };
    follower.take(beat(&claims, true), at(101), |_, _| true).unwrap();
    // Counted from when it was asked.
    assert_eq!(follower.fresh_until(), Some(at(105)));
    (claims.snapshot, claims.nonce) = (None, None);
    claims.up_ms += 2_000;
    follower.take(beat(&claims, true), at(109), |_, _| true).unwrap();
    assert_eq!(follower.fresh_until(), Some(at(107)));
    assert!(!follower.is_fresh(at(109)) && follower.lags(at(109)));
    // From the future it is from now.
    claims.up_ms += 100_000;
    follower.take(beat(&claims, true), at(110), |_, _| true).unwrap();
    assert_eq!(follower.fresh_until(), Some(at(110) + BOUND));
    assert!(follower.is_fresh(at(115)) && !follower.is_fresh(at(115) + second));
    // An older one takes nothing back.
    claims.up_ms = 0;
    follower.take(beat(&claims, true), at(111), |_, _| true).unwrap();
    assert_eq!(follower.fresh_until(), Some(at(110) + BOUND));
}

#[test]
fn who_missed_little_gets_frames_and_who_missed_more_a_snapshot() {
    let platform = Platform::new();
    let mut log = Log::begin(beginning(), content());
    for frame in &platform.frames {
        log.append(frame, Duration::ZERO).unwrap();
    }
    let position = |seq| platform.position(seq);
    let frames = |range: std::ops::Range<usize>| {
        let mut written = Vec::new();
        platform.frames[range].iter().for_each(|it| it.write(&mut written));
        Opening::Frames(written)
    };
    for seq in 0..=3 {
        let missed = usize::try_from(seq).unwrap()..3;
        assert_eq!(log.opening(Some(&position(seq))), frames(missed));
    }
    let forked = Position { digest: [7; 32], ..position(2) };
    let ahead = Position { at: Place { epoch: 1, seq: 4 }, ..position(3) };
    let epoch = Position { at: Place { epoch: 2, seq: 3 }, ..position(3) };
    for from in [None, Some(&forked), Some(&ahead), Some(&epoch)] {
        assert_eq!(log.opening(from), Opening::Snapshot);
    }
    log.forget(Duration::from_secs(61));
    assert_eq!(log.opening(Some(&position(2))), Opening::Snapshot);
    assert_eq!(log.opening(Some(&position(3))), Opening::Frames(Vec::new()));
    // What does not follow is not taken over.
    assert_eq!(log.append(&platform.frames[1], Duration::ZERO), Err(FeedError::Gap));
}

#[test]
fn it_is_done_when_each_node_knows_or_refuses_by_itself() {
    let at = |second| Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap();
    let deed = Deed { at: Place { epoch: 1, seq: 7 }, done_at: at(0) };
    let node = |connected_at: Option<i64>, acknowledged: Option<(u64, u64)>| NodeHeard {
        name: "edge".to_owned(),
        connected_at: connected_at.map(at),
        acknowledged: acknowledged.map(|(epoch, seq)| Place { epoch, seq }),
        bound: TimeDelta::seconds(5),
    };
    let state = |node: NodeHeard, second| {
        let view = reach(&[node], deed, at(second));
        assert_eq!(view.done, view.nodes[0].state != Reach::Waiting);
        assert_eq!(view.nodes[0].until.is_some(), !view.done);
        view.nodes[0].state
    };
    for acknowledged in [(1, 7), (1, 8)] {
        assert_eq!(state(node(Some(1), Some(acknowledged)), 1), Reach::Confirmed);
    }
    for acknowledged in [None, Some((1, 6)), Some((0, 9))] {
        assert_eq!(state(node(Some(1), acknowledged), 1), Reach::Waiting);
        assert_eq!(state(node(Some(5), acknowledged), 5), Reach::Waiting);
        // Its beats that were made before the deed are too old now, whether or not it is connected.
        assert_eq!(state(node(Some(6), acknowledged), 6), Reach::Silent);
        // Not connected for longer than the bound.
        assert_eq!(state(node(Some(-6), acknowledged), 0), Reach::Silent);
        assert_eq!(state(node(Some(-3), acknowledged), 0), Reach::Waiting);
        assert_eq!(state(node(Some(-3), acknowledged), 3), Reach::Silent);
        assert_eq!(state(node(None, acknowledged), 0), Reach::Silent);
    }
    assert!(reach(&[], deed, at(0)).done);
}

#[test]
fn numbers_of_changed_consents_that_are_no_such_list_are_refused() {
    let index =
        |changes: &[(u64, Entry)]| Bits { taken: 9, changes: changes.iter().copied().collect() };
    let good = index(&[(0, Entry::Ended), (300, Entry::Changed)]).write();
    assert_eq!(good, [9, 2, 0, 1, 0xac, 2, 3]);
    for wrong in [
        &[][..],
        &[9],
        &[9, 1],
        &[9, 1, 0],
        // No such value, twice the same place, more than is said, a number longer than needed or beyond 64 bits.
        &[9, 1, 0, 2],
        &[9, 2, 0, 1, 0, 1],
        &[9, 1, 0, 1, 0],
        &[0x89, 0, 0],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0],
    ] {
        assert!(Bits::read(wrong).is_err(), "{wrong:?}");
    }
    let too_long = [0_u8; 4].map(|_| 0xff);
    let mut splitter = Splitter::default();
    splitter.push(&too_long);
    assert_eq!(splitter.take(), Err(FeedError::Frame("it is too long")));
    assert!(LENGTH_MAX < usize::try_from(u32::MAX).unwrap());
    for short in [0_u32, 1, 40] {
        let mut splitter = Splitter::default();
        splitter.push(&short.to_be_bytes());
        splitter.push(&[1; 40]);
        assert!(splitter.take().is_err(), "{short}");
    }
}

proptest! {
    #[test]
    fn changes_are_read_as_they_were_written(
        taken in any::<u64>(),
        changes in proptest::collection::btree_map(any::<u64>(), any::<bool>(), 0..40),
    ) {
        let entry = |changed| if changed { Entry::Changed } else { Entry::Ended };
        let changes = changes.into_iter().map(|(index, it)| (index, entry(it))).collect();
        let bits = Bits { taken, changes };
        prop_assert_eq!(Bits::read(&bits.write()), Ok(bits));
    }

    #[test]
    fn frames_are_found_however_they_are_cut(
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..6),
        cuts in proptest::collection::vec(0_usize..400, 0..12),
    ) {
        let frames: Vec<_> = payloads
            .into_iter()
            .zip(0_u64..)
            .map(|(payload, seq)| Frame { kind: Kind::Bits, seq, prev: [9; 32], payload })
            .collect();
        let mut written = Vec::new();
        for it in &frames {
            it.write(&mut written);
        }
        let mut cuts: Vec<_> = cuts.into_iter().map(|it| it.min(written.len())).collect();
        cuts.push(written.len());
        cuts.sort_unstable();
        let (mut splitter, mut found, mut before) = (Splitter::default(), Vec::new(), 0);
        for cut in cuts {
            splitter.push(&written[before..cut]);
            before = cut;
            while let Some(frame) = splitter.take().unwrap() {
                found.push(frame);
            }
        }
        prop_assert_eq!(found, frames);
    }

    /// Whatever is done, following the frames gives what a snapshot gives.
    #[test]
    fn frames_and_snapshots_come_to_the_same(
        ends in proptest::collection::vec((0_u64..30_000, any::<bool>()), 0..60),
        from in 0_usize..60,
    ) {
        let mut log = Log::begin(beginning(), content());
        let mut followed = content();
        for (number, (index, changed)) in ends.iter().enumerate() {
            let Position { at, digest } = log.position();
            let entry = if *changed { Entry::Changed } else { Entry::Ended };
            let bits = Bits { taken: 30_000, changes: [(*index, entry)].into() };
            let payload = bits.write();
            let frame = Frame { kind: Kind::Bits, seq: at.seq + 1, prev: digest, payload };
            if number == from {
                followed = Content::from_snapshot(&log.snapshot().unwrap().payload).unwrap();
            }
            log.append(&frame, Duration::ZERO).unwrap();
            followed.apply(&frame).unwrap();
        }
        prop_assert_eq!(log.content(), &followed);
        let snapshot = Content::from_snapshot(&log.snapshot().unwrap().payload).unwrap();
        prop_assert_eq!(snapshot, followed);
    }
}

fn claims(position: Position, made_at: Duration) -> Beat {
    Beat {
        iss: ISSUER.to_owned(),
        iat: 1_800_000_000,
        epoch: position.at.epoch,
        seq: position.at.seq,
        digest: to_base64(&position.digest),
        up_ms: u64::try_from((UP + made_at).as_millis()).unwrap(),
        nonce: None,
        snapshot: None,
    }
}

fn beat(claims: &Beat, good: bool) -> Frame {
    let text = unsigned(Beat::TYPE, Algorithm::Es256, "kid", claims).unwrap();
    let payload = joined(&text, if good { b"good" } else { b"bad!" }).into_bytes();
    Frame { kind: Kind::Beat, seq: claims.seq, prev: BEGINNING, payload }
}

fn ended(seq: u64, prev: super::Digest, index: u64) -> Frame {
    let bits = Bits { taken: 10, changes: [(index, Entry::Ended)].into() };
    Frame { kind: Kind::Bits, seq, prev, payload: bits.write() }
}

fn beginning() -> Position {
    Position { at: Place { epoch: 1, seq: 0 }, digest: BEGINNING }
}

fn content() -> Content {
    Content {
        participants: Arc::default(),
        keys: Arc::new(keys()),
        list: Arc::new(StatusList::new(10, [])),
        list_address: "https://senim/status-list".into(),
    }
}

fn keys() -> JwkSet {
    JwkSet { keys: vec![key()] }
}

fn key() -> Jwk {
    Jwk { key: PublicKey::P256 { x: vec![1; 32], y: vec![2; 32] }, kid: Some("kid".to_owned()) }
}
