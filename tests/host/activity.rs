//! What happened in a client's name, alerts about it, and "it wasn't me" (CNS-3, DSP-1, IDX-15).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use senim_core::activity::{LOCK_HOURS_MAX, REPORTS_MOST};
use senim_core::alert::{AlertKind, MOST};
use senim_core::consent::view::ConsentDetailsView;
use senim_core::id::{ConsentId, Iin, SessionId, UseId};
use senim_core::usage::Use;
use senim_host::{alert, messages, router};
use senim_store as store;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::bank::Bank;
use super::consent::{only, signed_in};
use super::console;
use super::stand::{CONFIRMED_PHONE, CONSUMER, IIN, NAMED_PHONE, OTHER_IIN, Stand, asked};
use crate::database::on_each;

const DISOWN: &str = "/api/cabinet/disown";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_in_a_clients_name_is_told_by_sms_and_shown() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        // To the number that the request named, and to the one that was known before: whoever passed as the client
        // named their own.
        let given = "Senim: you gave “Jetisu Pay” your consent. If it wasn't you: http://localhost:1/cabinet";
        let first: BTreeSet<_> = alerts(&stand).await.into_iter().collect();
        assert_eq!(first, [(NAMED_PHONE, given), (CONFIRMED_PHONE, given)].map(owned).into());

        let id = only(&stand, &cookie).await;
        let withdraw = format!("/api/cabinet/consents/{id}/withdraw");
        stand.wait(8 * 86_400);
        let cookie = signed_in_as_known(&stand).await;
        assert_eq!(stand.post(&withdraw, Some(&cookie), json!({})).await.status, 200);
        let said: BTreeSet<_> = alerts(&stand).await.into_iter().collect();
        let said: BTreeSet<_> = said.difference(&first).cloned().collect();
        let withdrawn = "Senim: you withdrew your consent to “Jetisu Pay”. If it wasn't you: http://localhost:1/cabinet";
        let entered = "Senim: you signed in to the cabinet. If it wasn't you: http://localhost:1/cabinet";
        let expected = [(NAMED_PHONE, entered), (NAMED_PHONE, withdrawn)].map(owned);
        assert_eq!(said, expected.into(), "a week later");

        let view = stand.get("/api/cabinet/activity", Some(&cookie)).await.body;
        let kinds: BTreeSet<_> =
            view["messages"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["code", "consent-given", "consent-withdrawn", "signed-in"].into());
        let newest = &view["messages"][0];
        assert_eq!((&newest["phone_masked"], &newest["delivery"]), (&json!("+7 ••• ••• •• 01"), &json!("sent")));
        assert!(!view.to_string().contains("770100"), "no number stands there whole");
        let purposes: Vec<_> =
            view["sessions"].as_array().unwrap().iter().map(|it| it["purpose"].as_str().unwrap()).collect();
        assert_eq!(purposes, ["cabinet", "accounts"]);
        assert_eq!((&view["sessions"][0]["own"], &view["sessions"][1]["own"]), (&json!(true), &json!(false)));
        assert_eq!(view["agreements"].as_array().unwrap().len(), 2);
        assert_eq!(view["alerts"].as_array().unwrap().len(), AlertKind::ALL.len());
        assert_eq!(view["locked_until"], Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_that_are_turned_off_are_not_sent_and_not_promised() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        stand.reconfigured(|it| it.alerts = [AlertKind::ConsentUsed].into()).await;
        let (cookie, _) = stand.approved(asked()).await;
        assert!(alerts(&stand).await.is_empty());
        let view = stand.get("/api/cabinet/activity", Some(&cookie)).await.body;
        assert_eq!(view["alerts"], json!(["consent-used"]));
    })
    .await;
}

