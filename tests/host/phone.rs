//! The camera step on a phone, time that a client adds, and a session that goes on elsewhere.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use senim_core::id::SessionId;
use senim_core::identity::session::{EXTENSIONS_MAX, Judgement, LINKS_MAX};
use senim_core::problem::Problem;
use serde_json::{Value, json};

use super::stand::{Answer, IIN, OTHER_IIN, Stand, asked};
use crate::database::on_each;

const CHALLENGE: &str = "/api/identity/liveness/challenge";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_does_the_camera_step_and_the_first_device_goes_on() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let first = stand.at_camera(asked()).await;
        let session = stand.session(&first).await;
        let secret = offered(&stand, &first).await;
        let view = stand.get("/api/identity", Some(&first)).await;
        assert_eq!(view.body["phone"]["state"], "offered");

        let opened = open(&stand, &secret, None).await;
        assert_eq!((opened.status, opened.step()), (200, "phone-waits"));
        let phone = opened.cookie.unwrap();
        let number = opened.body["number"].as_u64().unwrap();
        assert!((10..100).contains(&number), "{number}");
        assert_eq!(opened.body["consumer"]["name"], "Jetisu Pay", "the phone says for whom");
        assert!(opened.body["ends_at"].is_null() && !opened.text.contains("0017"));

        // Before the number is confirmed the phone may do nothing.
        let early = act(&stand, session, CHALLENGE, &phone, wishes()).await;
        assert_eq!(early.outcome(), "403 identity.phone-camera-only");
        let view = stand.get("/api/identity", Some(&first)).await;
        assert_eq!(view.body["phone"], json!({ "state": "opened", "number": number }));
        let other = compare(&stand, &first, number % 90 + 11, true).await;
        assert_eq!(other.outcome(), "409 identity.phone-number");
        let confirmed = compare(&stand, &first, number, true).await;
        assert_eq!(confirmed.body["phone"], json!({ "state": "acting" }));

        // Then the camera step, and nothing else.
        let here = stand.post(CHALLENGE, Some(&first), wishes()).await;
        assert_eq!(here.outcome(), "409 identity.phone-has-camera");
        let view = stand.get("/api/identity", Some(&phone)).await;
        assert_eq!((view.step(), &view.body["phone"]["state"]), ("liveness", &json!("this")));
        for (path, body) in [
            ("/api/identity/abandon", json!({})),
            ("/api/identity/stay", json!({})),
            ("/api/identity/phone", json!({})),
            ("/api/identity/phone/take-back", json!({})),
            ("/api/identity/phone/confirm", json!({ "number": number, "same": true })),
            ("/api/identity/language", json!({ "language": "ru" })),
            ("/api/identity/code", json!({ "code": "000000" })),
            ("/api/identity/consent", json!({ "approve": true, "text_hash": "" })),
        ] {
            let answer = act(&stand, session, path, &phone, body).await;
            assert_eq!(answer.outcome(), "403 identity.phone-camera-only", "{path}");
        }
        assert_eq!(act(&stand, session, CHALLENGE, &phone, wishes()).await.outcome(), "200");

        stand.judged(&first, Judgement::Live { degree: 97.0 }).await.unwrap();
        let view = stand.get("/api/identity", Some(&phone)).await;
        assert_eq!((view.step(), &view.body["problem"]), ("phone-done", &json!(null)));
        assert!(!view.text.contains("•••"), "nothing of the person: {}", view.text);
        let late = act(&stand, session, CHALLENGE, &phone, wishes()).await;
        assert_eq!(late.outcome(), "403 identity.phone-camera-only");
        let code = stand.outside.code_after(0).await;
        assert_eq!(stand.enter(&first, &code).await.step(), "consent");
        let view = stand.get("/api/identity", Some(&phone)).await;
        assert_eq!(view.step(), "phone-done");
        let events = stand.events().await;
        for event in ["identity.phone-offered", "identity.phone-opened", "identity.phone-compared"]
        {
            assert_eq!(events.iter().filter(|it| *it == event).count(), 1, "{event}");
        }
        assert!(!stand.journal_text().await.contains(&secret));
    })
    .await;
}

