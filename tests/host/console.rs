//! The operator's console and what edges hear of it.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use senim_channel::PeerCertificate;
use senim_core::feed::Place;
use senim_core::id::{ConsentId, UseId};
use senim_core::routing::RegistryParticipant;
use senim_core::usage::{ReportUses, Use};
use senim_host::operator::totp::Totp;
use senim_host::routing;
use senim_store as store;
use serde::Serialize;
use serde_json::{Value, json};

use super::bank::{Bank, CLIENT};
use super::stand::CONSUMER;
use crate::database::on_each;

pub(super) const PASSWORD: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_signs_in_with_two_factors() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let refused = "401 operator.sign-in";
        assert_eq!(sign_in(&bank, "nobody", PASSWORD, &code(&bank, 0)).await.0, refused);
        assert_eq!(sign_in(&bank, "aigul", "wrong", &code(&bank, 0)).await.0, refused);
        assert_eq!(sign_in(&bank, "aigul", PASSWORD, "000000").await.0, refused);
        assert_eq!(sign_in(&bank, "aigul", PASSWORD, &code(&bank, -2)).await.0, refused);
        let (outcome, cookie) = sign_in(&bank, "aigul", PASSWORD, &code(&bank, 0)).await;
        assert_eq!(outcome, "200");
        // The code's step is used up; the next one is not.
        assert_eq!(sign_in(&bank, "aigul", PASSWORD, &code(&bank, 0)).await.0, refused);
        assert_eq!(sign_in(&bank, "aigul", PASSWORD, &code(&bank, 1)).await.0, "200");
        let me = get(&bank, "/api/console/me", &cookie).await;
        assert_eq!(me, json!({ "name": "aigul" }));
        for path in ["me", "overview", "participants", "journal"] {
            let answer = bank.stand.get(&format!("/api/console/{path}"), None).await;
            assert_eq!(answer.outcome(), "401 signed-out", "{path}");
        }
        bank.stand.wait(29 * 60);
        assert_eq!(get(&bank, "/api/console/me", &cookie).await["name"], "aigul");
        bank.stand.wait(30 * 60);
        assert_eq!(get(&bank, "/api/console/me", &cookie).await["code"], "signed-out");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_lock_a_name_for_that_requester_for_five_minutes() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (stranger, elsewhere) = ("203.0.113.7:1", "203.0.113.8:1");
        let known = try_from(&bank, elsewhere, None, &code(&bank, -1)).await;
        assert_eq!(known.0, "200");
        for _ in 0..5 {
            assert_eq!(try_from(&bank, stranger, None, "000000").await.0, REFUSED);
        }
        assert_eq!(try_from(&bank, stranger, None, &code(&bank, 0)).await.0, REFUSED);
        assert!(bank.stand.events().await.contains(&"operator.locked".to_owned()));
        assert_eq!(try_from(&bank, elsewhere, None, &code(&bank, 0)).await.0, "200");
        // In the operator's own browser also from the stranger's address.
        let own = try_from(&bank, stranger, Some(&known.1), &code(&bank, 1)).await;
        assert_eq!(own.0, "200");
        let again = try_from(&bank, elsewhere, Some(&known.1), "000000").await;
        assert_eq!(again.0, REFUSED, "the browser has another cookie since");
        bank.stand.wait(300);
        assert_eq!(try_from(&bank, stranger, None, &code(&bank, 0)).await.0, "200");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_strangers_together_lock_a_name_for_strangers() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let known = try_from(&bank, "203.0.113.1:1", None, &code(&bank, 0)).await.1;
        for turn in 0..100 {
            let address = format!("198.51.100.{}:1", turn / 4);
            assert_eq!(try_from(&bank, &address, None, "000000").await.0, REFUSED);
        }
        assert_eq!(try_from(&bank, "192.0.2.1:1", None, &code(&bank, 1)).await.0, REFUSED);
        assert_eq!(try_from(&bank, "192.0.2.1:1", Some(&known), &code(&bank, 1)).await.0, "200");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_hashed_a_few_at_once_and_seldom_for_one_address() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let known = try_from(&bank, "203.0.113.1:1", None, &code(&bank, 0)).await.1;
        for turn in 1..=31 {
            let outcome = try_from(&bank, "203.0.113.7:1", None, "000000").await.0;
            assert_eq!(outcome, if turn <= 30 { REFUSED } else { "429 rate.limited" });
        }
        let busy = bank.stand.app.budgets.passwords.take(2).unwrap();
        assert_eq!(try_from(&bank, "203.0.113.8:1", None, "000000").await.0, "503 busy");
        let own = try_from(&bank, "203.0.113.8:1", Some(&known), &code(&bank, 1)).await;
        assert_eq!(own.0, "200", "strangers can't use up what a known browser has");
        drop(busy);
    })
    .await;
}