/// A bank that asks again and again makes the platform send so many a day, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_gets_a_bounded_number_of_alerts_a_day() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let iin: Iin = IIN.parse().unwrap();
        let send = async |times: u64| {
            for _ in 0..times {
                let about = alert::About {
                    session: SessionId(1),
                    iin: &iin,
                    language: senim_core::text::Language::En,
                    consumer: Some("Jetisu Pay"),
                };
                let (app, now) = (&stand.app, stand.app.now());
                app.store
                    .transact("test.alert", async |tx| {
                        alert::send(tx, app, AlertKind::ConsentGiven, about, now).await
                    })
                    .await
                    .unwrap();
            }
            alerts(&stand).await.len() as u64
        };
        assert_eq!(send(MOST + 5).await, MOST);
        stand.wait(86_401);
        assert_eq!(send(1).await, MOST + 1, "the next day");
    })
    .await;
}

/// By nodes' reports that come twice, and at two hosts at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_use_of_a_consent_is_told_once() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let stand = &bank.stand;
        let (cookie, _) = stand.approved(asked()).await;
        let id = only(stand, &cookie).await;
        let used = |number, problem: Option<&str>| Use {
            id: UseId(number),
            at: stand.app.now(),
            consent: Some(id),
            consumer: Some(CONSUMER.parse().unwrap()),
            provider: Some(CONSUMER.parse().unwrap()),
            data: Some(senim_core::consent::Data::Accounts),
            attended: Some(true),
            route: "/accounts".to_owned(),
            status: if problem.is_some() { 403 } else { 200 },
            problem: problem.map(str::to_owned),
            request_bytes: 0,
            answer_bytes: 100,
            total_ms: 5,
            upstream_ms: Some(4),
            gate: None,
        };
        let told = async || {
            let told = alerts(stand).await;
            told.iter()
                .filter(|(to, text)| to == NAMED_PHONE && text.contains("for the first time"))
                .count()
        };
        let refused = used(1, Some("consent.data-not-covered"));
        assert_eq!(console::report(&bank, &[refused], "node-1").await, "204");
        assert_eq!(told().await, 0, "a refused one is none");
        for _ in 0..2 {
            assert_eq!(
                console::report(&bank, &[used(2, None), used(3, None)], "node-1").await,
                "204"
            );
        }
        assert_eq!(told().await, 1);

        // Another consent, and two hosts on one database.
        let mut other = asked();
        other["purpose"]["code"] = "income-proof".into();
        stand.wait(1);
        stand.approved(other).await;
        let consent = newest(stand).await;
        let (app, now) = (&stand.app, stand.app.now());
        let at_a_host = async || {
            app.store
                .transact("test.used", async |tx| {
                    let consent = store::consent::load(tx, consent).await?.unwrap();
                    alert::used(tx, app, &consent, now).await
                })
                .await
        };
        for done in futures::future::join_all((0..8).map(|_| at_a_host())).await {
            done.unwrap();
        }
        assert_eq!(told().await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_wasnt_me_stops_whoever_acts_as_the_client() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let stand = &bank.stand;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let (thief, _) = stand.approved(asked()).await;
        let theirs = stand.session(&thief).await;
        let consent = only(stand, &thief).await;
        // A second one that the thief has begun.
        let mut more = asked();
        more["purpose"]["code"] = "income-proof".into();
        let begun = stand.at_consent(more.clone()).await;
        let owner = signed_in_as_known(stand).await;
        let own = stand.session(&owner).await;
        let stranger = signed_in(stand, OTHER_IIN).await;

        let of = |what: Value, withdraw: bool| json!({ "what": what, "withdraw": withdraw });
        let session = json!({ "session": theirs });
        for (cookie, what, expected) in [
            (None, session.clone(), "401 signed-out"),
            (Some(&stranger), session.clone(), "404 not-found"),
            (Some(&stranger), json!({ "consent": consent }), "404 not-found"),
            (Some(&owner), json!({ "session": own }), "409 disown.own-session"),
            (
                Some(&owner),
                json!({ "session": "ids_00000000000000000000000000000001" }),
                "404 not-found",
            ),
            (Some(&owner), json!({ "session": "x" }), "400 body.malformed"),
            (Some(&owner), json!({}), "400 body.malformed"),
        ] {
            let cookie = cookie.map(String::as_str);
            let answer = stand.post(DISOWN, cookie, of(what, true)).await;
            assert_eq!(answer.outcome(), expected);
        }
        let before =
            stand.get(&format!("/api/cabinet/consents/{consent}"), Some(&owner)).await.body;
        assert_eq!((&before["own_session"], &before["reported"]), (&json!(false), &json!(false)));

        let done = stand.post(DISOWN, Some(&owner), of(json!({ "consent": consent }), true)).await;
        assert_eq!(done.outcome(), "200", "{}", done.text);
        assert_eq!((&done.body["withdrawn"], &done.body["sessions"]), (&json!(1), &json!(2)));
        assert_eq!(done.body["locked_until"], "2027-01-16T08:00:00Z");
        let case = done.body["case"].as_str().unwrap().to_owned();
        let again = stand.post(DISOWN, Some(&owner), of(session, true)).await;
        assert_eq!(again.outcome(), "409 disown.reported", "the consent's session is the same");

        // The thief is out, what they got is withdrawn, what they began has ended and tells the bank.
        assert_eq!(stand.get("/api/cabinet", Some(&thief)).await.outcome(), "401 signed-out");
        let after = stand.get(&format!("/api/cabinet/consents/{consent}"), Some(&owner)).await.body;
        assert_eq!(
            (&after["consent"]["status"]["by"], &after["reported"]),
            (&json!("client"), &json!(true))
        );
        let ended = stand.get("/api/identity", Some(&begun)).await;
        assert_eq!(ended.body["problem"], "identity.locked", "{}", ended.text);
        assert!(ended.body["redirect"].as_str().unwrap().contains("error=access_denied"));
        // No new one, for any bank; others' go on; the cabinet opens, and nothing is locked there.
        let late = stand.at_iin(more.clone()).await;
        assert_eq!(stand.confirm(&late, IIN).await.outcome(), "403 identity.locked");
        assert_eq!(stand.get("/api/cabinet", Some(&stranger)).await.status, 200);
        let again_in = signed_in_as_known(stand).await;
        let view = stand.get("/api/cabinet/activity", Some(&again_in)).await.body;
        assert_eq!(view["locked_until"], "2027-01-16T08:00:00Z");
        let reported =
            view["sessions"].as_array().unwrap().iter().find(|it| it["id"] == theirs.to_string());
        assert_eq!(reported.unwrap()["case"]["id"], case);

        // The operator sees it without a name, closes it once, and may lift it.
        let (_, operator) =
            console::sign_in(&bank, "aigul", console::PASSWORD, &console::code(&bank, 0)).await;
        let cases = console::get(&bank, "/api/console/cases", &operator).await;
        assert_eq!(
            (&cases[0]["id"], &cases[0]["consumer"]["bin"]),
            (&json!(case), &json!(CONSUMER))
        );
        assert!(!cases.to_string().contains(IIN));
        let close = format!("/api/console/cases/{case}/close");
        let note = json!({ "note": "reached by phone; a mistake", "lift": true });
        for (path, body, expected) in [
            ("/api/console/cases/cse_1/close", note.clone(), "404 not-found"),
            (&close, json!({ "note": "", "lift": true }), "400 body.malformed"),
            (&close, json!({ "note": "\u{202e}x", "lift": true }), "400 body.malformed"),
            (&close, note.clone(), "200"),
            (&close, note, "409 case.closed"),
        ] {
            let (outcome, _) = console::post(&bank, path, &operator, body).await;
            assert_eq!(outcome, expected);
        }
        let free = stand.at_iin(more).await;
        assert_eq!(stand.confirm(&free, IIN).await.step(), "liveness");

        let journal = stand.journal_text().await;
        for part in ["cabinet.disowned", "case.closed", "\"lifted\":true", &case] {
            assert!(journal.contains(part), "{part}: {journal}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_ends_by_itself_and_what_was_not_withdrawn_stays() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        stand.reconfigured(|it| it.disown_lock_hours = LOCK_HOURS_MAX).await;
        let (thief, _) = stand.approved(asked()).await;
        let theirs = stand.session(&thief).await;
        let owner = signed_in_as_known(&stand).await;
        let body = json!({ "what": { "session": theirs }, "withdraw": false });
        let done = stand.post(DISOWN, Some(&owner), body).await;
        assert_eq!((done.status, &done.body["withdrawn"]), (200, &json!(0)), "{}", done.text);
        let cabinet = stand.get("/api/cabinet", Some(&owner)).await;
        assert_eq!(cabinet.body["consents"][0]["status"]["status"], "active");
        let hours = i64::from(LOCK_HOURS_MAX);
        stand.wait(hours * 3600 - 1);
        let late = stand.at_iin(asked()).await;
        assert_eq!(stand.confirm(&late, IIN).await.outcome(), "403 identity.locked");
        stand.wait(1);
        let free = stand.at_iin(asked()).await;
        assert_eq!(stand.confirm(&free, IIN).await.step(), "liveness");
    })
    .await;
}

