//! The identity session through the host's router (IDX-1..4).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use senim_core::consent::words::{self, Paragraph};
use senim_core::identity::session::Judgement;
use senim_core::problem::Problem;
use senim_host::app::App;
use senim_host::router;
use senim_host::{identity, messages};
use serde_json::json;
use tower::ServiceExt as _;

use super::stand::{
    Answer, CONSUMER, IIN, NAMED_PHONE, OTHER_IIN, REGISTERS_PHONE, START, Stand, asked, link,
};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_walks_from_the_link_to_the_way_back() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.opened(asked()).await;
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.step(), "agreement");
        assert_eq!(view.body["consumer"], json!({ "bin": CONSUMER, "name": "Jetisu Pay" }));
        stand.accept(&cookie).await;
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["iin_masked"], "•••••••• 0017");
        let view = stand.confirm(&cookie, IIN).await;
        assert_eq!((view.step(), &view.body["checks_left"]), ("liveness", &json!(4)));
        stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap();
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["phone_masked"], "+7 ••• ••• •• 01");
        assert_eq!((&view.body["tries_left"], &view.body["sms_left"]), (&json!(3), &json!(1)));
        let code = stand.outside.code_after(0).await;
        let (to, text) = stand.outside.messages().remove(0);
        assert_eq!(to, NAMED_PHONE, "the number that the consumer named");
        assert!(text.contains("Jetisu Pay") && !text.contains(IIN), "{text}");
        stand.until_told("message.sent").await;
        let view = stand.enter(&cookie, &code).await;
        assert_eq!(view.step(), "consent");
        let text = view.body["consent"]["text"].as_array().unwrap();
        assert!(text[0].as_str().unwrap().contains("«Jetisu Pay» (BIN 960440000151) asks"));

        let view =
            stand.post("/api/identity/consent", Some(&cookie), json!({ "approve": true })).await;
        assert_eq!(view.step(), "passed");
        let redirect = view.body["redirect"].as_str().unwrap();
        assert!(redirect.starts_with("https://app.example/back?code="), "{redirect}");
        assert!(redirect.ends_with("&iss=https%3A%2F%2Flocalhost%3A2&state=state"), "{redirect}");
        assert_eq!(
            stand.events().await,
            [
                "participant.registered",
                "identity.started",
                "identity.challenged",
                "identity.code-sent",
                "message.sent",
                "identity.passed",
                "consent.granted",
                "code.issued",
            ]
        );
        let again = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(again.body["redirect"], redirect, "a lost answer can be read again");
    })
    .await;
}

