//! Who may be a client (IDX-11), and where a sign-in's code is sent.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use senim_core::identity::session::Judgement;
use serde_json::{Value, json};

use super::pictures::{REGISTERED, genuine, open, register_as};
use super::stand::{CONFIRMED_PHONE, IIN, NAMED_PHONE, OTHER_IIN, Stand, asked};
use crate::database::on_each;

/// The register's answer, changed.
type Change = fn(&mut Value);

const NO_CLIENTS: [(&str, Change); 4] = [
    // The stand's clock starts on 15 January 2027.
    ("identity.minor", |it| it["birthDate"] = "2009-01-16".into()),
    ("identity.not-capable", |it| it["capable"] = false.into()),
    ("identity.not-resident", |it| it["citizenship"] = "UZB".into()),
    ("identity.not-resident", |it| it["citizenship"] = "XXA".into()),
];

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_client_is_refused_before_the_camera_with_the_reason() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        for (problem, change) in NO_CLIENTS {
            stand.outside.register_as(IIN, "/9j/4AA=", change);
            let cookie = stand.at_iin(asked()).await;
            let refused = stand.confirm(&cookie, IIN).await;
            assert_eq!(refused.outcome(), format!("403 {problem}"));
            let view = stand.get("/api/identity", Some(&cookie)).await;
            assert_eq!((view.step(), &view.body["problem"]), ("failed", &json!(problem)));
            // The consumer learns the reason as well.
            let redirect = view.body["redirect"].as_str().unwrap();
            assert!(redirect.contains(&format!("error_description={problem}")), "{redirect}");
            assert!(stand.events().await.contains(&"identity.failed".to_owned()));
        }
        for change in [(|it| it["birthDate"] = "2009-01-15".into()) as Change, |it| {
            (it["citizenship"], it["permanentResidence"]) = ("UZB".into(), true.into());
        }] {
            stand.outside.register_as(IIN, "/9j/4AA=", change);
            let cookie = stand.at_iin(asked()).await;
            assert_eq!(stand.confirm(&cookie, IIN).await.step(), "liveness");
        }
    })
    .await;
}

/// Before the face has matched, a stranger who types an IIN learns nothing of its owner.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_learns_that_it_is_no_clients_after_the_face_has_matched() {
    on_each(async |database| {
        // How faces match is no database's matter.
        if !database.starts_with("sqlite:") {
            return;
        }
        let (stand, people) = open(database, REGISTERED).await;
        register_as(&stand, &people, REGISTERED, |it| it["capable"] = false.into());
        let cookie = sign_in(&stand, IIN).await;
        let challenge = stand.challenge(&cookie).await;
        let seen = stand.show(&cookie, genuine(&people, &challenge, 2)).await;
        assert_eq!(seen.outcome(), "403 identity.not-capable", "{}", stand.journal_text().await);
        assert!(stand.outside.messages().is_empty());
    })
    .await;
}

/// The register has no phones: what a participant named and the person confirmed is what a sign-in uses.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_ins_code_goes_where_the_latest_request_was_confirmed() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let code_to = async |before: usize| {
            let cookie = sign_in(&stand, IIN).await;
            stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap();
            stand.outside.code_after(before).await;
            stand.outside.messages()[before].0.clone()
        };
        assert_eq!(code_to(0).await, CONFIRMED_PHONE);
        // Named and not confirmed.
        stand.at_code(asked()).await;
        stand.outside.code_after(1).await;
        assert_eq!(code_to(2).await, CONFIRMED_PHONE);
        stand.at_consent(asked()).await;
        assert_eq!(code_to(4).await, NAMED_PHONE);

        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let cookie = sign_in(&stand, OTHER_IIN).await;
        let refused = stand.judged(&cookie, Judgement::Live { degree: 97.0 }).await.unwrap_err();
        assert_eq!(refused.problem().code(), "identity.no-phone");
        assert_eq!(stand.outside.messages().len(), 5);
    })
    .await;
}

async fn sign_in(stand: &Stand, iin: &str) -> String {
    let cookie = stand.post("/api/cabinet/sign-in", None, json!({})).await.cookie.unwrap();
    stand.accept(&cookie).await;
    assert_eq!(stand.confirm(&cookie, iin).await.step(), "liveness");
    cookie
}