/// Each report costs rows and an operator's time.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_one_client_are_bounded() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut sessions = Vec::new();
        for _ in 0..=REPORTS_MOST {
            let (cookie, _) = stand.approved(asked()).await;
            sessions.push(stand.session(&cookie).await);
        }
        let owner = signed_in_as_known(&stand).await;
        let mut outcomes = Vec::new();
        for session in sessions {
            let body = json!({ "what": { "session": session }, "withdraw": false });
            outcomes.push(stand.post(DISOWN, Some(&owner), body).await.outcome());
        }
        let last = outcomes.pop().unwrap();
        assert!(outcomes.iter().all(|it| it == "200"), "{outcomes:?}");
        assert_eq!(last, "429 rate.limited");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_tells_with_what_it_was_opened_and_strangers_attempts_stand_apart() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let request = Request::post("/api/cabinet/sign-in")
            .header("senim-page", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::USER_AGENT,
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            );
        let stranger = stand.send(request.body(Body::from("{}")).unwrap()).await.cookie.unwrap();
        stand.accept(&stranger).await;
        assert_eq!(stand.confirm(&stranger, IIN).await.step(), "liveness");
        let owner = signed_in_as_known(&stand).await;
        let view = stand.get("/api/cabinet/activity", Some(&owner)).await.body;
        let attempts = view["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0]["device"], json!({ "browser": "firefox", "system": "linux" }));
        assert_eq!(attempts[0]["outcome"]["outcome"], "open");
        let other = stand.get("/api/cabinet/activity", Some(&stranger)).await;
        assert_eq!(other.outcome(), "401 signed-out");
    })
    .await;
}