/// Each refusal by its status and code, and where the session stands after it.
#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_refused_is() {
    on_each(async |database| {
        let stand = Stand::on(database).await;

        let answer = stand.get("/api/identity", None).await;
        assert_eq!(answer.told(), "401 identity.no-session");
        let answer = stand.get("/api/identity", Some("somebody-elses")).await;
        assert_eq!(answer.told(), "401 identity.no-session");

        let cookie = stand.opened(asked()).await;
        let bare = Request::post("/api/identity/agreement")
            .header("cookie", format!("senim_session={cookie}"))
            .header("content-type", "application/json");
        let body = Body::from(r#"{"accept":true,"language":"en"}"#);
        assert_eq!(stand.send(bare.body(body).unwrap()).await.told(), "403 forbidden");
        let early = stand.enter(&cookie, "000000").await;
        assert_eq!(early.told(), "409 identity.out-of-order");
        let odd = json!({ "accept": true, "language": "en", "more": 1 });
        let odd = stand.post("/api/identity/agreement", Some(&cookie), odd).await;
        assert_eq!(odd.told(), "400 body.malformed");
        let refused = json!({ "accept": false, "language": "ru" });
        let refused = stand.post("/api/identity/agreement", Some(&cookie), refused).await;
        assert_eq!(refused.told(), "403 identity.agreement-refused");
        failed(&stand, &cookie, "identity.agreement-refused").await;
        let after = stand.confirm(&cookie, IIN).await;
        assert_eq!(after.told(), "410 identity.ended");

        let cookie = stand.at_iin(asked()).await;
        for (typed, told) in [
            ("900101300018", "422 iin.invalid"),
            ("9001013000", "422 iin.invalid"),
            (OTHER_IIN, "422 identity.iin-mismatch"),
            (OTHER_IIN, "422 identity.iin-mismatch"),
        ] {
            assert_eq!(stand.confirm(&cookie, typed).await.told(), told);
        }
        stand.outside.source_down(true);
        let down = stand.confirm(&cookie, IIN).await;
        assert_eq!(down.told(), "503 identity.source-down");
        assert_eq!(down.body["fault"], "source");
        stand.outside.source_down(false);
        assert_eq!(
            stand.get("/api/identity", Some(&cookie)).await.step(),
            "iin",
            "nothing is lost"
        );
        assert_eq!(stand.confirm(&cookie, OTHER_IIN).await.told(), "422 identity.iin-mismatch");
        failed(&stand, &cookie, "identity.iin-mismatch").await;

        let mut nobody = asked();
        nobody["client"]["iin"] = OTHER_IIN.into();
        let cookie = stand.at_iin(nobody).await;
        let unknown = stand.confirm(&cookie, OTHER_IIN).await;
        assert_eq!(unknown.told(), "404 identity.unknown-person");
        failed(&stand, &cookie, "identity.unknown-person").await;

        let cookie = stand.at_consent(asked()).await;
        let view =
            stand.post("/api/identity/consent", Some(&cookie), json!({ "approve": false })).await;
        assert_eq!((view.step(), &view.body["problem"]), ("failed", &json!("consent.refused")));
        failed(&stand, &cookie, "consent.refused").await;

        let cookie = stand.at_camera(asked()).await;
        let view = stand.post("/api/identity/abandon", Some(&cookie), json!({})).await;
        assert_eq!((view.step(), &view.body["problem"]), ("failed", &json!("identity.abandoned")));
    })
    .await;
}

/// IDX-2: in the session, in another, after a restart, and not for ever.
#[tokio::test(flavor = "multi_thread")]
async fn four_failing_checks_block_the_person() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let waiting = stand.at_camera(asked()).await;
        let cookie = stand.at_camera(asked()).await;
        for left in [3, 2, 1] {
            assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert_eq!(view.body["checks_left"], left);
            assert_eq!(view.body["last_problem"], "identity.not-live");
        }
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityBlocked);
        let view = failed(&stand, &cookie, "identity.blocked").await;
        assert_eq!(view["blocked_until"], "2027-01-15T08:15:00Z");
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityEnded, "a fifth check");

        assert_eq!(stand.not_live(&waiting).await, Problem::IdentityBlocked, "in another session");
        let stand = stand.restarted(database).await;
        stand.wait(899);
        let cookie = stand.at_iin(asked()).await;
        let blocked = stand.confirm(&cookie, IIN).await;
        assert_eq!(blocked.told(), "429 identity.blocked", "after a restart");
        failed(&stand, &cookie, "identity.blocked").await;
        stand.wait(1);
        stand.at_camera(asked()).await;
    })
    .await;
}

/// IDX-3.
#[tokio::test(flavor = "multi_thread")]
async fn codes_are_few_short_lived_and_used_once() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_code(asked()).await;
        let first = stand.outside.code_after(0).await;
        stand.wait(180);
        assert_eq!(stand.enter(&cookie, &first).await.told(), "422 identity.code-expired");
        let view = stand.post("/api/identity/code/send", Some(&cookie), json!({})).await;
        assert_eq!((view.status, &view.body["sms_left"]), (200, &json!(0)));
        let second = stand.outside.code_after(1).await;
        let third = stand.post("/api/identity/code/send", Some(&cookie), json!({})).await;
        assert_eq!(third.told(), "429 identity.sms-exhausted");
        assert_eq!(stand.enter(&cookie, &second).await.step(), "consent");
        assert_eq!(stand.enter(&cookie, &second).await.told(), "409 identity.out-of-order");
        assert_eq!(stand.outside.messages().len(), 2);

        let cookie = stand.at_code(asked()).await;
        let right = stand.outside.code_after(2).await;
        let wrong = if right == "000000" { "000001" } else { "000000" };
        assert_eq!(stand.enter(&cookie, wrong).await.told(), "422 identity.code-wrong");
        assert_eq!(stand.enter(&cookie, "").await.told(), "422 identity.code-wrong");
        assert_eq!(stand.enter(&cookie, wrong).await.told(), "403 identity.too-many-codes");
        assert_eq!(stand.enter(&cookie, &right).await.told(), "410 identity.ended");
        failed(&stand, &cookie, "identity.too-many-codes").await;
    })
    .await;
}

