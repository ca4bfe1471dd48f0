//! The photo matching service through the servers' listener (PHM-1..6, IDX-6, IDX-8, IDX-10).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use senim_core::id::{PhotoRequestId, SolutionRequestId};
use senim_core::participant::Kind;
use senim_store as store;
use senim_store::matching::{Finished, Started};
use serde_json::{Value, json};

use super::bank::{Answer, Bank, Key};
use super::stand::{CONSUMER, IIN, cache};
use crate::database::on_each;

/// The common name whose certificate the stand's seed registers.
const SYSTEM: &str = "certificate";
const TYP: &str = "consent-confirmation+jwt";

/// Who may not ask hears why, and nothing is kept of it.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_participant_under_its_own_name_is_served() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let good = asked(b"photo");
        for (change, certificate, outcome) in [
            (json!({}), None, "401 client.certificate-invalid"),
            (json!({}), Some("stranger"), "403 participant.unknown"),
            (json!({ "username": "other" }), Some(SYSTEM), "403 photo.username"),
            (json!({ "username": "" }), Some(SYSTEM), "403 photo.username"),
            (json!({ "solution": "nobody" }), Some(SYSTEM), "422 solution.unknown"),
            (json!({ "iin": "123" }), Some(SYSTEM), "400 body.malformed"),
            (json!({ "photo": "*" }), Some(SYSTEM), "400 body.malformed"),
            (json!({ "more": 1 }), Some(SYSTEM), "400 body.malformed"),
        ] {
            let mut body = good.clone();
            for (member, value) in change.as_object().unwrap() {
                body[member] = value.clone();
            }
            let answer = post(&bank, "/photo/match", &body, certificate).await;
            assert_eq!(answer.outcome(), outcome);
        }
        // IDX-6: refused before anybody is asked.
        let wants = |body: Value| {
            let mut body = body;
            body["personal_data"] = true.into();
            body
        };
        for kind in [Kind::FinanceCentre, Kind::ECommerce] {
            set_kind(&bank, kind).await;
            let answer = post(&bank, "/photo/match", &wants(good.clone()), Some(SYSTEM)).await;
            assert_eq!(answer.outcome(), "403 photo.personal-data");
        }
        assert_eq!(count(&bank).await["processed"], 0);
    })
    .await;
}

/// A photo's faults are reported rule by rule, and counted (PHM-5).
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_breaks_the_rules_is_refused_with_what_failed() {
    on_each(async |database| {
        let mut bank = Bank::on(database).await;
        bank.stand = bank.stand.with_faces();
        let nobody = blank();
        let answer = post(&bank, "/photo/match", &asked(&nobody), Some(SYSTEM)).await;
        assert_eq!(answer.outcome(), "422 photo.rules-failed", "{}", answer.text);
        let failed: Vec<&str> = answer.body["failed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect();
        assert!(
            failed.contains(&"photo.eye-distance") && !failed.contains(&"photo.size"),
            "{failed:?}"
        );
        let answer = post(&bank, "/photo/match", &asked(b"no picture"), Some(SYSTEM)).await;
        assert_eq!(answer.outcome(), "422 photo.not-an-image");
        let count = count(&bank).await;
        assert_eq!((&count["processed"], &count["refused"]), (&json!(2), &json!(2)), "{count}");
        let events = bank.stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "photo.refused").count(), 2);
        assert!(!bank.stand.journal_text().await.contains(IIN));
    })
    .await;
}