/// CNS-3, OPS-8, OPS-9: the very texts, with what proves it; of a narrowed consent as well.
#[tokio::test(flavor = "multi_thread")]
async fn the_texts_agreed_to_are_shown_whole_and_another_text_is_said_to_be_one() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        let id = only(&stand, &cookie).await;
        let details = async |id: ConsentId| {
            let answer = stand.get(&format!("/api/cabinet/consents/{id}"), Some(&cookie)).await;
            serde_json::from_value::<ConsentDetailsView>(answer.body).unwrap()
        };
        let it = details(id).await;
        assert!(it.text.is_of(&it.consent) && it.own_session);
        let edition = it.text.edition.unwrap();
        assert_eq!(
            (edition.edition, edition.holds_from.to_rfc3339().as_str()),
            (1, "2027-01-15T08:00:00+00:00")
        );
        assert_eq!(it.text.language, Some(senim_core::text::Language::En));
        assert!(it.text.english.len() == it.text.agreed.kk.len() && !it.text.english.is_empty());

        let left = json!({ "data": ["accounts"], "providers": [CONSUMER] });
        let left: senim_core::consent::change::Left = serde_json::from_value(left).unwrap();
        let hash = senim_core::consent::change::texts(&it.consent, &left).hash();
        let body = json!({ "left": left, "text_hash": hash, "language": "ru" });
        let changed =
            stand.post(&format!("/api/cabinet/consents/{id}/change"), Some(&cookie), body).await;
        assert_eq!(changed.outcome(), "200", "{}", changed.text);
        let narrowed: ConsentDetailsView = serde_json::from_value(changed.body).unwrap();
        assert_eq!(narrowed.text.rule, senim_core::agreement::RuleText::ConsentChange);
        assert_eq!(
            (narrowed.text.edition.unwrap().edition, narrowed.text.language),
            (1, Some(senim_core::text::Language::Ru))
        );
        assert!(narrowed.text.is_of(&narrowed.consent));
        assert!(details(id).await.text.is_of(&it.consent), "the ended one keeps its own");

        stand
            .app
            .store
            .transact("test.altered", async |tx| {
                sqlx::query("UPDATE consent SET text_hash = 'other' WHERE id = $1")
                    .bind(id.to_string())
                    .execute(tx.conn())
                    .await
                    .map_err(store::StoreError::from)
            })
            .await
            .unwrap();
        let altered = details(id).await;
        assert!(!altered.text.is_of(&altered.consent));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_downloads_as_a_document_and_only_so_often() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let (cookie, _) = stand.approved(asked()).await;
        let id = only(&stand, &cookie).await;
        let stranger = signed_in(&stand, OTHER_IIN).await;
        let path = format!("/api/cabinet/consents/{id}/document");
        assert_eq!(stand.get(&path, None).await.outcome(), "401 signed-out");
        assert_eq!(stand.get(&path, Some(&stranger)).await.outcome(), "404 not-found");
        let unknown = format!("{path}?language=de");
        assert_eq!(stand.get(&unknown, Some(&cookie)).await.outcome(), "400 request.malformed");
        let mut answered = 0;
        for turn in 0..=60 {
            let language = ["kk", "ru", "en"][turn % 3];
            let (status, kind, named, file) =
                download(&stand, &format!("{path}?language={language}"), &cookie).await;
            if status == 429 {
                break;
            }
            assert_eq!((status, kind.as_str()), (200, "application/pdf"));
            assert!(named.contains(&format!("{id}.pdf")) && file.starts_with(b"%PDF-"), "{named}");
            answered += 1;
        }
        assert_eq!(answered, 60, "then it is 429");
    })
    .await;
}

