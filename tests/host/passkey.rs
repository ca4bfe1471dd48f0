//! Passkeys: what opens the cabinet with one, what does not, what such a session may do, and how passkeys end.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use chrono::TimeDelta;
use senim_core::identity::cabinet::{Act, OpenedWith};
use senim_core::passkey::MOST;
use senim_host::callers::Who;
use senim_host::retention::sweep;
use senim_host::router::Listener;
use serde_json::{Value, json};

use super::consent::{only, signed_in};
use super::stand::{Answer, IIN, OTHER_IIN, Stand, asked};
use crate::database::on_each;
use senim_tests::client::passkey::{Authenticator, SEEN, altered};

const LIST: &str = "/api/cabinet/passkeys";
const ASK: &str = "/api/cabinet/passkeys/challenge";
const SIGN_IN: &str = "/api/cabinet/sign-in/passkey";
const ASK_TO_SIGN_IN: &str = "/api/cabinet/sign-in/passkey/challenge";
const ORIGIN: &str = "http://localhost:1";
const REFUSED: &str = "403 passkey.camera-needed";

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_opens_the_cabinet_for_looking_and_withdrawing() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (camera, _) = stand.approved(asked()).await;
        let consent = only(&stand, &camera).await;
        let session = stand.get("/api/cabinet/session", Some(&camera)).await.body;
        assert_eq!(session["opened_with"], "camera");
        let none = stand.get(LIST, Some(&camera)).await.body;
        assert_eq!(none, json!({ "passkeys": [], "most": MOST, "can_add": true }));

        let mut device = Authenticator::new(ORIGIN, 1);
        let listed = added(&stand, &camera, &mut device).await;
        let passkey = &listed.body["passkeys"][0];
        assert_eq!((passkey["own"].clone(), passkey["used_at"].clone()), (json!(false), json!(null)));
        assert_eq!(passkey["until"], "2028-01-15T08:00:00Z");
        let text = "Senim: a passkey now opens your cabinet without the camera. If it wasn't you: http://localhost:1/cabinet";
        let told = delivered(&stand).await;
        assert!(told.iter().any(|it| it.1 == text), "{told:?}");
        assert_eq!(stand.post("/api/cabinet/sign-out", Some(&camera), json!({})).await.status, 204);

        stand.wait(3600);
        let opened = shown(&stand, &mut device).await;
        assert_eq!(opened.outcome(), "200", "{}", opened.text);
        assert_eq!(opened.body["opened_with"], "passkey");
        assert_eq!(opened.body["until"], "2027-01-15T09:30:00Z");
        let cookie = opened.cookie.unwrap();
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await.body;
        assert_eq!((&cabinet["client_name"], &cabinet["iin_masked"]), (&json!("Айгүл С."), &json!("•••••••• 0017")));
        assert_eq!(cabinet["consents"][0]["id"], consent.to_string());
        let withdraw = format!("/api/cabinet/consents/{consent}/withdraw");
        let withdrawn = stand.post(&withdraw, Some(&cookie), json!({})).await;
        assert_eq!(withdrawn.body["consent"]["status"]["by"], "client", "{}", withdrawn.text);

        let view = stand.get("/api/cabinet/activity", Some(&cookie)).await.body;
        let sessions: Vec<_> = view["sessions"].as_array().unwrap().iter().map(|it| &it["opened_with"]).collect();
        assert_eq!(sessions, ["passkey", "camera"]);
        let passkey = &view["passkeys"][0];
        assert_eq!((&passkey["own"], &passkey["used_at"]), (&json!(true), &json!("2027-01-15T09:00:00Z")));
        let kinds: Vec<_> = view["messages"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"passkey-added") && kinds.contains(&"signed-in"), "{kinds:?}");

        let id = passkey["id"].as_str().unwrap();
        let removed = stand.post(&format!("{LIST}/{id}/remove"), Some(&cookie), json!({})).await;
        assert_eq!(removed.body["passkeys"], json!([]), "{}", removed.text);
        assert_eq!(shown(&stand, &mut device).await.outcome(), "403 passkey.unknown");
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.status, 200, "its own session goes on");
        let view = stand.get("/api/cabinet/activity", Some(&cookie)).await.body;
        assert_eq!(view["passkeys"][0]["ended"], json!({ "at": "2027-01-15T09:00:00Z", "by": "client" }));

        let events = stand.events().await;
        let ours: Vec<_> = events.iter().filter(|it| it.starts_with("passkey.")).collect();
        assert_eq!(ours, ["passkey.added", "passkey.used", "passkey.ended"]);
        let journal = stand.journal_text().await;
        assert!(journal.contains(id) && !journal.contains(IIN), "{journal}");
    })
    .await;
}

