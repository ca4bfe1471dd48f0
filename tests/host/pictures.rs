//! Checks with a genuine person's frames through the host's router and the built-in engine (IDX-2, PHM-2).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use senim_core::liveness::challenge::Challenge;
use senim_tests::frames;
use senim_tests::pictures::{self, People};
use serde_json::json;

use super::stand::{IIN, Stand, asked, cache};
use crate::database::on_each;

/// The recorded person's photo in the register, of another moment than what the camera shows.
pub(super) const REGISTERED: &str = "person_c_1";
const SOMEBODY_ELSE: &str = "person_a_1";

/// Makes a pack that must be refused.
type Forger = fn(&People, &Challenge) -> Vec<u8>;

#[tokio::test(flavor = "multi_thread")]
async fn the_face_of_the_register_goes_on_and_no_other() {
    on_each(async |database| {
        let (stand, people) = open(database, SOMEBODY_ELSE).await;
        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let other = stand.show(&cookie, genuine(&people, &challenge, 21)).await;
        assert_eq!(other.outcome(), "422 identity.no-match", "{}", stand.journal_text().await);
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["checks_left"], 3, "a failed match counts as its check");
        register(&stand, &people, REGISTERED);
        let challenge = stand.challenge(&cookie).await;
        let own = genuine(&people, &challenge, 2);
        let passed = stand.show(&cookie, own.clone()).await;
        assert_eq!(passed.step(), "code", "{} {}", passed.text, stand.journal_text().await);
        assert_eq!(stand.upload(&cookie, own).await.outcome(), "409 identity.out-of-order");
    })
    .await;
}

/// What is forged, and what can't be judged: the check was counted when its challenge was handed out.
#[tokio::test(flavor = "multi_thread")]
async fn frames_that_must_be_refused_are() {
    on_each(async |database| {
        let (stand, people) = open(database, REGISTERED).await;
        let rows: [(&str, Forger); 13] = [
            ("422 photo.too-few", |_, challenge| frames::empty(challenge)),
            ("422 photo.too-many", |_, challenge| frames::ten_thousand(challenge)),
            ("422 frames.out-of-order", |people, challenge| {
                frames::out_of_order(&genuine(people, challenge, 3)).unwrap()
            }),
            ("422 frames.out-of-order", |people, challenge| {
                frames::doubled(&genuine(people, challenge, 4)).unwrap()
            }),
            ("422 frames.chain-broken", |people, challenge| {
                frames::altered(&genuine(people, challenge, 5)).unwrap()
            }),
            ("422 frames.another-session", |people, challenge| {
                let other = Challenge::draw([9; 32], frames::WISHES, challenge.issued_at);
                genuine(people, &other, 6)
            }),
            ("422 photo.not-an-image", |_, challenge| {
                frames::stills(challenge, &[b"no picture".repeat(100)])
            }),
            ("422 photo.broken", |people, challenge| {
                let mut cut = people.frames(SOMEBODY_ELSE, 1).unwrap().remove(0);
                cut.truncate(cut.len() / 2);
                frames::stills(challenge, &[cut])
            }),
            ("422 photo.too-many-pixels", |_, challenge| {
                frames::single(challenge, &pictures::fifty_megapixels().unwrap())
            }),
            ("422 photo.too-many-pixels", |_, challenge| {
                frames::single(challenge, &pictures::twelve_megapixels().unwrap())
            }),
            ("422 photo.no-face", |_, challenge| {
                frames::stills(challenge, &pictures::nobody(9).unwrap())
            }),
            ("422 photo.several-faces", |people, challenge| {
                let two = people.two_together(SOMEBODY_ELSE, "impostor_1", 9).unwrap();
                frames::stills(challenge, &two)
            }),
            ("422 identity.not-live", |people, challenge| {
                frames::stills(challenge, &people.frames(REGISTERED, 9).unwrap())
            }),
        ];
        let stills = people.frames(REGISTERED, 4).unwrap();
        // How pictures are judged is no database's matter.
        let count = if database.starts_with("sqlite:") { rows.len() } else { 5 };
        for (outcome, forged) in rows.into_iter().take(count) {
            // Else the fifth would be blocked.
            stand.wait(15 * 60);
            let cookie = stand.at_camera(asked()).await;
            let challenge = stand.challenge(&cookie).await;
            let answer = stand.show(&cookie, forged(&people, &challenge)).await;
            assert_eq!(answer.outcome(), outcome);
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert_eq!(view.body["checks_left"], 3, "{outcome}");
            let again = stand.upload(&cookie, frames::stills(&challenge, &stills)).await;
            assert_eq!(again.outcome(), "409 challenge.none-open", "after {outcome}");
        }
    })
    .await;
}

