//! The register of consents and the cabinet through the host's router (CNS-1..5).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use senim_core::consent::{Consent, ConsentState};
use senim_core::id::{ConsentId, Iin, UseId};
use senim_core::usage::Use;
use senim_host::consent::expire;
use senim_store as store;
use serde_json::{Value, json};

use super::stand::{CONFIRMED_PHONE, CONSUMER, IIN, OTHER_IIN, Stand, asked};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn the_register_keeps_what_was_agreed() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut limited = asked();
        limited["data"] = json!(["transactions"]);
        limited["accounts"] = json!(["acc-1"]);
        limited["transactions_from"] = json!("2026-03-01");
        let (cookie, _) = stand.approved(limited).await;
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await;
        let mut consent = cabinet.body["consents"][0].clone();
        let id = consent["id"].as_str().unwrap().to_owned();
        consent["id"] = "cns".into();
        let bank = json!({ "bin": CONSUMER, "name": "Jetisu Pay" });
        assert_eq!(
            consent,
            json!({
                "id": "cns",
                "consumer": bank,
                "providers": [bank],
                "data": ["transactions"],
                "accounts": ["acc-1"],
                "transactions_from": "2026-03-01",
                "purpose": { "code": "account-aggregation", "text": "Add accounts" },
                "granted_at": "2027-01-15T08:00:00Z",
                "expires_at": "2027-04-15T08:00:00Z",
                "unattended": null,
                "text_hash": consent["text_hash"],
                "replaces": null,
                "replaced_by": null,
                "status": { "status": "active" },
                "uses": 0,
                "last_used_at": null,
            })
        );
        let path = format!("/api/cabinet/consents/{id}");
        let one = stand.get(&path, Some(&cookie)).await;
        assert_eq!(one.body["consent"]["id"], id);
        assert_eq!(one.body["uses"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_consent_is_in_the_status_list_and_can_not_be_withdrawn_again() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        let id = only(&stand, &cookie).await;
        assert_eq!(listed(&stand).await, (1, vec![]));
        let path = format!("/api/cabinet/consents/{id}/withdraw");
        stand.wait(5);
        let answer = stand.post(&path, Some(&cookie), json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let ended =
            json!({ "status": "ended", "ended_at": "2027-01-15T08:00:05Z", "by": "client" });
        assert_eq!(answer.body["consent"]["status"], ended);
        assert_eq!(listed(&stand).await, (1, vec![0]));
        let again = stand.post(&path, Some(&cookie), json!({})).await;
        assert_eq!(again.outcome(), "409 consent.ended");
        let events = stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "consent.ended").count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_consent_does_not_exist() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let (cookie, _) = stand.approved(asked()).await;
        let id = only(&stand, &cookie).await;
        let stranger = signed_in(&stand, OTHER_IIN).await;
        for path in
            [format!("/api/cabinet/consents/{id}"), "/api/cabinet/consents/cns_1".to_owned()]
        {
            assert_eq!(stand.get(&path, Some(&stranger)).await.outcome(), "404 not-found");
            let withdraw = format!("{path}/withdraw");
            let answer = stand.post(&withdraw, Some(&stranger), json!({})).await;
            assert_eq!(answer.outcome(), "404 not-found");
            let answer = stand.post(&withdraw, None, json!({})).await;
            assert_eq!(answer.outcome(), "401 signed-out");
        }
        let cabinet = stand.get("/api/cabinet", Some(&stranger)).await;
        assert_eq!(cabinet.body["consents"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_consent_for_the_same_purpose_and_pair_takes_the_olders_place() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.approved(asked()).await;
        let mut other = asked();
        other["purpose"]["code"] = "income-proof".into();
        stand.approved(other).await;
        stand.wait(1);
        let (cookie, _) = stand.approved(asked()).await;
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await;
        let consents = cabinet.body["consents"].as_array().unwrap();
        let mut statuses: Vec<_> = consents
            .iter()
            .map(|it| (it["purpose"]["code"].as_str().unwrap(), &it["status"]["by"]))
            .collect();
        statuses[1..].sort_by_key(|it| it.0);
        assert_eq!(
            statuses,
            [
                ("account-aggregation", &Value::Null),
                ("account-aggregation", &json!("superseded")),
                ("income-proof", &Value::Null),
            ]
        );
        assert_eq!(listed(&stand).await, (3, vec![0]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_consent_is_journalled_once_and_can_not_be_withdrawn() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut short = asked();
        short["term_days"] = 1.into();
        stand.approved(short).await;
        stand.wait(86_400);
        for _ in 0..2 {
            expire::expire_due(&stand.app).await.unwrap();
        }
        let events = stand.events().await;
        assert_eq!(events.iter().filter(|it| *it == "consent.expired").count(), 1);
        let cookie = signed_in(&stand, IIN).await;
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await;
        assert_eq!(cabinet.body["consents"][0]["status"], json!({ "status": "expired" }));
        let id = only(&stand, &cookie).await;
        let path = format!("/api/cabinet/consents/{id}/withdraw");
        let answer = stand.post(&path, Some(&cookie), json!({})).await;
        assert_eq!(answer.outcome(), "409 consent.ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_use_is_shown_to_the_client() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        let id = only(&stand, &cookie).await;
        let (app, now) = (&stand.app, stand.app.now());
        for (interaction, status, problem) in
            [(1, 200, None), (2, 403, Some("consent.data-not-covered"))]
        {
            let reported = Use {
                id: UseId(interaction),
                at: now + chrono::TimeDelta::seconds(i64::from(status)),
                consent: Some(id),
                consumer: Some(CONSUMER.parse().unwrap()),
                provider: Some(CONSUMER.parse().unwrap()),
                data: Some(senim_core::consent::Data::Accounts),
                attended: Some(true),
                route: "/accounts".to_owned(),
                status,
                problem: problem.map(str::to_owned),
                request_bytes: 0,
                answer_bytes: 100,
                total_ms: 5,
                upstream_ms: Some(4),
                gate: None,
            };
            for _ in 0..2 {
                app.store
                    .transact("test.use", async |tx| {
                        store::usage::add(tx, "node", &reported, now).await
                    })
                    .await
                    .unwrap();
            }
        }
        let one = stand.get(&format!("/api/cabinet/consents/{id}"), Some(&cookie)).await;
        let uses = one.body["uses"].as_array().unwrap();
        let shown: Vec<_> = uses.iter().map(|it| (&it["status"], &it["problem"])).collect();
        let refused = json!("consent.data-not-covered");
        assert_eq!(shown, [(&json!(403), &refused), (&json!(200), &Value::Null)], "newest first");
        assert_eq!(one.body["consent"]["uses"], 2, "reported twice, counted once");
        assert_eq!(one.body["consent"]["last_used_at"], "2027-01-15T08:06:43Z");
    })
    .await;
}

/// Consents of a person as the store has them: identifier and text hash, newest first.
pub(super) async fn kept(stand: &Stand, iin: &str) -> Vec<(ConsentId, String)> {
    let iin: Iin = iin.parse().unwrap();
    let app = &stand.app;
    let consents: Vec<Consent> = app
        .store
        .read("test.kept", async |tx| store::consent::given_by(tx, &iin).await)
        .await
        .unwrap();
    let granted = |consent: Consent| match consent.state {
        ConsentState::Granted(granted) | ConsentState::Ended { granted, .. } => {
            (consent.id, granted.text_hash)
        }
        ConsentState::Requested | ConsentState::Refused { .. } | ConsentState::Abandoned { .. } => {
            panic!("never granted")
        }
    };
    consents.into_iter().map(granted).collect()
}

pub(super) async fn only(stand: &Stand, cookie: &str) -> ConsentId {
    let cabinet = stand.get("/api/cabinet", Some(cookie)).await;
    let consents = cabinet.body["consents"].as_array().unwrap();
    assert_eq!(consents.len(), 1);
    consents[0]["id"].as_str().unwrap().parse().unwrap()
}

async fn listed(stand: &Stand) -> (u64, Vec<u64>) {
    let facts = stand
        .app
        .store
        .read("test.listed", async |tx| store::consent::ended_indices(tx).await)
        .await
        .unwrap();
    (facts.size, facts.ended)
}

pub(super) async fn signed_in(stand: &Stand, iin: &str) -> String {
    stand.confirm_phone(iin, CONFIRMED_PHONE).await;
    let before = stand.outside.messages().len();
    let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
    stand.accept(&cookie).await;
    assert_eq!(stand.confirm(&cookie, iin).await.step(), "liveness");
    let live = senim_core::identity::session::Judgement::Live { degree: 90.0 };
    stand.judged(&cookie, live).await.unwrap();
    let code = stand.outside.code_after(before).await;
    assert_eq!(stand.enter(&cookie, &code).await.step(), "passed");
    cookie
}