/// The client goes on where the last answer left them.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_dies_loses_no_step() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let cookie = stand.get(&link(&request_uri), None).await.cookie.unwrap();
        let stand = stand.restarted(database).await;
        stand.accept(&cookie).await;
        let stand = stand.restarted(database).await;
        assert_eq!(stand.confirm(&cookie, IIN).await.step(), "liveness");
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
        let stand = stand.restarted(database).await;
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["checks_left"], 3, "counters stay");

        stand.outside.gateway_down(true);
        stand.judged(&cookie, Judgement::Live { degree: 85.0 }).await.unwrap();
        let stand = stand.restarted(database).await;
        stand.outside.gateway_down(false);
        stand.wait(20);
        messages::deliver_due(&stand.app).await.unwrap();
        messages::deliver_due(&stand.app).await.unwrap();
        assert_eq!(
            stand.outside.messages().len(),
            1,
            "the message is not lost, and not sent twice"
        );
        let code = stand.outside.code_after(0).await;
        assert_eq!(stand.enter(&cookie, &code).await.step(), "consent");
        let stand = stand.restarted(database).await;
        let view =
            stand.post("/api/identity/consent", Some(&cookie), json!({ "approve": true })).await;
        assert_eq!(view.step(), "passed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_link_goes_on_in_its_browser_and_starts_again_in_another() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let first = stand.get(&link(&request_uri), None).await.cookie.unwrap();
        stand.accept(&first).await;
        assert_eq!(stand.confirm(&first, IIN).await.step(), "liveness");
        assert_eq!(stand.not_live(&first).await, Problem::IdentityNotLive);

        let again = stand.get(&link(&request_uri), Some(&first)).await;
        assert_eq!((again.status, again.location.as_deref()), (303, Some("/identity")));
        assert!(again.cookie.is_none());
        assert_eq!(stand.get("/api/identity", Some(&first)).await.step(), "liveness");

        let second = stand.get(&link(&request_uri), None).await.cookie.unwrap();
        assert_eq!(stand.get("/api/identity", Some(&second)).await.step(), "agreement");
        let lost = stand.get("/api/identity", Some(&first)).await;
        assert_eq!(lost.told(), "401 identity.no-session");
        stand.accept(&second).await;
        let view = stand.confirm(&second, IIN).await;
        assert_eq!(view.body["checks_left"], 3, "the counters stay");

        stand.post("/api/identity/abandon", Some(&second), json!({})).await;
        let after = stand.get(&link(&request_uri), Some(&second)).await;
        assert_eq!(after.told(), "400 authorization.used", "an ended request is not opened again");
        for unknown in
            ["/authorize", "/authorize?client_id=a", "/authorize?client_id=a&client_id=b"]
        {
            let page = stand.get(unknown, None).await;
            assert_eq!(page.told(), "400 request.malformed");
        }
        assert_eq!(stand.get(&link("urn:nothing"), None).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_what_is_refused_sees_a_page_of_ours_and_a_script_the_problem() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let pages =
            std::env::temp_dir().join(format!("senim-pages-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(pages.join("cabinet")).unwrap();
        std::fs::write(pages.join("cabinet/index.html"), "<body><div id=\"app\"></div>").unwrap();
        let mut config = (*stand.app.config).clone();
        config.pages_dir = Some(pages.clone());
        let router = router::pages(App { config: Arc::new(config), ..stand.app.clone() });
        for (path, status, code) in [
            ("/nowhere", 404, "not-found"),
            ("/authorize?client_id=a&request_uri=urn:x", 400, "authorization.unknown"),
            ("/api/identity", 401, "identity.no-session"),
        ] {
            let ask = async |accept: &str| {
                let request =
                    Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
                let answer = router.clone().oneshot(request).await.unwrap();
                let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
                let status = answer.status().as_u16();
                let text = to_bytes(answer.into_body(), 10_000).await.unwrap();
                (status, kind, String::from_utf8(text.to_vec()).unwrap())
            };
            let page = format!("<body><div id=\"app\" data-problem=\"{code}\"></div>");
            let html = "text/html; charset=utf-8".to_owned();
            assert_eq!(ask("text/html,*/*;q=0.8").await, (status, html, page), "{path}");
            let (told, kind, body) = ask("application/json").await;
            assert_eq!((told, kind.as_str()), (status, "application/problem+json"), "{path}");
            assert!(body.contains(code), "{path}: {body}");
        }
        std::fs::remove_dir_all(pages).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lasts_fifteen_minutes_and_the_consumer_hears_of_its_end() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (seen, unseen) = (stand.at_consent(asked()).await, stand.at_camera(asked()).await);
        stand.wait(15 * 60);
        let view = failed(&stand, &seen, "identity.expired").await;
        assert!(view["redirect"].as_str().unwrap().contains("error=access_denied"));
        identity::expire::expire_due(&stand.app).await.unwrap();
        let events = stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "identity.failed").count(), 2, "{events:?}");
        assert!(events.contains(&"consent.abandoned".to_owned()), "it was shown and not answered");
        let late = stand.confirm(&unseen, IIN).await;
        assert_eq!(late.told(), "410 identity.ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_suspended_meanwhile_gets_nothing() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_consent(asked()).await;
        suspend(&stand).await;
        let answer =
            stand.post("/api/identity/consent", Some(&cookie), json!({ "approve": true })).await;
        assert_eq!(answer.told(), "403 participant.suspended");
        failed(&stand, &cookie, "participant.suspended").await;
        assert!(!stand.events().await.contains(&"consent.granted".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_to_the_cabinet_takes_face_and_phone_of_the_register() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        assert_eq!(stand.get("/api/cabinet", None).await.told(), "401 signed-out");
        let opened = stand.post("/api/cabinet/sign-in", None, json!({})).await;
        assert_eq!((opened.step(), &opened.body["consumer"]), ("agreement", &json!(null)));
        let cookie = opened.cookie.unwrap();
        stand.accept(&cookie).await;
        assert_eq!(stand.get("/api/identity", Some(&cookie)).await.body["iin_masked"], json!(null));
        assert_eq!(stand.confirm(&cookie, IIN).await.step(), "liveness");
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.told(), "401 signed-out");
        assert!(stand.outside.messages().is_empty(), "no message before the face matched");
        stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap();
        let code = stand.outside.code_after(0).await;
        assert_eq!(stand.outside.messages()[0].0, REGISTERS_PHONE);
        let view = stand.enter(&cookie, &code).await;
        assert_eq!((view.step(), &view.body["redirect"]), ("passed", &json!("/cabinet")));
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await;
        assert_eq!(cabinet.body["client_name"], "Айгүл С.");
        assert_eq!(cabinet.body["iin_masked"], "•••••••• 0017");
        stand.wait(30 * 60);
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.told(), "401 signed-out");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_ends_it_for_whoever_kept_the_cookie() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.status, 200);
        assert_eq!(stand.post("/api/cabinet/sign-out", Some(&cookie), json!({})).await.status, 204);
        assert_eq!(stand.get("/api/cabinet", Some(&cookie)).await.told(), "401 signed-out");
        assert_eq!(stand.post("/api/cabinet/sign-out", None, json!({})).await.status, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_are_limited_by_person_and_by_address() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        for turn in 1..=11 {
            let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
            stand.accept(&cookie).await;
            let told = stand.confirm(&cookie, IIN).await.told();
            assert_eq!(told, if turn <= 10 { "200" } else { "429 rate.limited" });
        }
        for _ in 1..=120 {
            assert_eq!(sign_in_from(&stand, "203.0.113.7:50000").await.told(), "200");
        }
        let answer = sign_in_from(&stand, "203.0.113.7:50001").await;
        assert_eq!(answer.told(), "429 rate.limited");
        assert_eq!(sign_in_from(&stand, "203.0.113.8:50000").await.told(), "200");
        stand.wait(15 * 60);
        assert_eq!(sign_in_from(&stand, "203.0.113.7:50000").await.told(), "200");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_the_browsers_until_another_is_chosen() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let request = Request::get(link(&request_uri)).header("accept-language", "ru-RU,ru;q=0.9");
        let cookie = stand.send(request.body(Body::empty()).unwrap()).await.cookie.unwrap();
        let path = "/api/identity";
        assert_eq!(stand.get(path, Some(&cookie)).await.body["language"], "ru");
        let chosen = json!({ "language": "kk" });
        let view = stand.post("/api/identity/language", Some(&cookie), chosen).await;
        assert_eq!(view.body["language"], "kk");
        let unknown = json!({ "language": "tlh" });
        let unknown = stand.post("/api/identity/language", Some(&cookie), unknown).await;
        assert_eq!(unknown.told(), "400 body.malformed");

        let cookie = stand.at_consent(asked()).await;
        let kazakh = json!({ "language": "kk" });
        let view = stand.post("/api/identity/language", Some(&cookie), kazakh).await;
        let text: Vec<Paragraph> =
            serde_json::from_value(view.body["consent"]["text"].clone()).unwrap();
        let asks =
            matches!(&text[0], Paragraph::Platform(it) if it.contains("келісіміңізді сұрайды"));
        assert!(asks && text.contains(&Paragraph::Consumer("Add accounts".to_owned())), "{text:?}");
        stand.post("/api/identity/consent", Some(&cookie), json!({ "approve": true })).await;
        let kept = super::consent::kept(&stand, IIN).await.remove(0);
        assert_eq!(kept.1, words::hash(&text), "the hash is of what was read");
    })
    .await;
}