/// OAPI-5: bites at PAR, at the token endpoint and, by the registry, at the edge.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_participant_gets_no_token() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (_, cookie) = sign_in(&bank, "aigul", PASSWORD, &code(&bank, 0)).await;
        let code = bank.code().await;
        let link = bank.request_uri().await;
        let before = registry(&bank).await;
        assert!(before.1[0].active && before.1[0].applications.len() == 3);
        let path = format!("/api/console/participants/{CONSUMER}");
        let reason = json!({ "reason": "licence withdrawn" });
        let (outcome, view) =
            post(&bank, &format!("{path}/suspend"), &cookie, reason.clone()).await;
        assert_eq!((outcome.as_str(), &view["standing"]["standing"]), ("200", &json!("suspended")));
        assert_eq!(
            post(&bank, &format!("{path}/suspend"), &cookie, reason).await.0,
            "409 participant.standing"
        );
        let refused = "403 unauthorized_client participant.suspended";
        assert_eq!(bank.push(Bank::request()).await.outcome(), refused);
        assert_eq!(bank.trade(&code).await.outcome(), refused);
        assert!(bank.approved(&link).await.is_err());
        let after = registry(&bank).await;
        assert!(!after.1[0].active && after.0 > before.0);
        assert_eq!(post(&bank, &format!("{path}/resume"), &cookie, json!({})).await.0, "200");
        assert_eq!(bank.trade(&code).await.outcome(), "200");
        assert!(registry(&bank).await.1[0].active);
        let unknown = "/api/console/participants/960440000161/resume";
        assert_eq!(post(&bank, unknown, &cookie, json!({})).await.0, "404 not-found");
        let found = get(&bank, "/api/console/journal?search=LICENCE&limit=1", &cookie).await;
        assert_eq!(found["records"][0]["actor"], "operator:aigul");
        assert_eq!(found["records"][0]["fields"]["reason"], "licence withdrawn");
    })
    .await;
}

