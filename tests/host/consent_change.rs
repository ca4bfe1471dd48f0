//! A client narrows a consent (CNS-7): the register, the status list, and what the consumer's tokens are worth then.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use senim_core::consent::change::{Left, texts};
use senim_core::consent::view::ConsentDetailsView;
use senim_core::consent::{Data, Unattended};
use senim_store as store;
use serde_json::{Value, json};

use super::bank::{Bank, CLIENT, changed};
use super::consent::{only, signed_in};
use super::stand::{Answer, IIN, OTHER_IIN, Stand, asked};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn a_narrower_consent_takes_the_old_ones_place_and_both_stay_readable() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(whole()).await;
        let old = only(&stand, &cookie).await.to_string();
        stand.wait(5);
        let left = Left {
            data: [Data::Accounts].into(),
            term_days: Some(7),
            ..left(&stand, &cookie, &old).await
        };
        let answer = change(&stand, &cookie, &old, &left).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let new = &answer.body["consent"];
        assert_eq!(new["data"], json!(["accounts"]));
        assert_eq!((&new["replaces"], &new["replaced_by"]), (&json!(old), &Value::Null));
        assert_eq!(new["granted_at"], "2027-01-15T08:00:05Z");
        assert_eq!(new["expires_at"], "2027-01-22T08:00:05Z");
        assert_eq!(new["unattended"], json!({ "reads_a_day": 4 }));

        let before = stand.get(&format!("/api/cabinet/consents/{old}"), Some(&cookie)).await;
        let before = &before.body["consent"];
        let ended =
            json!({ "status": "ended", "ended_at": "2027-01-15T08:00:05Z", "by": "changed" });
        assert_eq!((&before["status"], &before["replaced_by"]), (&ended, &new["id"]));
        assert_eq!(before["data"], json!(["accounts", "balances"]));
        let listed = stand.get("/api/cabinet", Some(&cookie)).await;
        assert_eq!(listed.body["consents"][1]["replaced_by"], new["id"]);

        let facts = stand
            .app
            .store
            .read("test.listed", async |tx| store::consent::ended_indices(tx).await)
            .await
            .unwrap();
        assert_eq!((facts.size, facts.ended, facts.changed), (2, vec![], vec![0]));
        let events = stand.events().await;
        assert_eq!(&events[events.len() - 2..], ["consent.ended", "consent.changed"]);
        let written = stand.journal_text().await;
        assert!(written.contains(&old) && !written.contains(IIN));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_less_of_ones_own_consent_as_it_was_read() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let (cookie, _) = stand.approved(whole()).await;
        let id = only(&stand, &cookie).await.to_string();
        let whole = left(&stand, &cookie, &id).await;
        let narrower = Left { attended_only: true, ..whole.clone() };
        let every = [Data::Accounts, Data::Balances, Data::Transactions];
        for wrong in [
            whole.clone(),
            Left { data: every.into(), ..narrower.clone() },
            Left { data: [].into(), ..narrower.clone() },
            Left { data: [Data::Balances].into(), ..narrower.clone() },
            Left { providers: [].into(), ..narrower.clone() },
            Left { providers: ["190340012744".parse().unwrap()].into(), ..narrower.clone() },
            Left { term_days: Some(90), ..narrower.clone() },
            Left { term_days: Some(0), ..narrower.clone() },
            Left { term_days: Some(u32::MAX), ..narrower.clone() },
        ] {
            // The consent's own term is 90 days: a second later the same days are more.
            stand.wait(1);
            let answer = change(&stand, &cookie, &id, &wrong).await;
            assert_eq!(answer.outcome(), "422 consent.not-narrower", "{wrong:?}");
        }
        let path = format!("/api/cabinet/consents/{id}/change");
        let body = json!({ "left": narrower, "text_hash": "x" });
        let answer = stand.post(&path, Some(&cookie), body.clone()).await;
        assert_eq!(answer.outcome(), "409 consent.text-changed");
        assert_eq!(stand.post(&path, None, body.clone()).await.outcome(), "401 signed-out");
        let stranger = signed_in(&stand, OTHER_IIN).await;
        let answer = stand.post(&path, Some(&stranger), body).await;
        assert_eq!(answer.outcome(), "404 not-found");
        let answer = stand.post(&path, Some(&cookie), json!({ "left": narrower })).await;
        assert_eq!(answer.outcome(), "400 body.malformed");

        let answer = change(&stand, &cookie, &id, &narrower).await;
        assert_eq!(answer.body["consent"]["unattended"], Value::Null, "{}", answer.text);
        let again = change(&stand, &cookie, &id, &narrower).await;
        assert_eq!(again.outcome(), "409 consent.ended");
    })
    .await;
}