/// Somebody who photographed the code is first: the client's own phone shows no number, and the client says no.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_once_and_its_thief_does_nothing() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let first = stand.at_camera(asked()).await;
        let session = stand.session(&first).await;
        let secret = offered(&stand, &first).await;
        let own = open(&stand, &secret, Some(&first)).await;
        assert_eq!((own.step(), &own.cookie), ("liveness", &None), "not used up where it is shown");
        let thief = open(&stand, &secret, None).await;
        let number = thief.body["number"].as_u64().unwrap();
        assert_eq!(open(&stand, &secret, None).await.outcome(), "410 identity.phone-link");
        let refused = compare(&stand, &first, number, false).await;
        assert_eq!((refused.status, &refused.body["phone"]), (200, &json!(null)));
        let thief = thief.cookie.unwrap();
        let answer = act(&stand, session, CHALLENGE, &thief, wishes()).await;
        assert_eq!(answer.outcome(), "403 identity.phone-camera-only");
        assert_eq!(stand.get("/api/identity", Some(&thief)).await.step(), "phone-done");
        assert_eq!(stand.post(CHALLENGE, Some(&first), wishes()).await.outcome(), "200");

        // Two minutes, and a newer one replaces it.
        let old = offered(&stand, &first).await;
        let new = offered(&stand, &first).await;
        assert_eq!(open(&stand, &old, None).await.outcome(), "410 identity.phone-link");
        stand.wait(120);
        assert_eq!(open(&stand, &new, None).await.outcome(), "410 identity.phone-link");
        assert_eq!(open(&stand, "", None).await.outcome(), "410 identity.phone-link");
        assert_eq!(
            stand.get("/api/identity", Some(&thief)).await.outcome(),
            "401 identity.no-session"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_camera_is_taken_back_and_links_are_few() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let first = stand.at_camera(asked()).await;
        let session = stand.session(&first).await;
        let opened = open(&stand, &offered(&stand, &first).await, None).await;
        let phone = opened.cookie.unwrap();
        let number = opened.body["number"].as_u64().unwrap();
        compare(&stand, &first, number, true).await;
        let back = stand.post("/api/identity/phone/take-back", Some(&first), json!({})).await;
        assert_eq!((back.step(), &back.body["phone"]), ("liveness", &json!(null)));
        let answer = act(&stand, session, CHALLENGE, &phone, wishes()).await;
        assert_eq!(answer.outcome(), "403 identity.phone-camera-only");
        for left in (0..LINKS_MAX - 1).rev() {
            offered(&stand, &first).await;
            let view = stand.get("/api/identity", Some(&first)).await;
            assert_eq!(view.body["links_left"], left);
        }
        let more = stand.post("/api/identity/phone", Some(&first), json!({})).await;
        assert_eq!(more.outcome(), "429 identity.phone-links-exhausted");
        let early = stand.at_iin(asked()).await;
        let early = stand.post("/api/identity/phone", Some(&early), json!({})).await;
        assert_eq!(early.outcome(), "409 identity.out-of-order");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_extended_when_the_client_stays_and_not_for_ever() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_iin(asked()).await;
        let stay = async || stand.post("/api/identity/stay", Some(&cookie), json!({})).await;
        let view = stay().await;
        assert_eq!(view.body["ends_at"], "2027-01-15T08:15:00Z", "before the warning");
        assert_eq!(view.body["extensions_left"], EXTENSIONS_MAX);
        stand.wait(13 * 60);
        let view = stay().await;
        assert_eq!(view.body["ends_at"], "2027-01-15T08:20:00Z");
        for left in (0..EXTENSIONS_MAX - 1).rev() {
            stand.wait(5 * 60);
            assert_eq!(stay().await.body["extensions_left"], left);
        }
        stand.wait(5 * 60);
        assert_eq!(stay().await.outcome(), "409 identity.no-more-time");
        stand.wait(2 * 60);
        assert_eq!(stay().await.outcome(), "410 identity.expired");
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!((view.step(), &view.body["ends_at"]), ("failed", &json!(null)));
        let extended = stand.events().await;
        let extended = extended.iter().filter(|it| *it == "identity.extended").count();
        assert_eq!(extended, usize::from(EXTENSIONS_MAX));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_stays_in_the_cabinet_for_three_hours_at_most() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        let view = stand.get("/api/cabinet/session", Some(&cookie)).await;
        assert_eq!(
            (&view.body["until"], &view.body["can_stay"]),
            (&json!("2027-01-15T08:30:00Z"), &json!(true))
        );
        let stay = async || stand.post("/api/cabinet/stay", Some(&cookie), json!({})).await;
        assert_eq!(stay().await.body["until"], "2027-01-15T08:30:00Z", "before the warning");
        stand.wait(28 * 60);
        assert_eq!(stay().await.body["until"], "2027-01-15T08:45:00Z");
        for _ in 0..9 {
            stand.wait(15 * 60);
            stay().await;
        }
        let view = stay().await;
        assert_eq!(
            (&view.body["until"], &view.body["can_stay"]),
            (&json!("2027-01-15T11:00:00Z"), &json!(false))
        );
        stand.wait(17 * 60);
        assert_eq!(stay().await.outcome(), "401 signed-out");
        let extended = stand.events().await;
        assert_eq!(extended.iter().filter(|it| *it == "cabinet.extended").count(), 10);
    })
    .await;
}