/// All conditions of PHM-3, each left out once.
#[tokio::test(flavor = "multi_thread")]
async fn personal_data_are_given_when_all_holds_and_never_else() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let key = Key::of(SYSTEM);
        let now = bank.now();
        let claims = |id: PhotoRequestId| json!({ "request": id, "consent": true, "iat": now });
        let header = json!({ "alg": "ES256", "typ": TYP });

        let id = matched(&bank, 1, true, 97_000).await;
        for (text, why) in [
            (Key::new(9).sign(&header, &claims(id)), "another key"),
            (key.sign(&header, &claims(PhotoRequestId(99))), "another request"),
            (key.sign(&json!({ "alg": "ES256", "typ": "JWT" }), &claims(id)), "another type"),
            (key.sign(&header, &json!({ "request": id, "consent": false, "iat": now })), "refused"),
            (key.sign(&header, &json!({ "request": id, "consent": true, "iat": now - 61 })), "old"),
            ("a.b.c".to_owned(), "not a JWS"),
        ] {
            let answer = accept(&bank, id, Some(&text)).await;
            assert_eq!(answer.outcome(), "403 photo.confirmation-invalid", "{why}");
        }
        let without = accept(&bank, id, None).await;
        assert_eq!((without.outcome().as_str(), without.body.get("personal_data")), ("200", None));
        let good = key.sign(&header, &claims(id));
        bank.stand.outside.source_down(true);
        assert_eq!(accept(&bank, id, Some(&good)).await.outcome(), "503 identity.source-down");
        bank.stand.outside.source_down(false);
        let given = accept(&bank, id, Some(&good)).await;
        assert_eq!(given.body["personal_data"]["iin"], IIN, "{}", given.text);
        assert_eq!(given.body["personal_data"]["birth_date"], "1990-01-01");
        assert!(given.body["personal_data"].get("photo").is_none(), "never the biometric part");
        let events = bank.stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "photo.data-given").count(), 1);

        // Not asked for; not matched; of another kind by now; too late; another's; nobody's.
        let id = matched(&bank, 2, false, 97_000).await;
        let answer = accept(&bank, id, Some(&key.sign(&header, &claims(id)))).await;
        assert_eq!((answer.outcome().as_str(), answer.body.get("personal_data")), ("200", None));
        let id = matched(&bank, 3, true, 84_999).await;
        let answer = accept(&bank, id, Some(&key.sign(&header, &claims(id)))).await;
        assert_eq!(answer.outcome(), "409 photo.not-matched");
        let id = matched(&bank, 4, true, 97_000).await;
        set_kind(&bank, Kind::ECommerce).await;
        let answer = accept(&bank, id, Some(&key.sign(&header, &claims(id)))).await;
        assert_eq!((answer.outcome().as_str(), answer.body.get("personal_data")), ("200", None));
        set_kind(&bank, Kind::Ordinary).await;
        bank.stand.wait(600);
        assert_eq!(accept(&bank, id, None).await.outcome(), "410 photo.too-late");
        assert_eq!(accept(&bank, PhotoRequestId(77), None).await.outcome(), "404 not-found");
    })
    .await;
}

/// PHM-6: counted by person, until a match; IDX-10: counted by participant; IDX-8: forgotten after five years.
#[tokio::test(flavor = "multi_thread")]
async fn failures_and_requests_are_counted_and_kept_five_years() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let mut counted = Vec::new();
        for (id, degree) in [(1, 10_000), (2, 20_000), (3, 30_000), (4, 97_000), (5, 10_000)] {
            matched(&bank, id, false, degree).await;
            counted.push(failures(&bank).await);
            bank.stand.wait(1);
        }
        assert_eq!(counted, [1, 2, 3, 0, 1]);
        let view = count(&bank).await;
        assert_eq!((&view["matched"], &view["unmatched"]), (&json!(1), &json!(4)), "{view}");
        let backwards = "/photo/requests?from=2027-02-01T00:00:00Z&until=2027-01-01T00:00:00Z";
        assert_eq!(bank.get(backwards, Some(SYSTEM)).await.outcome(), "400 request.malformed");
        assert_eq!(
            bank.get("/photo/requests", Some(SYSTEM)).await.outcome(),
            "400 request.malformed"
        );
        bank.stand.clock.advance(TimeDelta::days(5 * 365));
        senim_host::retention::sweep(&bank.stand.app).await.unwrap();
        assert_eq!(count(&bank).await["processed"], 5, "five years have a leap day");
        bank.stand.clock.advance(TimeDelta::days(2));
        senim_host::retention::sweep(&bank.stand.app).await.unwrap();
        assert_eq!(count(&bank).await["processed"], 0);
    })
    .await;
}

