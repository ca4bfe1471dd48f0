//! What a consumer is told of an ended consent, and the deletion that it owes (OAPI-5).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::post;
use senim_channel::{Outbound, verify_jws};
use senim_core::jose::{JwkSet, Jws};
use senim_host::signals::{deliver, overdue};
use senim_store as store;
use serde_json::{Value, json};

use super::bank::{Answer, BY_CERTIFICATE, Bank, CHANNEL, CLIENT, ISSUER, Key, OTHER};
use super::consent::{only, signed_in};
use super::console;
use super::stand::IIN;
use crate::database::on_each;

const ENDED: &str = "https://senim.kz/secevent/event-type/consent-ended";
const DAY_S: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn an_application_polls_acknowledges_deletes_and_attests() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (cookie, id) = withdrawn(&bank).await;
        assert_eq!(deletion(&bank, &cookie, &id).await["acknowledged_at"], Value::Null);

        let polled = poll(&bank, CLIENT, json!({ "maxEvents": 0 })).await;
        assert_eq!(polled.body, json!({ "sets": {}, "moreAvailable": true }));
        let polled = poll(&bank, CLIENT, json!({ "returnImmediately": true })).await;
        assert_eq!(polled.outcome(), "200");
        let sets = polled.body["sets"].as_object().unwrap();
        let (jti, set) = sets.iter().next().unwrap();
        let claims = checked(&bank, set.as_str().unwrap()).await;
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(CLIENT)));
        assert_eq!((&claims["jti"], &claims["sub_id"]["id"]), (&json!(jti), &json!(id)));
        let event = &claims["events"][ENDED];
        assert_eq!(event["reason"], "consent.withdrawn");
        let due = bank.now() + 3 * DAY_S;
        assert_eq!(event["delete_by"], due);
        assert!(!claims.to_string().contains(IIN), "a SET names no person");

        // It comes again until it is acknowledged; an error is kept for the operator.
        let body = json!({ "setErrs": { jti: { "err": "invalid_key", "description": "x" } } });
        let again = poll(&bank, CLIENT, body).await;
        assert_eq!(again.body["sets"].as_object().unwrap().len(), 1);
        let operator = console::signed_in(&bank).await;
        let notices = console::get(&bank, "/api/console/notices", &operator).await;
        assert_eq!(
            (&notices[0]["tries"], &notices[0]["fault"]),
            (&json!(2), &json!("invalid_key"))
        );
        // A stranger's acknowledgement is none.
        poll(&bank, OTHER, json!({ "ack": [jti] })).await;
        poll(&bank, CLIENT, json!({ "ack": ["x", jti] })).await;
        let polled = poll(&bank, CLIENT, json!({ "ack": [jti] })).await;
        assert_eq!(polled.body, json!({ "sets": {}, "moreAvailable": false }));
        assert_eq!(deletion(&bank, &cookie, &id).await["acknowledged_at"], "2027-01-15T08:00:00Z");

        bank.stand.wait(60);
        let answer = attest(&bank, CLIENT, &signed(&bank.key, &word(&bank, &claims))).await;
        assert_eq!(answer.outcome(), "200");
        let told = deletion(&bank, &cookie, &id).await;
        assert_eq!(told["deleted_at"], "2027-01-15T08:01:00Z");
        assert_eq!(told, answer.body);
        let notices = console::get(&bank, "/api/console/notices", &operator).await;
        assert_eq!(notices, json!([]));
        let events = bank.stand.events().await;
        for event in ["notice.refused", "notice.acknowledged", "deletion.attested"] {
            assert_eq!(events.iter().filter(|it| *it == event).count(), 1, "{event}");
        }
    })
    .await;
}

