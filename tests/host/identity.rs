//! The identity session through the host's router (IDX-1..4).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures::future::join_all;
use senim_core::consent::words::{self, Paragraph};
use senim_core::identity::session::Judgement;
use senim_core::liveness::challenge::Challenge;
use senim_core::problem::Problem;
use senim_core::text::Language;
use senim_host::app::App;
use senim_host::router;
use senim_host::{identity, messages};
use senim_store as store;
use senim_tests::frames;
use serde_json::json;
use tower::ServiceExt as _;

use super::stand::{
    Answer, CONFIRMED_PHONE, CONSUMER, IIN, NAMED_PHONE, OTHER_IIN, START, Stand, agreed_hash,
    asked, link,
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
        stand.until_recorded("message.sent").await;
        let view = stand.enter(&cookie, &code).await;
        assert_eq!(view.step(), "consent");
        let text = view.body["consent"]["text"].as_array().unwrap();
        assert_eq!(text[0]["by"], "platform");
        assert!(
            text[0]["text"]
                .as_str()
                .unwrap()
                .contains("“Jetisu Pay”, business identification number (BIN) 960440000151, asks")
        );

        let view = stand.answer(&cookie, true).await;
        assert_eq!(view.step(), "passed");
        let redirect = view.body["redirect"].as_str().unwrap();
        assert!(redirect.starts_with("https://app.example/back?code="), "{redirect}");
        assert!(redirect.ends_with("&iss=https%3A%2F%2Flocalhost%3A2&state=state"), "{redirect}");
        assert_eq!(
            stand.events().await,
            [
                "agreement.published",
                "agreement.published",
                "agreement.published",
                "participant.registered",
                "identity.started",
                "agreement.accepted",
                "source.asked",
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
        assert_eq!(answer.outcome(), "401 identity.no-session");
        let answer = stand.get("/api/identity", Some("somebody-elses")).await;
        assert_eq!(answer.outcome(), "401 identity.no-session");

        let cookie = stand.opened(asked()).await;
        let bare = Request::post("/api/identity/ids_0/agreement")
            .header("cookie", format!("senim_session={cookie}"))
            .header("content-type", "application/json");
        let body = Body::from(r#"{"accept":true,"edition":1,"language":"en"}"#);
        assert_eq!(stand.send(bare.body(body).unwrap()).await.outcome(), "403 forbidden");
        let early = stand.enter(&cookie, "000000").await;
        assert_eq!(early.outcome(), "409 identity.out-of-order");
        let odd = json!({ "accept": true, "edition": 1, "language": "en", "more": 1 });
        let odd = stand.post("/api/identity/agreement", Some(&cookie), odd).await;
        assert_eq!(odd.outcome(), "400 body.malformed");
        let refused = json!({ "accept": false, "edition": 1, "language": "ru" });
        let refused = stand.post("/api/identity/agreement", Some(&cookie), refused).await;
        assert_eq!(refused.outcome(), "403 identity.agreement-refused");
        failed(&stand, &cookie, "identity.agreement-refused").await;
        let after = stand.confirm(&cookie, IIN).await;
        assert_eq!(after.outcome(), "410 identity.ended");

        let cookie = stand.at_iin(asked()).await;
        for (typed, outcome) in [
            ("900101300018", "422 iin.invalid"),
            ("9001013000", "422 iin.invalid"),
            (OTHER_IIN, "422 identity.iin-mismatch"),
            (OTHER_IIN, "422 identity.iin-mismatch"),
        ] {
            assert_eq!(stand.confirm(&cookie, typed).await.outcome(), outcome);
        }
        stand.outside.source_down(true);
        let down = stand.confirm(&cookie, IIN).await;
        assert_eq!(down.outcome(), "503 identity.source-down");
        assert_eq!(down.body["fault"], "source");
        stand.outside.source_down(false);
        assert_eq!(
            stand.get("/api/identity", Some(&cookie)).await.step(),
            "iin",
            "nothing is lost"
        );
        assert_eq!(stand.confirm(&cookie, OTHER_IIN).await.outcome(), "422 identity.iin-mismatch");
        failed(&stand, &cookie, "identity.iin-mismatch").await;

        let mut nobody = asked();
        nobody["client"]["iin"] = OTHER_IIN.into();
        let cookie = stand.at_iin(nobody).await;
        let unknown = stand.confirm(&cookie, OTHER_IIN).await;
        assert_eq!(unknown.outcome(), "404 identity.unknown-person");
        failed(&stand, &cookie, "identity.unknown-person").await;

        let cookie = stand.at_consent(asked()).await;
        let view = stand.answer(&cookie, false).await;
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
        let view = failed_by(&stand, &cookie, "identity.blocked", "identity.not-live").await;
        assert_eq!(view["blocked_until"], "2027-01-15T08:15:00Z");
        assert_eq!(stand.not_live(&cookie).await, Problem::IdentityEnded, "a fifth check");

        assert_eq!(stand.not_live(&waiting).await, Problem::IdentityBlocked, "in another session");
        let stand = stand.restarted(database).await;
        stand.wait(899);
        let cookie = stand.at_iin(asked()).await;
        let blocked = stand.confirm(&cookie, IIN).await;
        assert_eq!(blocked.outcome(), "429 identity.blocked", "after a restart");
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
        assert_eq!(stand.enter(&cookie, &first).await.outcome(), "422 identity.code-expired");
        let view = stand.post("/api/identity/code/send", Some(&cookie), json!({})).await;
        assert_eq!((view.status, &view.body["sms_left"]), (200, &json!(0)));
        let second = stand.outside.code_after(1).await;
        let third = stand.post("/api/identity/code/send", Some(&cookie), json!({})).await;
        assert_eq!(third.outcome(), "429 identity.sms-exhausted");
        assert_eq!(stand.enter(&cookie, &second).await.step(), "consent");
        assert_eq!(stand.enter(&cookie, &second).await.outcome(), "409 identity.out-of-order");
        assert_eq!(stand.outside.messages().len(), 2);

        let cookie = stand.at_code(asked()).await;
        let right = stand.outside.code_after(2).await;
        let wrong = if right == "000000" { "000001" } else { "000000" };
        assert_eq!(stand.enter(&cookie, wrong).await.outcome(), "422 identity.code-wrong");
        assert_eq!(stand.enter(&cookie, "").await.outcome(), "422 identity.code-wrong");
        assert_eq!(stand.enter(&cookie, wrong).await.outcome(), "403 identity.too-many-codes");
        assert_eq!(stand.enter(&cookie, &right).await.outcome(), "410 identity.ended");
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
        let cookie = stand.open(&request_uri, None, false).await.cookie.unwrap();
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
        let view = stand.answer(&cookie, true).await;
        assert_eq!(view.step(), "passed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_link_goes_on_in_its_browser_and_starts_again_in_another() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let first = stand.open(&request_uri, None, false).await.cookie.unwrap();
        stand.accept(&first).await;
        assert_eq!(stand.confirm(&first, IIN).await.step(), "liveness");
        assert_eq!(stand.not_live(&first).await, Problem::IdentityNotLive);

        let again = stand.open(&request_uri, Some(&first), false).await;
        assert_eq!((again.step(), &again.cookie), ("liveness", &None));
        let again = stand.get(&link(&request_uri), Some(&first)).await;
        assert_eq!((again.status, again.location.as_deref()), (303, Some("/identity")));
        assert!(again.cookie.is_none());
        assert_eq!(stand.get("/api/identity", Some(&first)).await.step(), "liveness");

        let asks = stand.open(&request_uri, None, false).await;
        assert_eq!((asks.outcome().as_str(), asks.cookie), ("409 identity.open-elsewhere", None));
        assert_eq!(stand.get("/api/identity", Some(&first)).await.step(), "liveness");
        let second = stand.open(&request_uri, None, true).await.cookie.unwrap();
        assert_eq!(stand.get("/api/identity", Some(&second)).await.step(), "agreement");
        let lost = stand.get("/api/identity", Some(&first)).await;
        assert_eq!(lost.outcome(), "410 identity.moved");
        stand.accept(&second).await;
        let view = stand.confirm(&second, IIN).await;
        assert_eq!(view.body["checks_left"], 3, "the counters stay");

        stand.post("/api/identity/abandon", Some(&second), json!({})).await;
        let after = stand.get(&link(&request_uri), Some(&second)).await;
        assert_eq!(
            after.outcome(),
            "400 authorization.used",
            "an ended request is not opened again"
        );
        for unknown in
            ["/authorize", "/authorize?client_id=a", "/authorize?client_id=a&client_id=b"]
        {
            let page = stand.get(unknown, None).await;
            assert_eq!(page.outcome(), "400 request.malformed");
        }
        assert_eq!(stand.get(&link("urn:nothing"), None).await.status, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_navigation_shows_a_page_and_a_script_gets_the_problem() {
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
            let (outcome, kind, body) = ask("application/json").await;
            assert_eq!((outcome, kind.as_str()), (status, "application/problem+json"), "{path}");
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
        let before = stand.events().await;
        let view = failed(&stand, &seen, "identity.expired").await;
        assert!(view["redirect"].as_str().unwrap().contains("error=access_denied"));
        assert_eq!(stand.events().await, before, "reading saves nothing");
        identity::expire::expire_due(&stand.app).await.unwrap();
        assert_eq!(
            failed(&stand, &seen, "identity.expired").await,
            view,
            "nor is it shown otherwise"
        );
        let events = stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "identity.failed").count(), 2, "{events:?}");
        assert!(events.contains(&"consent.abandoned".to_owned()), "it was shown and not answered");
        let late = stand.confirm(&unseen, IIN).await;
        assert_eq!(late.outcome(), "410 identity.ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_suspended_meanwhile_gets_nothing() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_consent(asked()).await;
        suspend(&stand).await;
        let answer = stand.answer(&cookie, true).await;
        assert_eq!(answer.outcome(), "403 participant.suspended");
        failed(&stand, &cookie, "participant.suspended").await;
        assert!(!stand.events().await.contains(&"consent.granted".to_owned()));
    })
    .await;
}

/// Twelve sessions of one person at once draw no more challenges than one.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_side_by_side_draw_four_challenges() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut cookies = Vec::new();
        for _ in 0..12 {
            cookies.push(stand.at_camera(asked()).await);
        }
        let wishes = || json!({ "no_movement": false, "no_flashing": false });
        let path = "/api/identity/liveness/challenge";
        let draws = cookies.iter().map(|it| stand.post(path, Some(it), wishes()));
        let outcome: Vec<_> = join_all(draws).await.iter().map(Answer::outcome).collect();
        let granted = outcome.iter().filter(|it| *it == "200").count();
        let blocked = outcome.iter().filter(|it| *it == "429 identity.blocked").count();
        assert_eq!((granted, blocked), (4, 8), "{outcome:?}");
    })
    .await;
}