/// What did not arrive whole, or could not be judged through no fault of the client's, may come again.
#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_upload_changes_nothing_while_the_challenge_is_open() {
    on_each(async |database| {
        let (stand, people) = open(database, REGISTERED).await;
        let cookie = stand.at_camera(asked()).await;
        let none = stand.upload(&cookie, b"early".to_vec()).await;
        assert_eq!(none.outcome(), "409 challenge.none-open");
        let challenge = stand.challenge(&cookie).await;
        assert_eq!(stand.challenge(&cookie).await, challenge, "asked again, the same one");
        let own = genuine(&people, &challenge, 8);
        for (outcome, body) in [
            ("400 frames.malformed", b"no pack".to_vec()),
            ("400 frames.cut-off", frames::cut(&own)),
            ("413 photo.too-large", frames::heavy(&own)),
        ] {
            assert_eq!(stand.upload(&cookie, body).await.outcome(), outcome);
        }
        let odd = stand.post("/api/identity/liveness", Some(&cookie), json!({})).await;
        assert_eq!(odd.outcome(), "415 body.media-type");
        stand.outside.source_down(true);
        assert_eq!(stand.upload(&cookie, own.clone()).await.outcome(), "503 identity.source-down");
        stand.outside.source_down(false);
        let inference = &stand.app.budgets.inference;
        let others: Vec<_> = std::iter::from_fn(|| inference.place().ok()).collect();
        assert_eq!(stand.upload(&cookie, own.clone()).await.outcome(), "503 busy");
        drop(others);
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["checks_left"], 3);
        assert_eq!(stand.show(&cookie, own).await.step(), "code", "nothing was lost");

        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        stand.wait(90);
        let late = stand.upload(&cookie, genuine(&people, &challenge, 9)).await;
        assert_eq!(late.outcome(), "410 challenge.expired");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["last_problem"], "challenge.expired");
        assert_ne!(stand.challenge(&cookie).await.nonce, challenge.nonce);
        assert_eq!(stand.get("/api/identity", Some(&cookie)).await.body["checks_left"], 2);
    })
    .await;
}

/// Six at once are not six checks: a challenge is used once.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_side_by_side_win_no_check() {
    on_each(async |database| {
        let (stand, people) = open(database, REGISTERED).await;
        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let stills = frames::stills(&challenge, &people.frames(REGISTERED, 4).unwrap());
        let show = || Box::pin(stand.upload(&cookie, stills.clone()));
        let answers = tokio::join!(show(), show(), show(), show(), show(), show());
        let answers = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5];
        let outcome: Vec<String> = answers.iter().map(super::stand::Answer::outcome).collect();
        let judged = outcome.iter().filter(|it| *it == "422 identity.not-live").count();
        let unused = outcome.iter().filter(|it| *it == "409 challenge.none-open").count();
        assert_eq!((judged, unused), (1, 5), "{outcome:?}");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["checks_left"], 3);
    })
    .await;
}

/// The platform sees every bank's checks: frames that came before are known, whoever sends them.
#[tokio::test(flavor = "multi_thread")]
async fn frames_that_came_before_are_known_in_another_session() {
    on_each(async |database| {
        let (stand, people) = open(database, REGISTERED).await;
        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let pack = genuine(&people, &challenge, 10);
        assert_eq!(stand.show(&cookie, pack.clone()).await.step(), "code");

        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let again = frames::bound_again(&pack, &challenge.nonce).unwrap();
        assert_eq!(stand.show(&cookie, again).await.outcome(), "422 identity.not-live");
        let journal = stand.journal_text().await;
        assert!(journal.contains("repeated") && journal.contains("known-frames"), "{journal}");
        assert_eq!(journal.matches("\"alike\":0").count(), 1, "they look alike too: {journal}");
    })
    .await;
}

/// Filmed once: the same challenge is drawn on both engines, and filming takes a core for a second or two.
pub(super) fn genuine(people: &People, challenge: &Challenge, seed: u64) -> Vec<u8> {
    static FILMED: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let name = format!("{} {seed}", serde_json::to_string(challenge).unwrap());
    if let Some(pack) = FILMED.lock().unwrap().get(&name) {
        return pack.clone();
    }
    let pack = frames::genuine(&people.0, challenge, seed).unwrap();
    FILMED.lock().unwrap().insert(name, pack.clone());
    pack
}

/// A host with its engine; the client's photo in the register is `portrait`.
pub(super) async fn open(database: &str, portrait: &str) -> (Stand, People) {
    let stand = Stand::on(database).await.with_faces();
    let people = People(cache().join("people"));
    register(&stand, &people, portrait);
    (stand, people)
}

fn register(stand: &Stand, people: &People, portrait: &str) {
    register_as(stand, people, portrait, |_| {});
}

/// `change`s the register's answer.
pub(super) fn register_as(
    stand: &Stand,
    people: &People,
    portrait: &str,
    change: impl FnOnce(&mut serde_json::Value),
) {
    let portrait = std::fs::read(people.0.join(format!("{portrait}.jpg"))).unwrap();
    stand.outside.register_as(IIN, &STANDARD.encode(portrait), change);
}