/// OAPI-18: what is set in the console reaches nodes by the stream, and no seeding takes it back unasked.
#[tokio::test(flavor = "multi_thread")]
async fn an_allowance_set_in_the_console_is_journalled_and_reaches_nodes() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let (_, cookie) = sign_in(&bank, "aigul", PASSWORD, &code(&bank, 0)).await;
        let path = format!("/api/console/participants/{CONSUMER}/allowance");
        let shown = get(&bank, &path, &cookie).await;
        assert_eq!(shown["consent_requests_a_minute"], 600, "the default: {shown}");
        let before = registry(&bank).await;
        let asked = json!({
            "requests_a_minute": 300, "application_requests_a_minute": 200,
            "application_requests_a_day": 9000, "consent_requests_a_minute": 5,
        });
        let (outcome, view) = post(&bank, &path, &cookie, asked.clone()).await;
        assert_eq!((outcome.as_str(), &view), ("200", &asked));
        assert_eq!(get(&bank, &path, &cookie).await, asked);
        let after = registry(&bank).await;
        assert!(after.0 > before.0, "a frame of the stream");
        assert_eq!(serde_json::to_value(after.1[0].allowance).expect("as it should be"), asked);
        let found = get(&bank, "/api/console/journal?search=allowance-set", &cookie).await;
        assert_eq!(found["records"].as_array().expect("as it should be").len(), 1);
        assert_eq!(found["records"][0]["actor"], "operator:aigul");
        assert_eq!(found["records"][0]["fields"], asked);

        // The same again changes nothing, and what is no allowance is refused.
        assert_eq!(post(&bank, &path, &cookie, asked.clone()).await.0, "200");
        assert_eq!(registry(&bank).await.0, after.0);
        for (member, value) in [
            ("requests_a_minute", json!(0)),
            ("requests_a_minute", json!(100_000_001)),
            ("requests_a_minute", json!(-1)),
            ("requests_a_minute", json!(null)),
            ("requests_a_year", json!(1)),
        ] {
            let mut wrong = asked.clone();
            wrong[member] = value.clone();
            let refused = post(&bank, &path, &cookie, wrong).await.0;
            assert_eq!(refused, "400 body.malformed", "{member}: {value}");
        }
        let mut short = asked.clone();
        short.as_object_mut().expect("as it should be").remove("application_requests_a_day");
        assert_eq!(post(&bank, &path, &cookie, short).await.0, "400 body.malformed");
        let unknown = "/api/console/participants/960440000161/allowance";
        assert_eq!(post(&bank, unknown, &cookie, asked.clone()).await.0, "404 not-found");
        assert_eq!(bank.stand.get(&path, None).await.outcome(), "401 signed-out");
        assert_eq!(get(&bank, &path, &cookie).await, asked);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_registered_nodes_in_standing_get_the_feed() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        for certificate in [None, Some("certificate")] {
            let feed = bank.get("/edge/feed?nonce=n", certificate).await;
            assert_eq!(feed.outcome(), "403 forbidden");
            let certificate = certificate.map(Bank::certificate);
            assert_eq!(acknowledge(&bank, certificate).await, "403 forbidden");
        }
        let node = || Some(Bank::certificate("node-1"));
        assert_eq!(acknowledge(&bank, node()).await, "204");
        assert_eq!(report::<Use>(&bank, &[], "certificate").await, "403 forbidden");
        // A participant whose certificate bears the node's name.
        let named = PeerCertificate {
            common_name: Some("node-1".to_owned()),
            ..Bank::certificate("certificate")
        };
        assert_eq!(acknowledge(&bank, Some(named)).await, "403 forbidden");

        let standing = async |suspended: Option<&str>| {
            routing::set_node_standing(&bank.stand.app, "node-1", suspended, "aigul")
                .await
                .unwrap();
            acknowledge(&bank, node()).await
        };
        assert_eq!(standing(Some("its key has leaked")).await, "403 forbidden");
        assert_eq!(report::<Use>(&bank, &[], "node-1").await, "403 forbidden");
        assert_eq!(standing(None).await, "204");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_that_does_not_fit_its_consent_counts_for_nothing() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let trade = bank.trade(&bank.code().await).await;
        let consent = trade.token().authorization_details[0].consent_id;
        let good = Use {
            id: UseId(1),
            at: bank.stand.app.now(),
            consent: Some(consent),
            consumer: Some(CONSUMER.parse().unwrap()),
            provider: Some(CONSUMER.parse().unwrap()),
            data: Some(senim_core::consent::Data::Accounts),
            attended: Some(true),
            route: "/accounts".to_owned(),
            status: 200,
            problem: None,
            request_bytes: 0,
            answer_bytes: 10,
            total_ms: 3,
            upstream_ms: Some(2),
            gate: None,
        };
        let other = "040740003185".parse().unwrap();
        let uses = [
            Use { id: UseId(2), consumer: Some(other), ..good.clone() },
            Use { id: UseId(3), provider: Some(other), ..good.clone() },
            Use { id: UseId(4), consent: Some(ConsentId(7)), ..good.clone() },
            Use { id: UseId(5), route: String::new(), ..good.clone() },
            good.clone(),
        ];
        let mut uses: Vec<Value> =
            uses.iter().map(|it| serde_json::to_value(it).unwrap()).collect();
        // Of a node that is newer than this host: kinds of data that are not known here, and members that are not.
        uses.push(json!({ "id": UseId(6), "data": "payments" }));
        uses[4]["carrier"] = json!("a later version's");
        for _ in 0..2 {
            assert_eq!(report(&bank, &uses, "node-1").await, "204");
        }
        let store = &bank.stand.app.store;
        let kept = store.read("test", async |tx| store::usage::uses(tx, consent, 10).await).await;
        assert_eq!(kept.unwrap(), [good]);
        let (_, cookie) = sign_in(&bank, "aigul", PASSWORD, &code(&bank, 0)).await;
        let (store, now) = (&bank.stand.app.store, bank.stand.app.now());
        let heard = store
            .transact("test", async |tx| store::feed::save_heard(tx, "node-1", None, now).await);
        heard.await.unwrap();
        let overview = get(&bank, "/api/console/overview", &cookie).await;
        assert_eq!(overview["edges"][0]["uses_set_aside"], 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_reported_twice_count_once() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let trade = bank.trade(&bank.code().await).await;
        let consent = trade.token().authorization_details[0].consent_id;
        let answered = Use {
            id: UseId(1),
            at: bank.stand.app.now(),
            consent: Some(consent),
            consumer: Some(CONSUMER.parse().unwrap()),
            provider: Some(CONSUMER.parse().unwrap()),
            data: Some(senim_core::consent::Data::Accounts),
            attended: Some(true),
            route: "/accounts".to_owned(),
            status: 200,
            problem: None,
            request_bytes: 0,
            answer_bytes: 10,
            total_ms: 3,
            upstream_ms: Some(2),
            gate: None,
        };
        let refused = Use {
            id: UseId(2),
            consent: None,
            consumer: None,
            provider: None,
            data: None,
            status: 401,
            problem: Some("token.expired".to_owned()),
            upstream_ms: None,
            gate: None,
            ..answered.clone()
        };
        for _ in 0..2 {
            assert_eq!(report(&bank, &[answered.clone(), refused.clone()], "node-1").await, "204");
        }
        let kept = bank
            .stand
            .app
            .store
            .read("test", async |tx| senim_store::usage::uses(tx, consent, 10).await);
        assert_eq!(kept.await.unwrap(), [answered]);
        let (_, cookie) = sign_in(&bank, "aigul", PASSWORD, &code(&bank, 0)).await;
        let overview = get(&bank, "/api/console/overview", &cookie).await;
        assert_eq!(overview["requests_answered"][59], 1);
        assert_eq!(overview["requests_refused"][59], 1);
        assert_eq!(
            (&overview["consents_active"], &overview["participants_active"]),
            (&json!(1), &json!(1))
        );
        let participants = get(&bank, "/api/console/participants", &cookie).await;
        // Once, although it is consumer and provider of both.
        assert_eq!(participants[0]["requests_last_hour"], 1);
        assert_eq!(participants[0]["consents_active"], 1);
        assert_eq!(participants[0]["applications"], 3);
        // Pages of the journal, newest first.
        let first = get(&bank, "/api/console/journal?search=data.&limit=1", &cookie).await;
        assert_eq!(first["records"][0]["event"], "data.refused");
        let path = format!("/api/console/journal?search=data.&limit=1&before={}", first["next"]);
        let second = get(&bank, &path, &cookie).await;
        assert_eq!(
            (&second["records"][0]["event"], &second["next"]),
            (&json!("data.read"), &Value::Null)
        );
        assert_eq!(
            get(&bank, "/api/console/journal?search=%25", &cookie).await["records"],
            json!([])
        );
        assert_eq!(
            get(&bank, "/api/console/journal?limit=0", &cookie).await["code"],
            "request.malformed"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_s_form_changes_nothing() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let request = Request::post("/api/console/sign-in")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"));
        assert_eq!(bank.stand.send(request.unwrap()).await.outcome(), "403 forbidden");
        assert_eq!(bank.stand.get("/api/nothing", None).await.outcome(), "404 not-found");
        assert_eq!(bank.stand.get("/healthz", None).await.outcome(), "200");
        assert!(!CLIENT.is_empty());
    })
    .await;
}