/// RFC 9700 §4.7: a browser has one cookie, its tabs show several sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_acts_in_the_session_that_it_shows() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let browser = stand.at_consent(asked()).await;
        let shown = stand.session(&browser).await;
        let text_hash = agreed_hash(&stand.get("/api/identity", Some(&browser)).await.body);

        let mut more = asked();
        more["term_days"] = 3650.into();
        let second = stand.pushed(more).await;
        assert_eq!(stand.open(&second, Some(&browser), false).await.step(), "agreement");
        assert_ne!(stand.session(&browser).await, shown);
        let wishes = json!({ "no_movement": false, "no_flashing": false });
        for (step, body) in [
            ("agreement", json!({ "accept": true, "edition": 1, "language": "en" })),
            ("agreement", json!({ "accept": false, "edition": 1, "language": "en" })),
            ("iin", json!({ "iin": IIN })),
            ("liveness/challenge", wishes),
            ("code", json!({ "code": "000000" })),
            ("code/send", json!({})),
            ("consent", json!({ "approve": true, "text_hash": text_hash })),
            ("consent", json!({ "approve": false, "text_hash": text_hash })),
            ("language", json!({ "language": "ru" })),
            ("abandon", json!({})),
        ] {
            let path = format!("/api/identity/{step}");
            let answer = stand.post_in(shown, &path, Some(&browser), body).await;
            assert_eq!(answer.outcome(), "409 identity.other-session", "{step}");
        }
        let view = stand.get("/api/identity", Some(&browser)).await;
        assert_eq!((view.step(), &view.body["language"]), ("agreement", &json!("kk")));
        assert!(!stand.events().await.contains(&"consent.granted".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_is_approved_only_with_the_shown_text() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_consent(asked()).await;
        let mut view = stand.get("/api/identity", Some(&cookie)).await.body;
        // English is a help: what is agreed to is Kazakh and Russian, and a change of either is another consent (OPS-8).
        let english = view["consent"]["text"].clone();
        assert!(english.to_string().contains("900101300017"), "{english}");
        view["consent"]["agreed"]["kk"][0]["text"] = "another".into();
        let changed = agreed_hash(&view);
        let english = words::hash(&serde_json::from_value::<Vec<Paragraph>>(english).unwrap());
        let path = "/api/identity/consent";
        let bare = stand.post(path, Some(&cookie), json!({ "approve": true })).await;
        assert_eq!(bare.outcome(), "400 body.malformed");
        for (approve, hash) in
            [(true, &english), (false, &english), (true, &changed), (false, &changed)]
        {
            let old = json!({ "approve": approve, "text_hash": hash });
            let answer = stand.post(path, Some(&cookie), old).await;
            assert_eq!(answer.outcome(), "409 consent.text-changed");
        }
        assert_eq!(stand.answer(&cookie, true).await.step(), "passed");
    })
    .await;
}