/// The grant goes on: the refresh token gives a token for what is left, a code played twice ends what is left.
#[tokio::test(flavor = "multi_thread")]
async fn the_consumers_refresh_token_goes_on_for_what_is_left() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let details = Bank::request()
            .pop()
            .unwrap()
            .1
            .replace("[\"accounts\"]", "[\"accounts\",\"balances\"]");
        let request = changed(Bank::request(), &[("authorization_details", &details)]);
        let request_uri = bank.push(request).await.text("request_uri");
        let redirect = bank.approved(&request_uri).await.unwrap();
        let code = super::bank::parameter(&redirect, "code").unwrap();
        let tokens = bank.trade(&code).await;
        let before = tokens.token();

        let stand = &bank.stand;
        let cookie = signed_in(stand, IIN).await;
        let old = only(stand, &cookie).await.to_string();
        let left = Left { data: [Data::Accounts].into(), ..left(stand, &cookie, &old).await };
        let answer = change(stand, &cookie, &old, &left).await;
        let new = answer.body["consent"]["id"].as_str().unwrap().to_owned();

        assert!(bank.has_ended(before.status.status_list.idx).await);
        let refreshed = bank.refresh(CLIENT, &tokens.text("refresh_token"), Some(&bank.dpop)).await;
        assert_eq!(refreshed.outcome(), "200");
        let after = refreshed.token();
        let details = &after.authorization_details[0];
        assert_eq!(
            (details.consent_id.to_string(), &details.limits.data),
            (new.clone(), &left.data)
        );
        assert_eq!(refreshed.text("grant_id"), tokens.text("grant_id"), "the grant is the same");
        assert!(!bank.has_ended(after.status.status_list.idx).await);

        assert_eq!(bank.trade(&code).await.outcome(), "400 invalid_grant code.replayed");
        assert!(bank.has_ended(after.status.status_list.idx).await);
        let refreshed = bank.refresh(CLIENT, &tokens.text("refresh_token"), Some(&bank.dpop)).await;
        assert_eq!(refreshed.outcome(), "400 invalid_grant consent.ended-by-platform");
    })
    .await;
}

fn whole() -> Value {
    let mut whole = asked();
    whole["data"] = json!(["accounts", "balances"]);
    whole["unattended"] = json!(Unattended { reads_a_day: 4 });
    whole
}

/// Everything that a consent has.
async fn left(stand: &Stand, cookie: &str, id: &str) -> Left {
    let consent = shown(stand, cookie, id).await.consent;
    Left {
        data: consent.data,
        providers: consent.providers.iter().map(|it| it.bin).collect(),
        term_days: None,
        attended_only: false,
    }
}

/// As the page does that has shown the text.
async fn change(stand: &Stand, cookie: &str, id: &str, left: &Left) -> Answer {
    let consent = shown(stand, cookie, id).await.consent;
    let body = json!({ "left": left, "text_hash": texts(&consent, left).hash() });
    stand.post(&format!("/api/cabinet/consents/{id}/change"), Some(cookie), body).await
}

async fn shown(stand: &Stand, cookie: &str, id: &str) -> ConsentDetailsView {
    let one = stand.get(&format!("/api/cabinet/consents/{id}"), Some(cookie)).await;
    serde_json::from_value(one.body).unwrap()
}