/// PHM-6: after the third failure nothing is matched until the offline check is reported; nor may many be tried at once.
#[tokio::test(flavor = "multi_thread")]
async fn after_three_failures_a_person_is_matched_only_when_checked_offline() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let ask =
            async || post(&bank, "/photo/match", &asked(b"photo"), Some(SYSTEM)).await.outcome();
        let report = async || {
            let body = json!({ "username": SYSTEM, "iin": IIN });
            post(&bank, "/photo/offline-checks", &body, Some(SYSTEM)).await.outcome()
        };
        for id in 1..=2 {
            matched(&bank, id, false, 10_000).await;
            bank.stand.wait(1);
        }
        assert_eq!(report().await, "204", "of no effect before the third failure");
        assert_eq!(failures(&bank).await, 2);
        matched(&bank, 3, false, 84_999).await;
        assert_eq!(ask().await, "409 photo.check-offline");
        assert_eq!(count(&bank).await["processed"], 3, "nobody was asked");
        bank.stand.wait(1);
        assert_eq!((report().await.as_str(), failures(&bank).await), ("204", 0));
        // Without face models it gets no farther than this.
        bank.stand.wait(1);
        assert_eq!(ask().await, "500 internal");
        let events = bank.stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "photo.checked-offline").count(), 1);
        // As many at once as may fail.
        for id in 11..=13 {
            start(&bank, id, false).await;
        }
        assert_eq!(ask().await, "429 rate.limited");
        bank.stand.wait(121);
        assert_eq!(ask().await, "500 internal", "they never ended");
        let other = json!({ "username": "other", "iin": IIN });
        let answer = post(&bank, "/photo/offline-checks", &other, Some(SYSTEM)).await;
        assert_eq!(answer.outcome(), "403 photo.username");
        let answer = post(&bank, "/photo/offline-checks", &other, None).await;
        assert_eq!(answer.outcome(), "401 client.certificate-invalid");
    })
    .await;
}

/// Forty strangers' photos took 300 MB before they were refused.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_beginning_of_a_body_is_read_before_its_sender_is_known() {
    on_each(async |database| {
        static CHUNK: [u8; 4096] = [b' '; 4096];
        let bank = Bank::on(database).await;
        let paths =
            ["/photo/match", "/photo/match/pht_1/accept", "/photo/offline-checks", "/edge/uses"];
        for (path, certificate) in
            paths.iter().flat_map(|it| [(*it, None), (*it, Some("stranger"))])
        {
            let read = Arc::new(AtomicUsize::new(0));
            let noted = Arc::clone(&read);
            let body = Body::from_stream(futures::stream::repeat_with(move || {
                noted.fetch_add(CHUNK.len(), Ordering::SeqCst);
                Ok::<_, std::io::Error>(Bytes::from_static(&CHUNK))
            }));
            let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
            let answer = bank.send(request.body(body).unwrap(), certificate).await;
            assert!(matches!(answer.status, 401 | 403), "{path}: {}", answer.outcome());
            // What a small body may have, and the piece that shows it to be none.
            assert!(read.load(Ordering::SeqCst) <= 64 * 1024 + CHUNK.len(), "{path}");
        }
    })
    .await;
}

/// From the photo to the degree with real pictures: whoever keeps the rules is matched, and the one that is too small
/// hears exactly that.
#[tokio::test(flavor = "multi_thread")]
async fn portraits_that_keep_the_rules_are_matched() {
    on_each(async |database| {
        let mut bank = Bank::on(database).await;
        bank.stand = bank.stand.with_faces();
        let portrait =
            |name: &str| std::fs::read(cache().join("people").join(format!("{name}.jpg"))).unwrap();
        bank.stand.outside.register(IIN, &STANDARD.encode(portrait("person_a_2")));
        let answer =
            post(&bank, "/photo/match", &asked(&portrait("person_a_1")), Some(SYSTEM)).await;
        assert_eq!(answer.outcome(), "422 photo.rules-failed");
        assert_eq!(
            answer.body["failed"],
            json!(["photo.face-area", "photo.eye-distance", "photo.size"])
        );
        // The same picture, large enough, cut to the head.
        let large = cut_and_enlarged(&portrait("person_a_1"));
        let answer = post(&bank, "/photo/match", &asked(&large), Some(SYSTEM)).await;
        assert_eq!(answer.outcome(), "200", "{}", answer.text);
        assert_eq!(answer.body["matched"], true, "{}", answer.text);
        assert!(answer.body["degree"].as_f64().unwrap() >= 85.0);
        // Against another person's: three times, and the person is to be checked offline (PHM-6).
        bank.stand.outside.register(IIN, &STANDARD.encode(portrait("impostor_1")));
        for failures in 1..=3 {
            bank.stand.wait(1);
            let answer = post(&bank, "/photo/match", &asked(&large), Some(SYSTEM)).await;
            assert_eq!(
                (&answer.body["matched"], &answer.body["failures"]),
                (&json!(false), &json!(failures))
            );
            assert_eq!(answer.body["check_offline"], failures > 2);
            assert!(answer.body["degree"].is_u64(), "{}", answer.text);
        }
        let answer = post(&bank, "/photo/match", &asked(&large), Some(SYSTEM)).await;
        assert_eq!(answer.outcome(), "409 photo.check-offline");
    })
    .await;
}