/// What each endpoint of the cabinet does; a new one is thought about here.
fn act(method: &Method, path: &str) -> Act {
    match (method.as_str(), path.trim_start_matches("/api/cabinet")) {
        ("GET", _) | ("POST", "/stay") => Act::Look,
        ("POST", "/disown") => Act::Report,
        ("POST", "/consents/{id}/change" | "/consents/{id}/withdraw" | "/passkeys/{id}/remove") => {
            Act::Withdraw
        }
        ("POST", "/passkeys" | "/passkeys/challenge") => Act::AddPasskey,
        ("POST", "/agreement/withdraw") => Act::WithdrawProcessing,
        _ => panic!("may {method} {path} be called in a session that was opened with a passkey?"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_of_the_cabinet_is_held_to_what_its_session_was_opened_with() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let camera = signed_in(&stand, IIN).await;
        let mut device = Authenticator::new(ORIGIN, 1);
        added(&stand, &camera, &mut device).await;
        let passkey = shown(&stand, &mut device).await.cookie.unwrap();
        // The last one that is called ends pictures and passkeys.
        let mut routes = Listener::Pages.routes();
        routes.retain(|it| it.who == Who::Client);
        routes.sort_by_key(|it| it.path.ends_with("/agreement/withdraw"));
        let mut refused = 0;
        for route in routes {
            let act = act(&route.method, route.path);
            let now = stand.app.now();
            for (cookie, with) in [(&passkey, OpenedWith::Passkey), (&camera, OpenedWith::Camera)] {
                let answer = called(&stand, &route.method, route.path, cookie).await;
                assert!(!answer.outcome().starts_with("400 body"), "{route:?}: {}", answer.text);
                assert!(!answer.outcome().starts_with("401"), "{route:?}: {}", answer.text);
                let may = with.check(act, now, now).is_ok();
                assert_eq!(answer.outcome() != REFUSED, may, "{route:?} {with:?}: {}", answer.text);
                refused += u32::from(!may);
            }
        }
        assert_eq!(refused, 3, "adding takes two calls");
    })
    .await;
}