/// A consumer that says it knows, and deletes nothing; one that never answers is the same without the acknowledgement.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_nobody_attests_is_overdue_and_a_case() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (_, id) = withdrawn(&bank).await;
        let polled = poll(&bank, CLIENT, json!({})).await;
        let set = polled.body["sets"].as_object().unwrap().values().next().unwrap();
        let claims = checked(&bank, set.as_str().unwrap()).await;
        poll(&bank, CLIENT, json!({ "ack": [claims["jti"]] })).await;
        overdue::record_due(&bank.stand.app).await.unwrap();
        let cases = async || {
            let events = bank.stand.events().await;
            events.iter().filter(|it| *it == "deletion.overdue").count()
        };
        assert_eq!(cases().await, 0);
        bank.stand.wait(3 * DAY_S);
        for _ in 0..2 {
            overdue::record_due(&bank.stand.app).await.unwrap();
        }
        assert_eq!(cases().await, 1, "once");
        let cookie = signed_in(&bank.stand, IIN).await;
        let told = deletion(&bank, &cookie, &id).await;
        assert_eq!((&told["overdue"], &told["deleted_at"]), (&json!(true), &Value::Null));
        let operator = console::signed_in(&bank).await;
        let notices = console::get(&bank, "/api/console/notices", &operator).await;
        assert_eq!((&notices[0]["consent"], &notices[0]["deletion"]), (&json!(id), &told));

        // Late is better than never.
        let answer = attest(&bank, CLIENT, &signed(&bank.key, &word(&bank, &claims))).await;
        assert_eq!((answer.outcome().as_str(), &answer.body["overdue"]), ("200", &json!(false)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attestation_is_the_applications_own_signed_word() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (cookie, id) = withdrawn(&bank).await;
        let polled = poll(&bank, CLIENT, json!({})).await;
        let set = polled.body["sets"].as_object().unwrap().values().next().unwrap();
        let claims = checked(&bank, set.as_str().unwrap()).await;
        let good = word(&bank, &claims);
        let with = |member: &str, value: Value| {
            let mut word = good.clone();
            word[member] = value;
            signed(&bank.key, &word)
        };
        let invalid = "422 deletion.attestation-invalid";
        for (wrong, client_id, expected) in [
            (signed(&Key::new(9), &good), CLIENT, invalid),
            (signed(&bank.key, &good), OTHER, "404 not-found"),
            (signed(&bank.key, &good), "nobody", "404 not-found"),
            (with("set", json!("set_00000000000000000000000000000001")), CLIENT, "404 not-found"),
            (with("deleted_at", json!(bank.now() + 60)), CLIENT, invalid),
            (with("aud", json!("https://elsewhere")), CLIENT, invalid),
            ("a.b.c".to_owned(), CLIENT, invalid),
            (String::new(), CLIENT, invalid),
        ] {
            assert_eq!(attest(&bank, client_id, &wrong).await.outcome(), expected, "{wrong}");
        }
        let body = json!({ "attestation": signed(&bank.key, &good) });
        let path = format!("/signals/{CLIENT}/deletions");
        let answer = send(&bank, &path, body.clone(), None).await;
        assert_eq!(answer.outcome(), "401 client.certificate-invalid");
        let answer = send(&bank, &path, body.clone(), Some("stranger")).await;
        assert_eq!(answer.outcome(), "403 participant.unknown");
        assert_eq!(deletion(&bank, &cookie, &id).await["deleted_at"], Value::Null);

        // The certificate's key is as good, and who is suspended owes deletion all the same.
        let operator = console::signed_in(&bank).await;
        console::suspend(&bank, &operator).await;
        let by_certificate = signed(&Key::of("certificate"), &good);
        assert_eq!(attest(&bank, CLIENT, &by_certificate).await.outcome(), "200");
        let later = with("deleted_at", json!(bank.now()));
        bank.stand.wait(5);
        let again = attest(&bank, CLIENT, &later).await;
        assert_eq!(again.body["deleted_at"], deletion(&bank, &cookie, &id).await["deleted_at"]);
        assert_eq!(poll(&bank, BY_CERTIFICATE, json!({})).await.outcome(), "200");
    })
    .await;
}