/// 18 % less on either side, 21.6 % less below; then 900 pixels wide.
fn cut_and_enlarged(jpeg: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(jpeg).unwrap();
    let (width, height) = (picture.width(), picture.height());
    let side = width * 20 / 100;
    let cut = picture.crop_imm(side, 0, width - 2 * side, height * 740 / 1000);
    let tall = cut.height() * 900 / cut.width();
    let large = cut.resize_exact(900, tall, image::imageops::FilterType::CatmullRom);
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
    large.into_rgb8().write_with_encoder(encoder).unwrap();
    bytes
}

fn asked(photo: &[u8]) -> Value {
    json!({ "username": SYSTEM, "iin": IIN, "photo": STANDARD.encode(photo), "solution": "builtin" })
}

async fn post(bank: &Bank, path: &str, body: &Value, certificate: Option<&str>) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    bank.send(request.body(Body::from(body.to_string())).unwrap(), certificate).await
}

async fn accept(bank: &Bank, id: PhotoRequestId, confirmation: Option<&str>) -> Answer {
    let body = json!({ "username": SYSTEM, "confirmation": confirmation });
    post(bank, &format!("/photo/match/{id}/accept"), &body, Some(SYSTEM)).await
}

async fn count(bank: &Bank) -> Value {
    let path = "/photo/requests?from=2020-01-01T00:00:00Z&until=2040-01-01T00:00:00Z";
    let answer = bank.get(path, Some(SYSTEM)).await;
    assert_eq!(answer.outcome(), "200", "{}", answer.text);
    answer.body
}

/// A request compared so, without pictures.
async fn matched(bank: &Bank, id: u128, personal_data: bool, degree_millis: i64) -> PhotoRequestId {
    let (app, now) = (&bank.stand.app, bank.stand.app.now());
    let id = start(bank, id, personal_data).await;
    let matched = degree_millis >= 85_000;
    let finished =
        Finished::Compared { matched, degree_millis, solution_request: SolutionRequestId(id.0) };
    let finish = async |tx: &mut store::Tx| store::matching::finish(tx, id, finished, now).await;
    app.store.transact("test.matched", finish).await.unwrap();
    id
}

/// A request as it begins.
async fn start(bank: &Bank, id: u128, personal_data: bool) -> PhotoRequestId {
    let (app, now) = (&bank.stand.app, bank.stand.app.now());
    let started = Started {
        id: PhotoRequestId(id),
        bin: CONSUMER.parse().unwrap(),
        system: SYSTEM.to_owned(),
        iin: IIN.parse().unwrap(),
        photo_digest: "digest".to_owned(),
        solution: "builtin".to_owned(),
        personal_data,
        asked_at: now,
    };
    app.store
        .transact("test.start", async |tx| store::matching::add(tx, &started).await)
        .await
        .unwrap();
    started.id
}

async fn failures(bank: &Bank) -> u64 {
    let app = &bank.stand.app;
    let (bin, iin) = (CONSUMER.parse().unwrap(), IIN.parse().unwrap());
    app.store
        .read("test.failures", async |tx| store::matching::failures(tx, bin, &iin).await)
        .await
        .unwrap()
}

async fn set_kind(bank: &Bank, kind: Kind) {
    let bin = CONSUMER.parse().unwrap();
    let set = async |tx: &mut store::Tx| store::participant::set_kind(tx, bin, kind).await;
    bank.stand.app.store.transact("test.kind", set).await.unwrap();
}

/// Nobody, of a good size.
fn blank() -> Vec<u8> {
    senim_tests::pictures::nobody(1).unwrap().remove(0)
}