/// With a body of the right form, about nothing that there is.
async fn called(stand: &Stand, method: &Method, path: &str, cookie: &str) -> Answer {
    let id = if path.contains("consents") { "cns" } else { "psk" };
    let path = path.replace("{id}", &format!("{id}_{:032x}", 1)).replace("{number}", "1");
    if method == Method::GET {
        return stand.get(&path, Some(cookie)).await;
    }
    let body = match path.rsplit('/').next().unwrap() {
        "disown" => json!({ "what": { "session": format!("ids_{:032x}", 1) }, "withdraw": false }),
        "passkeys" => json!({ "user": "AA", "client_data": "AA", "attestation": "AA" }),
        "change" => json!({
            "left": { "providers": [], "data": [] }, "text_hash": "x", "language": "kk",
        }),
        _ => json!({}),
    };
    stand.post(&path, Some(cookie), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_of_the_passkey_opens_nothing() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let camera = signed_in(&stand, IIN).await;
        let mut device = Authenticator::new(ORIGIN, 1);
        added(&stand, &camera, &mut device).await;
        let good = device.clone();
        let invalid = "422 passkey.invalid";

        // Each rule broken alone, over an honest signature.
        let wrong = [
            (
                "origin",
                Authenticator { origin: "https://senim.evil.kz".to_owned(), ..good.clone() },
            ),
            ("port", Authenticator { origin: "http://localhost:2".to_owned(), ..good.clone() }),
            ("framed", Authenticator { cross_origin: true, ..good.clone() }),
            ("site", Authenticator { rp_id: Some("evil.kz".to_owned()), ..good.clone() }),
            ("not there", Authenticator { flags: 0x04, ..good.clone() }),
            ("not recognised", Authenticator { flags: 0x01, ..good.clone() }),
            ("copied meanwhile", Authenticator { flags: SEEN | 0x18, ..good.clone() }),
            (
                "another user",
                Authenticator { user: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(), ..good.clone() },
            ),
            ("nobody", Authenticator { user: String::new(), ..good.clone() }),
            ("another key", good.with_key_of(2)),
        ];
        for (what, mut device) in wrong {
            let answer = shown(&stand, &mut device).await;
            assert_eq!((answer.outcome().as_str(), answer.cookie), (invalid, None), "{what}");
        }
        let asked = asked_to_sign_in(&stand).await;
        let create = good.client_data("webauthn.create", &asked);
        let body = good.signed(&asked, &create);
        assert_eq!(stand.post(SIGN_IN, None, body).await.outcome(), invalid, "made, not shown");
        let honest = device.show(&asked);
        for member in ["client_data", "authenticator_data", "signature", "user"] {
            let answer = stand.post(SIGN_IN, None, altered(&honest, member)).await;
            assert_eq!(answer.outcome(), invalid, "{member}");
        }
        let answer = stand.post(SIGN_IN, None, altered(&honest, "id")).await;
        assert_eq!(answer.outcome(), "403 passkey.unknown");

        // Challenges that were never ours, of another use, over, or used.
        let ours = asked["challenge"].as_str().unwrap();
        let forged = altered(&asked, "challenge");
        let adding = stand.post(ASK, Some(&camera), json!({})).await.body;
        for challenge in [
            "",
            "AAAA",
            forged["challenge"].as_str().unwrap(),
            adding["challenge"].as_str().unwrap(),
        ] {
            let asked = json!({ "challenge": challenge, "rp_id": asked["rp_id"] });
            let answer = stand.post(SIGN_IN, None, device.show(&asked)).await;
            assert_eq!(answer.outcome(), invalid, "{challenge} for {ours}");
        }
        let opened = stand.post(SIGN_IN, None, honest.clone()).await;
        assert_eq!(opened.outcome(), "200", "what failed used nothing up: {}", opened.text);
        assert_eq!(stand.post(SIGN_IN, None, honest).await.outcome(), "410 passkey.too-late");
        let asked = asked_to_sign_in(&stand).await;
        let late = device.show(&asked);
        stand.wait(301);
        assert_eq!(stand.post(SIGN_IN, None, late).await.outcome(), "410 passkey.too-late");
        for body in [json!({}), json!({ "id": 1 }), json!([])] {
            assert_eq!(stand.post(SIGN_IN, None, body).await.outcome(), "400 body.malformed");
        }
        assert_eq!(shown(&stand, &mut device).await.outcome(), "200");
    })
    .await;
}