async fn download(stand: &Stand, path: &str, cookie: &str) -> (u16, String, String, Vec<u8>) {
    let cookie = stand.cookie_now(cookie);
    let request = Request::get(path).header(header::COOKIE, format!("senim_session={cookie}"));
    let request = request.body(Body::empty()).unwrap();
    let response = router::pages(stand.app.clone()).oneshot(request).await.unwrap();
    let told = |name| response.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
    let (kind, named) = (told(header::CONTENT_TYPE), told(header::CONTENT_DISPOSITION));
    let status = response.status().as_u16();
    let file = to_bytes(response.into_body(), 1_000_000).await.unwrap().to_vec();
    (status, kind.unwrap_or_default(), named.unwrap_or_default(), file)
}

/// What reached phones beside codes, as the job delivers it.
async fn alerts(stand: &Stand) -> Vec<(String, String)> {
    for _ in 0..2 {
        messages::deliver_due(&stand.app).await.unwrap();
    }
    let messages = stand.outside.messages().into_iter();
    messages.filter(|(_, text)| super::stand::six_digits(text).is_none()).collect()
}

fn owned((to, text): (&str, &str)) -> (String, String) {
    (to.to_owned(), text.to_owned())
}

async fn newest(stand: &Stand) -> ConsentId {
    super::consent::kept(stand, IIN).await.first().unwrap().0
}

/// With the number that is confirmed already.
async fn signed_in_as_known(stand: &Stand) -> String {
    let before = stand.outside.messages().len();
    let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
    stand.accept(&cookie).await;
    assert_eq!(stand.confirm(&cookie, IIN).await.step(), "liveness");
    let live = senim_core::identity::session::Judgement::Live { degree: 90.0 };
    stand.judged(&cookie, live).await.unwrap();
    let code = stand.outside.code_after(before).await;
    assert_eq!(stand.enter(&cookie, &code).await.step(), "passed");
    cookie
}