/// RFC 9110 §9.2.1: scanners, previews and prefetches of links read them.
#[tokio::test(flavor = "multi_thread")]
async fn reading_a_link_changes_nothing() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let running = stand.at_camera(asked()).await;
        let before = stand.events().await;
        for method in ["GET", "HEAD"] {
            for cookie in [None, Some(&running)] {
                let mut request = Request::builder()
                    .method(method)
                    .uri(link(&request_uri))
                    .header("sec-purpose", "prefetch");
                if let Some(cookie) = cookie {
                    request = request.header("cookie", format!("senim_session={cookie}"));
                }
                let answer = stand.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!((answer.status, answer.cookie), (200, None), "{method}");
            }
        }
        assert_eq!(stand.events().await, before);
        assert_eq!(stand.get("/api/identity", Some(&running)).await.step(), "liveness");
        assert_eq!(stand.open(&request_uri, None, false).await.step(), "agreement");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_its_own_open_session_also_after_its_time() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let cookie = stand.open(&request_uri, None, false).await.cookie.unwrap();
        stand.wait(302);
        let again = stand.get(&link(&request_uri), Some(&cookie)).await;
        assert_eq!((again.status, again.location.as_deref()), (303, Some("/identity")));
        assert_eq!(stand.open(&request_uri, Some(&cookie), false).await.step(), "agreement");
        let other = stand.open(&request_uri, None, true).await;
        assert_eq!(other.outcome(), "400 authorization.expired", "in another browser");
    })
    .await;
}

