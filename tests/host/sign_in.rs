//! Signing in to the cabinet, and what strangers' sign-ins may use up (IDX-2, IDX-14).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use senim_core::identity::session::Judgement;
use senim_core::problem::Problem;
use serde_json::json;

use super::stand::{Answer, CONFIRMED_PHONE, IIN, OTHER_IIN, Stand, asked};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_to_the_cabinet_takes_face_and_phone_of_the_register() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        assert_eq!(stand.get("/api/cabinet", None).await.outcome(), "401 signed-out");
        let opened = stand.post("/api/cabinet/sign-in", None, json!({})).await;
        assert_eq!((opened.step(), &opened.body["consumer"]), ("agreement", &json!(null)));
        let cookie = opened.cookie.unwrap();
        stand.accept(&cookie).await;
        assert_eq!(stand.get("/api/identity", Some(&cookie)).await.body["iin_masked"], json!(null));
        assert_eq!(stand.confirm(&cookie, IIN).await.step(), "liveness");
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.outcome(), "401 signed-out");
        assert!(stand.outside.messages().is_empty(), "no message before the face matched");
        stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap();
        let code = stand.outside.code_after(0).await;
        assert_eq!(stand.outside.messages()[0].0, CONFIRMED_PHONE);
        let view = stand.enter(&cookie, &code).await;
        assert_eq!((view.step(), &view.body["redirect"]), ("passed", &json!("/cabinet")));
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await;
        assert_eq!(cabinet.body["client_name"], "Айгүл С.");
        assert_eq!(cabinet.body["iin_masked"], "•••••••• 0017");
        stand.wait(30 * 60);
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.outcome(), "401 signed-out");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_ends_the_session_for_every_copy_of_the_cookie() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.status, 200);
        assert_eq!(stand.post("/api/cabinet/sign-out", Some(&cookie), json!({})).await.status, 204);
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.outcome(), "401 signed-out");
        assert_eq!(stand.post("/api/cabinet/sign-out", None, json!({})).await.status, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_are_limited_by_person_and_requester_and_by_address() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (_, known) = passed(&stand).await;
        for turn in 1..=11 {
            let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
            stand.accept(&cookie).await;
            let answer = stand.confirm(&cookie, IIN).await;
            assert_eq!(answer.outcome(), if turn <= 10 { "200" } else { "429 rate.limited" });
            // The window of an hour began with the hour.
            let wait = if turn <= 10 { None } else { Some("3600") };
            assert_eq!(answer.retry_after.as_deref(), wait);
        }
        assert_eq!(sign_in_knowing(&stand, &known).await.step(), "liveness", "its own allowance");
        for _ in 1..=120 {
            assert_eq!(sign_in_from(&stand, "203.0.113.7:50000", None).await.outcome(), "200");
        }
        let answer = sign_in_from(&stand, "203.0.113.7:50001", None).await;
        assert_eq!(answer.outcome(), "429 rate.limited");
        assert!(answer.retry_after.is_some());
        let answer = sign_in_from(&stand, "203.0.113.7:50001", Some(&known)).await;
        assert_eq!(answer.outcome(), "200", "a known browser of a crowded address");
        assert_eq!(sign_in_from(&stand, "203.0.113.8:50000", None).await.outcome(), "200");
        for host in 1..=121 {
            let address = format!("[2001:db8:1:2::{host:x}]:50000");
            let outcome = sign_in_from(&stand, &address, None).await.outcome();
            assert_eq!(outcome, if host <= 120 { "200" } else { "429 rate.limited" }, "one /64");
        }
        stand.wait(15 * 60);
        assert_eq!(sign_in_from(&stand, "203.0.113.7:50000", None).await.outcome(), "200");
    })
    .await;
}