/// RFC 8935: pushed until acknowledged, each time after a longer pause.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_pushed_until_it_is_acknowledged() {
    on_each(async |database| {
        let mut bank = Bank::on(database).await;
        let receiver = Receiver::start().await;
        let outbound = Outbound::http_or_https(None::<&Path>, Duration::from_secs(2)).unwrap();
        bank.stand.app.receivers = Some(outbound);
        let url = receiver.url.clone();
        let stored = bank.stand.app.store.transact("test.events_url", async |tx| {
            store::participant::set_events_url(tx, CLIENT, Some(&url)).await
        });
        stored.await.unwrap();
        let (cookie, id) = withdrawn(&bank).await;
        let mut pushed = Vec::new();
        for second in 0..20 {
            let before = receiver.count();
            deliver::deliver_due(&bank.stand.app).await.unwrap();
            pushed.extend((receiver.count() > before).then_some(second));
            bank.stand.wait(1);
        }
        // Refused with 400, broken with 500, taken with 202: at once, after 5 and after 10 seconds.
        assert_eq!(pushed, [0, 5, 15]);
        let sets = receiver.sets();
        let claims = [checked(&bank, &sets[0]).await, checked(&bank, &sets[2]).await];
        assert_eq!(
            (&claims[0]["jti"], &claims[0]["sub_id"]["id"]),
            (&claims[1]["jti"], &json!(id))
        );
        let told = deletion(&bank, &cookie, &id).await;
        assert_eq!(told["acknowledged_at"], "2027-01-15T08:00:15Z");
        assert_eq!(poll(&bank, CLIENT, json!({})).await.body["sets"], json!({}));
    })
    .await;
}

/// Answers 400, 500, then 202.
struct Receiver {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start() -> Self {
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let app = Router::new().route("/events", post(receive)).with_state(Arc::clone(&seen));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, seen }
    }

    fn sets(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.sets().len()
    }
}

async fn receive(
    State(seen): State<Arc<Mutex<Vec<String>>>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, &'static str) {
    assert_eq!(headers[header::CONTENT_TYPE], "application/secevent+jwt");
    let mut seen = seen.lock().unwrap();
    seen.push(body);
    match seen.len() {
        1 => (StatusCode::BAD_REQUEST, r#"{"err":"invalid_audience","description":"x"}"#),
        2 => (StatusCode::INTERNAL_SERVER_ERROR, ""),
        _ => (StatusCode::ACCEPTED, ""),
    }
}

/// A consent that its client has taken back: the cabinet's cookie, and its name.
async fn withdrawn(bank: &Bank) -> (String, String) {
    let code = bank.code().await;
    assert_eq!(bank.trade(&code).await.outcome(), "200");
    let cookie = signed_in(&bank.stand, IIN).await;
    let id = only(&bank.stand, &cookie).await.to_string();
    let path = format!("/api/cabinet/consents/{id}/withdraw");
    let answer = bank.stand.post(&path, Some(&cookie), json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (cookie, id)
}

async fn deletion(bank: &Bank, cookie: &str, id: &str) -> Value {
    let path = format!("/api/cabinet/consents/{id}");
    bank.stand.get(&path, Some(cookie)).await.body["deletion"].clone()
}

async fn poll(bank: &Bank, client_id: &str, body: Value) -> Answer {
    send(bank, &format!("/signals/{client_id}/poll"), body, CHANNEL).await
}

async fn attest(bank: &Bank, client_id: &str, attestation: &str) -> Answer {
    let path = format!("/signals/{client_id}/deletions");
    send(bank, &path, json!({ "attestation": attestation }), CHANNEL).await
}

async fn send(bank: &Bank, path: &str, body: Value, certificate: Option<&str>) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    bank.send(request.body(Body::from(body.to_string())).unwrap(), certificate).await
}

/// What the application says of the SET with these claims.
fn word(bank: &Bank, claims: &Value) -> Value {
    json!({
        "iss": CLIENT, "aud": ISSUER, "iat": bank.now(), "set": claims["jti"],
        "consent_id": claims["sub_id"]["id"], "deleted_at": bank.now(),
    })
}

fn signed(key: &Key, word: &Value) -> String {
    key.sign(&json!({ "alg": "ES256", "typ": "deletion-attestation+jwt" }), word)
}

/// The claims of a SET that a published key signed.
async fn checked(bank: &Bank, set: &str) -> Value {
    let published = bank.get("/jwks", None).await;
    let keys: JwkSet = serde_json::from_value(published.body).unwrap();
    let jws = Jws::parse(set).unwrap();
    assert!(jws.is_type("secevent+jwt") && verify_jws(&jws, &keys));
    jws.claims().unwrap()
}