/// A cookie that somebody planted, or saw, before the client proved who they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_from_before_the_proof_or_the_end_opens_nothing_after_it() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let first = stand.at_code(asked()).await;
        let code = stand.outside.code_after(0).await;
        let proved = stand.enter(&first, &code).await;
        assert_eq!(proved.step(), "consent");
        let second = proved.cookie.unwrap();
        assert_eq!(with_exactly(&stand, "/api/identity", &first).await, "401 identity.no-session");
        assert_eq!(with_exactly(&stand, "/api/identity", &second).await, "200");
        let third = stand.answer(&first, true).await.cookie.unwrap();
        assert_eq!(with_exactly(&stand, "/api/cabinet", &second).await, "401 signed-out");
        assert_eq!(with_exactly(&stand, "/api/cabinet", &third).await, "200");
        // The answer with the way back may have been lost.
        assert_eq!(with_exactly(&stand, "/api/identity", &second).await, "200");
        stand.wait(60);
        assert_eq!(with_exactly(&stand, "/api/identity", &second).await, "401 identity.no-session");
        assert_eq!(with_exactly(&stand, "/api/cabinet", &third).await, "200");
    })
    .await;
}

/// What can't have been made for the challenge leaves no pictures.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_bodys_digest_and_first_bytes_are_kept() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_camera(asked()).await;
        let challenge = stand.challenge(&cookie).await;
        let other = Challenge::draw([9; 32], frames::WISHES, challenge.issued_at);
        let forged = frames::stills(&other, &[b"no picture".repeat(1000)]);
        let answer = stand.upload(&cookie, forged.clone()).await;
        assert_eq!(answer.outcome(), "422 frames.another-session");
        let (app, session) = (&stand.app, stand.session(&cookie).await);
        let (pack, kept) = app
            .store
            .read("test.evidence", async |tx| {
                let pack = store::evidence::frames(tx, session, 1).await?;
                let kept = store::evidence::rejected(tx, session, 1).await?;
                Ok::<_, store::StoreError>((pack, kept))
            })
            .await
            .unwrap();
        assert!(pack.is_none());
        let (digest, length, head) = kept.unwrap();
        assert_eq!((digest.len(), length), (64, forged.len() as u64));
        assert_eq!(head, forged[..256]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_new_sessions_and_lets_open_ones_end() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let cookie = stand.at_consent(asked()).await;
        let request_uri = stand.pushed(asked()).await;
        Arc::make_mut(&mut stand.app.config).free_space_min_mib = u32::MAX;
        // The room of a database elsewhere is for its own machine to watch.
        let expected = if database.starts_with("sqlite:") { "503 storage.full" } else { "200" };
        let opened = stand.open(&request_uri, None, false).await;
        assert_eq!(opened.outcome(), expected);
        let sign_in = stand.post("/api/cabinet/sign-in", None, json!({})).await;
        assert_eq!(sign_in.outcome(), expected);
        assert_eq!(stand.answer(&cookie, true).await.step(), "passed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_the_browsers_until_another_is_chosen() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let body = json!({ "client_id": "app", "request_uri": request_uri });
        let request = Request::post("/api/identity/open")
            .header("senim-page", "1")
            .header("content-type", "application/json")
            .header("accept-language", "en;q=0.1, ru;q=0.9");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let cookie = stand.send(request).await.cookie.unwrap();
        let path = "/api/identity";
        assert_eq!(stand.get(path, Some(&cookie)).await.body["language"], "ru");
        let chosen = json!({ "language": "kk" });
        let view = stand.post("/api/identity/language", Some(&cookie), chosen).await;
        assert_eq!(view.body["language"], "kk");
        let unknown = json!({ "language": "tlh" });
        let unknown = stand.post("/api/identity/language", Some(&cookie), unknown).await;
        assert_eq!(unknown.outcome(), "400 body.malformed");

        let cookie = stand.at_consent(asked()).await;
        let kazakh = json!({ "language": "kk" });
        let view = stand.post("/api/identity/language", Some(&cookie), kazakh).await;
        let text: Vec<Paragraph> =
            serde_json::from_value(view.body["consent"]["text"].clone()).unwrap();
        let asks =
            matches!(&text[0], Paragraph::Platform(it) if it.contains("келісіміңізді сұрайды"));
        assert!(asks && text.contains(&Paragraph::Consumer("Add accounts".to_owned())), "{text:?}");
        let agreed = agreed_hash(&view.body);
        stand.answer(&cookie, true).await;
        let kept = super::consent::kept(&stand, IIN).await.remove(0);
        assert_eq!(kept.1, agreed, "the hash is of what was read");
        let shown = stand
            .app
            .store
            .read("test.shown", async |tx| store::consent::shown(tx, kept.0).await)
            .await;
        let shown = shown.unwrap().unwrap();
        assert_eq!((shown.edition, shown.language), (Some(1), Some(Language::Kk)));
        assert_eq!((shown.agreed.kk.clone(), shown.agreed.hash()), (text, agreed));
    })
    .await;
}