/// Whoever knows an IIN can't keep its owner from a bank, nor from withdrawing a consent.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_blocks_the_stranger_and_not_the_owner() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (_, known) = passed(&stand).await;
        let stranger = at_camera_of_cabinet(&stand, IIN).await;
        for _ in 0..3 {
            assert_eq!(stand.not_live(&stranger).await, Problem::IdentityNotLive);
        }
        assert_eq!(stand.not_live(&stranger).await, Problem::IdentityBlocked);
        stand.wait(60);
        let again = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
        stand.accept(&again).await;
        let blocked = stand.confirm(&again, IIN).await;
        assert_eq!(blocked.outcome(), "429 identity.blocked");
        assert_eq!(blocked.retry_after.as_deref(), Some("840"), "as long as it is");

        let at_the_bank = stand.at_camera(asked()).await;
        assert_eq!(stand.not_live(&at_the_bank).await, Problem::IdentityNotLive);
        assert_eq!(sign_in_knowing(&stand, &known).await.step(), "liveness");
    })
    .await;
}

/// IDX-2: three checks, abandon, again.
#[tokio::test(flavor = "multi_thread")]
async fn checks_count_over_sessions_whatever_became_of_them() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_camera(asked()).await;
        for _ in 0..3 {
            assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
        }
        stand.post("/api/identity/abandon", Some(&cookie), json!({})).await;
        let cookie = stand.at_camera(asked()).await;
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityBlocked, "the fifth");
        stand.wait(15 * 60);

        // A check that passes is an end of it.
        let cookie = stand.at_camera(asked()).await;
        for _ in 0..3 {
            assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
        }
        stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap();
        let cookie = stand.at_camera(asked()).await;
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
    })
    .await;
}

/// Whether an IIN is registered is not said to somebody whom nobody has seen.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_does_not_reveal_who_is_registered() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let wishes = json!({ "no_movement": false, "no_flashing": false });
        let mut seen = Vec::new();
        for iin in [IIN, OTHER_IIN] {
            let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
            stand.accept(&cookie).await;
            let mut confirmed = stand.confirm(&cookie, iin).await;
            confirmed.body["session"] = json!(null);
            let path = "/api/identity/liveness/challenge";
            let challenge = stand.post(path, Some(&cookie), wishes.clone()).await;
            let failed = stand.not_live(&cookie).await;
            let view = stand.get("/api/identity", Some(&cookie)).await;
            let left = view.body["checks_left"].clone();
            seen.push((confirmed.outcome(), confirmed.body, challenge.outcome(), failed, left));
        }
        assert_eq!(seen[0], seen[1]);
        assert!(stand.outside.messages().is_empty());
        let cookie = at_camera_of_cabinet(&stand, OTHER_IIN).await;
        let live = Judgement::Refused(Problem::IdentityUnknown);
        let outcome = stand.judged(&cookie, live).await.unwrap_err().problem();
        assert_eq!(outcome, Problem::IdentityUnknown, "a live person gets the reason");
    })
    .await;
}

/// A person who has passed: the cookie of the session, and the one that says so of the browser.
async fn passed(stand: &Stand) -> (String, String) {
    let before = stand.outside.messages().len();
    let cookie = stand.at_code(asked()).await;
    let code = stand.outside.code_after(before).await;
    let proved = stand.enter(&cookie, &code).await;
    assert_eq!(proved.step(), "consent");
    (cookie, proved.known.unwrap())
}

async fn at_camera_of_cabinet(stand: &Stand, iin: &str) -> String {
    let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
    stand.accept(&cookie).await;
    assert_eq!(stand.confirm(&cookie, iin).await.step(), "liveness");
    cookie
}

/// From a browser in which the owner has passed; the answer to the IIN.
async fn sign_in_knowing(stand: &Stand, known: &str) -> Answer {
    let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
    stand.accept(&cookie).await;
    let session = stand.session(&cookie).await;
    let request = Request::post(format!("/api/identity/{session}/iin"))
        .header("senim-page", "1")
        .header("content-type", "application/json")
        .header("cookie", format!("senim_session={cookie}; senim_browser={known}"));
    let body = Body::from(json!({ "iin": IIN }).to_string());
    stand.send(request.body(body).unwrap()).await
}

async fn sign_in_from(stand: &Stand, address: &str, known: Option<&str>) -> Answer {
    let address: SocketAddr = address.parse().unwrap();
    let mut request = Request::post("/api/cabinet/sign-in").header("senim-page", "1");
    if let Some(known) = known {
        request = request.header("cookie", format!("senim_browser={known}"));
    }
    let request = request.extension(ConnectInfo(address)).body(Body::empty()).unwrap();
    stand.send(request).await
}