/// The operator's code, so many steps from now.
/// The cookie of an operator who has signed in.
pub(super) async fn signed_in(bank: &Bank) -> String {
    let (outcome, cookie) = sign_in(bank, "aigul", PASSWORD, &code(bank, 0)).await;
    assert_eq!(outcome, "200");
    cookie
}

pub(super) async fn suspend(bank: &Bank, cookie: &str) {
    let path = format!("/api/console/participants/{CONSUMER}/suspend");
    let reason = json!({ "reason": "licence withdrawn" });
    assert_eq!(post(bank, &path, cookie, reason).await.0, "200");
}

pub(super) fn code(bank: &Bank, steps: i64) -> String {
    let totp = Totp::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEH").expect("as it should be");
    totp.code(u64::try_from(bank.now() / 30 + steps).expect("as it should be"))
}

const REFUSED: &str = "401 operator.sign-in";

/// From an address, in a browser with this cookie; the outcome, and the browser's next cookie.
async fn try_from(bank: &Bank, address: &str, known: Option<&str>, code: &str) -> (String, String) {
    let address: SocketAddr = address.parse().expect("an address");
    let body = json!({ "name": "aigul", "password": PASSWORD, "code": code });
    let mut request = Request::post("/api/console/sign-in")
        .header("senim-page", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .extension(ConnectInfo(address));
    if let Some(known) = known {
        request = request.header(header::COOKIE, format!("senim_console_browser={known}"));
    }
    let request = request.body(Body::from(body.to_string())).expect("as it should be");
    let answer = bank.stand.send(request).await;
    (answer.outcome(), answer.known_operator.unwrap_or_default())
}

/// The outcome, and the cookie.
pub(super) async fn sign_in(
    bank: &Bank,
    name: &str,
    password: &str,
    code: &str,
) -> (String, String) {
    let body = json!({ "name": name, "password": password, "code": code });
    let request = Request::post("/api/console/sign-in")
        .header("senim-page", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .expect("as it should be");
    let response =
        tower::ServiceExt::oneshot(senim_host::router::pages(bank.stand.app.clone()), request);
    let response = response.await.expect("as it should be");
    let status = response.status().as_u16();
    let cookie = response.headers().get(header::SET_COOKIE).and_then(|it| it.to_str().ok());
    let cookie = cookie.and_then(|it| it.split(';').next()).unwrap_or_default().to_owned();
    let outcome =
        if status == 200 { "200".to_owned() } else { format!("{status} operator.sign-in") };
    (outcome, cookie)
}

pub(super) async fn get(bank: &Bank, path: &str, cookie: &str) -> Value {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty());
    bank.stand.send(request.expect("as it should be")).await.body
}

pub(super) async fn post(bank: &Bank, path: &str, cookie: &str, body: Value) -> (String, Value) {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header("senim-page", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()));
    let answer = bank.stand.send(request.expect("as it should be")).await;
    (answer.outcome(), answer.body)
}

pub(super) async fn report<U: Serialize + Clone>(
    bank: &Bank,
    uses: &[U],
    certificate: &str,
) -> String {
    let body = serde_json::to_string(&ReportUses { uses: uses.to_vec() }).expect("as it should be");
    let request = Request::post("/edge/uses")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .expect("as it should be");
    bank.send(request, Some(certificate)).await.outcome()
}

/// What nodes know of participants, and at which place.
async fn registry(bank: &Bank) -> (Place, Vec<RegistryParticipant>) {
    let app = &bank.stand.app;
    let (position, content) = app.feed.content(app).await.expect("as it should be");
    (position.at, content.participants.to_vec())
}

/// What a node says of itself; the outcome.
async fn acknowledge(bank: &Bank, certificate: Option<PeerCertificate>) -> String {
    let request = Request::post("/edge/acks")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(r#"{"epoch":1,"seq":0,"bound_ms":5000}"#))
        .expect("as it should be");
    bank.send_as(request, certificate).await.outcome()
}