/// Whoever reads journal or database learns neither who it was nor how to get in.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_clear_names_a_person_or_holds_a_code() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, redirect) = stand.approved(asked()).await;
        let cookie = stand.cookie_now(&cookie);
        let code = stand.outside.code_after(0).await;
        let journal = stand.journal_text().await;
        let authorization_code = redirect.split_once("code=").unwrap().1.split_once('&').unwrap().0;
        for secret in [IIN, NAMED_PHONE, CONFIRMED_PHONE, "Айгүл", &cookie, authorization_code]
        {
            assert!(!journal.contains(secret));
        }
        assert!(!journal.contains(&format!("\"{code}\"")));
        if let Some(path) = database.strip_prefix("sqlite:") {
            stand.app.store.close().await;
            let bytes = std::fs::read(path).unwrap();
            for secret in [IIN, NAMED_PHONE, CONFIRMED_PHONE, "Айгүл", &cookie, authorization_code]
            {
                assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()), "{secret}");
            }
        }
    })
    .await;
}

/// `GET /api/identity` says so, and the way back tells the consumer.
async fn failed(stand: &Stand, cookie: &str, problem: &str) -> serde_json::Value {
    failed_by(stand, cookie, problem, problem).await
}

/// The same, where the consumer's mark is another problem: why it came to the block.
async fn failed_by(stand: &Stand, cookie: &str, problem: &str, mark: &str) -> serde_json::Value {
    let view = stand.get("/api/identity", Some(cookie)).await;
    assert_eq!((view.step(), &view.body["problem"]), ("failed", &json!(problem)));
    let redirect = view.body["redirect"].as_str().unwrap();
    let outcome = format!("?error=access_denied&error_description={mark}&iss=");
    assert!(redirect.contains(&outcome) && redirect.ends_with("&state=state"), "{redirect}");
    view.body
}

/// The response to this very cookie, not to its replacement.
async fn with_exactly(stand: &Stand, path: &str, cookie: &str) -> String {
    let request = Request::get(path).header("cookie", format!("senim_session={cookie}"));
    stand.send(request.body(Body::empty()).unwrap()).await.outcome()
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