/// The page in the browser that lost the session can say so.
#[tokio::test(flavor = "multi_thread")]
async fn the_browser_that_a_session_left_hears_of_it() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request_uri = stand.pushed(asked()).await;
        let first = stand.open(&request_uri, None, false).await.cookie.unwrap();
        stand.accept(&first).await;
        assert_eq!(stand.confirm(&first, IIN).await.step(), "liveness");
        let session = stand.session(&first).await;
        let phone = open(&stand, &offered(&stand, &first).await, None).await.cookie.unwrap();
        stand.open(&request_uri, None, true).await;
        assert_eq!(stand.get("/api/identity", Some(&first)).await.outcome(), "410 identity.moved");
        let abandon = act(&stand, session, "/api/identity/abandon", &first, json!({})).await;
        assert_eq!(abandon.outcome(), "410 identity.moved");
        let phone = stand.get("/api/identity", Some(&phone)).await;
        assert_eq!(phone.outcome(), "401 identity.no-session", "nor does its phone go on");
    })
    .await;
}

/// The reason stays with the page after the block; the consumer's mark is the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_fourth_check_s_reason_stays() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_camera(asked()).await;
        for _ in 0..3 {
            assert_eq!(stand.not_live(&cookie).await, Problem::IdentityNotLive);
        }
        let unlike = stand.judged(&cookie, Judgement::Live { degree: 40.0 }).await;
        assert_eq!(unlike.unwrap_err().problem(), Problem::IdentityBlocked);
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!(view.body["reason"], "identity.no-match");
        let again = stand.at_iin(asked()).await;
        assert_eq!(stand.confirm(&again, IIN).await.outcome(), "429 identity.blocked");
        let view = stand.get("/api/identity", Some(&again)).await;
        assert_eq!(view.body["reason"], json!(null), "no check of its own");
    })
    .await;
}

/// A live person who slipped types another IIN; the session does not end.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_an_iin_that_nobody_has_goes_back_to_it() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let cookie = stand.at_iin_of_cabinet().await;
        assert_eq!(stand.confirm(&cookie, OTHER_IIN).await.step(), "liveness");
        let judged = stand.judged(&cookie, Judgement::Refused(Problem::IdentityUnknown)).await;
        assert_eq!(judged.unwrap_err().problem(), Problem::IdentityUnknown);
        let view = stand.get("/api/identity", Some(&cookie)).await;
        assert_eq!((view.step(), &view.body["tries_left"]), ("iin", &json!(2)));
        assert_eq!(view.body["last_problem"], "identity.unknown-person");
        assert_eq!(stand.confirm(&cookie, IIN).await.step(), "liveness");
        stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap();
        assert_eq!(stand.get("/api/identity", Some(&cookie)).await.step(), "code");
    })
    .await;
}

/// Origin-bound one-time codes: the last line names host and code.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_bound_to_the_pages_host() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        stand.reconfigured(|it| it.pages_url = "https://id.example.kz".to_owned()).await;
        assert_eq!(stand.app.config.pages_host(), "id.example.kz");
        stand.reconfigured(|it| it.pages_url = "http://localhost:1".to_owned()).await;
        stand.at_code(asked()).await;
        let code = stand.outside.code_after(0).await;
        let (_, text) = stand.outside.messages().remove(0);
        assert_eq!(text.lines().last(), Some(format!("@localhost #{code}").as_str()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_is_what_the_operator_configured() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let none = stand.get("/api/help", None).await;
        assert_eq!(none.body, json!({ "phone": null, "email": null }));
        stand.reconfigured(|it| it.support.phone = Some("1414".to_owned())).await;
        assert_eq!(stand.get("/api/help", None).await.body["phone"], "1414");
    })
    .await;
}

/// The secret of a new link.
async fn offered(stand: &Stand, first: &str) -> String {
    let link = stand.post("/api/identity/phone", Some(first), json!({})).await;
    assert_eq!(link.status, 200, "{}", link.text);
    let address = link.body["address"].as_str().unwrap();
    address.strip_prefix("http://localhost:1/phone#").unwrap().to_owned()
}

async fn open(stand: &Stand, secret: &str, cookie: Option<&str>) -> Answer {
    let body = json!({ "secret": secret });
    stand.post_in(SessionId(0), "/api/identity/phone/open", cookie, body).await
}

async fn compare(stand: &Stand, first: &str, number: u64, same: bool) -> Answer {
    let body = json!({ "number": number, "same": same });
    stand.post("/api/identity/phone/confirm", Some(first), body).await
}

/// As a page of this session does in a browser with this cookie.
async fn act(stand: &Stand, session: SessionId, path: &str, cookie: &str, body: Value) -> Answer {
    stand.post_in(session, path, Some(cookie), body).await
}

fn wishes() -> Value {
    json!({ "no_movement": false, "no_flashing": false })
}