/// Whoever reads journal or database learns neither who it was nor how to get in.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_clear_names_a_person_or_holds_a_code() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, redirect) = stand.approved(asked()).await;
        let code = stand.outside.code_after(0).await;
        let journal = stand.journal_text().await;
        let authorization_code = redirect.split_once("code=").unwrap().1.split_once('&').unwrap().0;
        for secret in [IIN, NAMED_PHONE, REGISTERS_PHONE, "Айгүл", &cookie, authorization_code]
        {
            assert!(!journal.contains(secret));
        }
        assert!(!journal.contains(&format!("\"{code}\"")));
        if let Some(path) = database.strip_prefix("sqlite:") {
            stand.app.store.close().await;
            let bytes = std::fs::read(path).unwrap();
            for secret in [IIN, NAMED_PHONE, REGISTERS_PHONE, "Айгүл", &cookie, authorization_code]
            {
                assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()), "{secret}");
            }
        }
    })
    .await;
}

/// `GET /api/identity` says so, and the way back tells the consumer.
async fn failed(stand: &Stand, cookie: &str, problem: &str) -> serde_json::Value {
    let view = stand.get("/api/identity", Some(cookie)).await;
    assert_eq!((view.step(), &view.body["problem"]), ("failed", &json!(problem)));
    let redirect = view.body["redirect"].as_str().unwrap();
    let told = format!("?error=access_denied&error_description={problem}&iss=");
    assert!(redirect.contains(&told) && redirect.ends_with("&state=state"), "{redirect}");
    view.body
}

async fn sign_in_from(stand: &Stand, address: &str) -> Answer {
    let address: SocketAddr = address.parse().unwrap();
    let request = Request::post("/api/cabinet/sign-in").header("senim-page", "1");
    let request = request.extension(ConnectInfo(address)).body(Body::empty()).unwrap();
    stand.send(request).await
}

async fn suspend(stand: &Stand) {
    let now = stand.app.now();
    assert_eq!(now.timestamp_millis(), START);
    stand
        .app
        .store
        .transact("test.suspend", async |tx| {
            let bin = CONSUMER.parse().unwrap();
            let bank = senim_store::participant::load(tx, bin).await?.unwrap();
            let bank = bank.suspend("a test", now).unwrap();
            senim_store::participant::save_standing(tx, &bank).await
        })
        .await
        .unwrap();
}