/// Whoever has a copy of the key has at most until its owner comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_goes_back_ends_the_passkey_and_an_answer_sent_twice_does_not() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let camera = signed_in(&stand, IIN).await;
        let mut device = Authenticator { count: 5, ..Authenticator::new(ORIGIN, 1) };
        added(&stand, &camera, &mut device).await;
        let mut copy = device.clone();
        let asked = asked_to_sign_in(&stand).await;
        let first = device.show(&asked);
        let opened = stand.post(SIGN_IN, None, first.clone()).await;
        assert_eq!(opened.outcome(), "200", "{}", opened.text);
        assert_eq!(stand.post(SIGN_IN, None, first).await.outcome(), "410 passkey.too-late");
        assert_eq!(shown(&stand, &mut device).await.outcome(), "200", "it stands");
        assert_eq!(shown(&stand, &mut copy).await.outcome(), "403 passkey.copied");
        assert_eq!(shown(&stand, &mut device).await.outcome(), "403 passkey.unknown");
        let cookie = opened.cookie.unwrap();
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.outcome(), "401 signed-out");
        let view = stand.get("/api/cabinet/activity", Some(&camera)).await.body;
        assert_eq!(view["passkeys"][0]["ended"]["by"], "copied");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_takes_the_camera_lately_and_a_key_of_ones_own() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let camera = signed_in(&stand, IIN).await;
        let other = signed_in(&stand, OTHER_IIN).await;
        let asked = stand.post(ASK, Some(&camera), json!({})).await.body;
        let mut device = Authenticator::new(ORIGIN, 1);
        let body = device.add(&asked);
        let invalid = "422 passkey.invalid";
        assert_eq!(
            stand.post(LIST, Some(&other), body.clone()).await.outcome(),
            invalid,
            "another's challenge"
        );
        for member in ["client_data", "attestation"] {
            let answer = stand.post(LIST, Some(&camera), altered(&body, member)).await;
            assert_eq!(answer.outcome(), invalid, "{member}");
        }
        let mut renamed = body.clone();
        renamed["user"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
        assert_eq!(
            stand.post(LIST, Some(&camera), renamed).await.outcome(),
            invalid,
            "another name"
        );
        for mut wrong in [
            Authenticator { flags: 0x01, ..Authenticator::new(ORIGIN, 1) },
            Authenticator::new("https://senim.evil.kz", 1),
            Authenticator { rp_id: Some("evil.kz".to_owned()), ..Authenticator::new(ORIGIN, 1) },
        ] {
            let body = wrong.add(&asked);
            assert_eq!(stand.post(LIST, Some(&camera), body).await.outcome(), invalid);
        }
        assert_eq!(stand.post(LIST, Some(&camera), body.clone()).await.outcome(), "200");
        assert_eq!(
            stand.post(LIST, Some(&camera), body).await.outcome(),
            "410 passkey.too-late",
            "used"
        );
        let asked = stand.post(ASK, Some(&camera), json!({})).await.body;
        assert_eq!(asked["exclude"].as_array().unwrap().len(), 1);
        assert_eq!(asked["user"], device.user, "a device replaces its own");
        let again = device.add(&asked);
        assert_eq!(
            stand.post(LIST, Some(&camera), again).await.outcome(),
            "409 passkey.already-added"
        );
        // Nor by somebody else, who would open their cabinet with it.
        let theirs = stand.post(ASK, Some(&other), json!({})).await.body;
        assert_ne!(theirs["user"], device.user);
        let stolen = device.clone().add(&theirs);
        assert_eq!(
            stand.post(LIST, Some(&other), stolen).await.outcome(),
            "409 passkey.already-added"
        );

        for seed in 2..=MOST {
            added(&stand, &camera, &mut Authenticator::new(ORIGIN, seed)).await;
        }
        assert_eq!(
            stand.post(ASK, Some(&camera), json!({})).await.outcome(),
            "409 passkey.too-many"
        );

        stand.wait(15 * 60);
        assert_eq!(stand.post(ASK, Some(&camera), json!({})).await.outcome(), REFUSED);
        assert_eq!(stand.get(LIST, Some(&camera)).await.body["can_add"], false);
        let cookie = shown(&stand, &mut device).await.cookie.unwrap();
        assert_eq!(stand.get(LIST, Some(&cookie)).await.body["can_add"], false);
        assert_eq!(stand.post(ASK, Some(&cookie), json!({})).await.outcome(), REFUSED);
        // Another client's is not there to be removed.
        let id = stand.get(LIST, Some(&cookie)).await.body["passkeys"][0]["id"].clone();
        let remove = format!("{LIST}/{}/remove", id.as_str().unwrap());
        assert_eq!(stand.post(&remove, Some(&other), json!({})).await.outcome(), "404 not-found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_each_opens_its_own_cabinet_and_a_removed_one_ends_its_sessions() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let camera = signed_in(&stand, IIN).await;
        let other = signed_in(&stand, OTHER_IIN).await;
        let [mut mine, mut lost, mut theirs] = [1, 2, 3].map(|it| Authenticator::new(ORIGIN, it));
        added(&stand, &camera, &mut mine).await;
        let listed = added(&stand, &camera, &mut lost).await.body;
        added(&stand, &other, &mut theirs).await;
        // Who takes another's identifier, or name, has not the key.
        let asked = asked_to_sign_in(&stand).await;
        let mut body = theirs.show(&asked);
        body["id"] = mine.show(&asked)["id"].clone();
        assert_eq!(stand.post(SIGN_IN, None, body).await.outcome(), "422 passkey.invalid");
        let thief = shown(&stand, &mut lost).await.cookie.unwrap();
        let cookie = shown(&stand, &mut mine).await.cookie.unwrap();
        let in_theirs = shown(&stand, &mut theirs).await.cookie.unwrap();
        let masked = async |cookie: &str| {
            stand.get("/api/cabinet", Some(cookie)).await.body["iin_masked"].clone()
        };
        assert_eq!(
            (masked(&cookie).await, masked(&in_theirs).await),
            (json!("•••••••• 0017"), json!("•••••••• 0027"))
        );
        // From one device the owner removes what is on another.
        let id = listed["passkeys"].as_array().unwrap().iter().find(|it| it["used_at"].is_null());
        let ids: Vec<_> =
            stand.get(LIST, Some(&cookie)).await.body["passkeys"].as_array().unwrap().clone();
        let lost_one = ids.iter().find(|it| it["own"] == false).unwrap();
        assert!(id.is_some());
        let remove = format!("{LIST}/{}/remove", lost_one["id"].as_str().unwrap());
        assert_eq!(stand.post(&remove, Some(&cookie), json!({})).await.outcome(), "200");
        assert_eq!(stand.get("/api/cabinet", Some(&thief)).await.outcome(), "401 signed-out");
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.outcome(), "200");
        assert_eq!(stand.post(&remove, Some(&cookie), json!({})).await.outcome(), "404 not-found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_wasnt_me_leaves_only_the_passkey_that_the_report_is_made_with() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let first = signed_in(&stand, IIN).await;
        let [mut mine, mut theirs] = [1, 2].map(|it| Authenticator::new(ORIGIN, it));
        added(&stand, &first, &mut mine).await;
        stand.wait(60);
        let thief = signed_in(&stand, IIN).await;
        added(&stand, &thief, &mut theirs).await;
        let stranger = stand.session(&thief).await;
        let by_passkey = shown(&stand, &mut theirs).await.cookie.unwrap();
        let owner = shown(&stand, &mut mine).await.cookie.unwrap();
        let report = json!({ "what": { "session": stranger }, "withdraw": false });
        let done = stand.post("/api/cabinet/disown", Some(&owner), report).await;
        assert_eq!(
            (done.outcome().as_str(), &done.body["passkeys"]),
            ("200", &json!(1)),
            "{}",
            done.text
        );
        for out in [&thief, &by_passkey, &first] {
            assert_eq!(stand.get("/api/cabinet", Some(out)).await.outcome(), "401 signed-out");
        }
        assert_eq!(shown(&stand, &mut theirs).await.outcome(), "403 passkey.unknown");
        let again = shown(&stand, &mut mine).await.cookie.unwrap();

        // What was opened with the owner's own passkey was not the owner either.
        stand.wait(60);
        let owner = signed_in(&stand, IIN).await;
        assert_eq!(stand.post(ASK, Some(&owner), json!({})).await.outcome(), "403 passkey.locked");
        let reported = stand.session(&again).await;
        let report = json!({ "what": { "session": reported }, "withdraw": false });
        let done = stand.post("/api/cabinet/disown", Some(&owner), report).await;
        assert_eq!(
            (done.outcome().as_str(), &done.body["passkeys"]),
            ("200", &json!(1)),
            "{}",
            done.text
        );
        assert_eq!(shown(&stand, &mut mine).await.outcome(), "403 passkey.unknown");
        let view = stand.get("/api/cabinet/activity", Some(&owner)).await.body;
        let ended = view["passkeys"].as_array().unwrap().iter().map(|it| it["ended"]["by"].clone());
        assert_eq!(ended.collect::<Vec<_>>(), ["report", "report"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkeys_end_with_the_consent_to_processing_and_with_their_term() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let camera = signed_in(&stand, IIN).await;
        let mut device = Authenticator::new(ORIGIN, 1);
        added(&stand, &camera, &mut device).await;
        let opened = shown(&stand, &mut device).await.cookie.unwrap();
        let taken = stand.post("/api/cabinet/agreement/withdraw", Some(&camera), json!({})).await;
        assert_eq!(taken.outcome(), "200", "{}", taken.text);
        assert_eq!(shown(&stand, &mut device).await.outcome(), "403 passkey.unknown");
        assert_eq!(stand.get("/api/cabinet", Some(&opened)).await.outcome(), "401 signed-out");
        assert_eq!(
            stand.post(ASK, Some(&camera), json!({})).await.outcome(),
            "409 agreement.withdrawn"
        );

        stand.wait(60);
        let camera = signed_in(&stand, IIN).await;
        added(&stand, &camera, &mut device).await;
        let day = TimeDelta::days(1).num_seconds();
        stand.wait(364 * day);
        sweep(&stand.app).await.unwrap();
        assert_eq!(shown(&stand, &mut device).await.outcome(), "200");
        stand.wait(day);
        assert_eq!(
            shown(&stand, &mut device).await.outcome(),
            "403 passkey.unknown",
            "before the sweep"
        );
        sweep(&stand.app).await.unwrap();
        let journal = stand.journal_text().await;
        assert!(
            journal.contains(r#""by":"term""#) && journal.contains(r#""by":"agreement""#),
            "{journal}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_send_is_bounded_and_uses_up_nothing_of_known_browsers() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        for _ in 1..=120 {
            assert_eq!(sent_from(&stand, "203.0.113.7:50000").await, "422 passkey.invalid");
        }
        assert_eq!(sent_from(&stand, "203.0.113.7:50001").await, "429 rate.limited");
        assert_eq!(sent_from(&stand, "203.0.113.8:50000").await, "422 passkey.invalid");
        stand.wait(15 * 60);
        assert_eq!(sent_from(&stand, "203.0.113.7:50000").await, "422 passkey.invalid");

        // One client's sessions, where somebody scripts their own key.
        let camera = signed_in(&stand, IIN).await;
        let mut device = Authenticator::new(ORIGIN, 1);
        added(&stand, &camera, &mut device).await;
        for _ in 1..=30 {
            assert_eq!(shown(&stand, &mut device).await.outcome(), "200");
        }
        assert_eq!(shown(&stand, &mut device).await.outcome(), "429 rate.limited");
    })
    .await;
}

async fn sent_from(stand: &Stand, address: &str) -> String {
    let address: SocketAddr = address.parse().unwrap();
    let body = json!({ "id": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA", "user": "AA" });
    let request = Request::post(SIGN_IN)
        .header("senim-page", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .extension(ConnectInfo(address));
    stand.send(request.body(Body::from(body.to_string())).unwrap()).await.outcome()
}

async fn asked_to_sign_in(stand: &Stand) -> Value {
    let asked = stand.post(ASK_TO_SIGN_IN, None, json!({})).await;
    assert_eq!((asked.status, &asked.body["rp_id"]), (200, &json!("localhost")), "{}", asked.text);
    asked.body
}

/// The answer to a sign-in with what the device says.
async fn shown(stand: &Stand, device: &mut Authenticator) -> Answer {
    let asked = asked_to_sign_in(stand).await;
    stand.post(SIGN_IN, None, device.show(&asked)).await
}

async fn added(stand: &Stand, cookie: &str, device: &mut Authenticator) -> Answer {
    let asked = stand.post(ASK, Some(cookie), json!({})).await;
    assert_eq!(asked.outcome(), "200", "{}", asked.text);
    let answer = stand.post(LIST, Some(cookie), device.add(&asked.body)).await;
    assert_eq!(answer.outcome(), "200", "{}", answer.text);
    answer
}

/// Messages once the queue is empty.
async fn delivered(stand: &Stand) -> Vec<(String, String)> {
    senim_host::messages::deliver_due(&stand.app).await.unwrap();
    stand.outside.messages()
}
