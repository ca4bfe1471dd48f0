//! The user agreement: its editions, who accepted which, and the consent to processing taken back (IDX-12, IDX-13, OPS-8,
//! OPS-9).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use senim_core::agreement::RuleText;
use senim_core::id::SessionId;
use senim_core::retention::HeldFor;
use senim_core::text::Language;
use senim_host::evidence::hold;
use senim_host::operator::add_operator;
use senim_store::{self as store, StoreError};
use serde_json::{Value, json};

use super::stand::{OTHER_IIN, Stand, asked};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_recorded_journalled_and_shown() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let rules = stand.get("/api/rules", None).await;
        let editions = rules.body["editions"].as_array().unwrap();
        assert_eq!(editions.len(), 3, "{}", rules.text);
        let change = stand.get("/api/rules/consent-change/1", None).await.body;
        assert_eq!(change["holds_from"], "2027-01-15T08:00:00Z");
        assert!(change["texts"]["kk"].to_string().contains("тарылтасыз"));
        let terms = json!({ "frames_days": 90, "fronts": false, "records_years": 5 });
        assert_eq!(rules.body["terms"], terms);
        let first = stand.get("/api/rules/user-agreement/1", None).await.body;
        assert_eq!(first["holds_from"], "2027-01-15T08:00:00Z");
        let form = stand.get("/api/rules/consent/1", None).await.body;
        assert!(form["texts"]["ru"].to_string().contains("банковской тайны"));
        for nothing in
            ["user-agreement/3", "user-agreement/x", "other/1", "user-agreement/4294967296"]
        {
            let answer = stand.get(&format!("/api/rules/{nothing}"), None).await;
            assert_eq!(answer.outcome(), "404 not-found", "{nothing}");
        }

        // The page shows this edition whole, and the answer names it.
        let cookie = stand.opened(asked()).await;
        let view = stand.get("/api/identity", Some(&cookie)).await.body;
        assert_eq!(view["agreement"], first);
        let none = json!({ "accept": true, "language": "ru" });
        let none = stand.post("/api/identity/agreement", Some(&cookie), none).await;
        assert_eq!(none.outcome(), "400 body.malformed");

        // Another configuration is another edition; the first stays as it was.
        stand.wait(60);
        stand.reconfigured(|it| it.evidence_frames_days = 42).await;
        let old = json!({ "accept": true, "edition": 1, "language": "ru" });
        let old = stand.post("/api/identity/agreement", Some(&cookie), old).await;
        assert_eq!(old.outcome(), "409 agreement.edition-changed");
        let second = stand.get("/api/identity", Some(&cookie)).await.body["agreement"].clone();
        assert_eq!(
            (&second["edition"], &second["holds_from"]),
            (&json!(2), &json!("2027-01-15T08:01:00Z"))
        );
        assert_ne!(second["hashes"]["kk"], first["hashes"]["kk"]);
        assert_ne!(second["hashes"]["ru"], first["hashes"]["ru"]);
        assert_eq!(stand.get("/api/rules/user-agreement/1", None).await.body, first);
        let rules = stand.get("/api/rules", None).await;
        let numbers: Vec<_> = rules.body["editions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["rule"].as_str().unwrap(), it["edition"].as_u64().unwrap()))
            .collect();
        assert_eq!(
            numbers,
            [("user-agreement", 2), ("user-agreement", 1), ("consent-change", 1), ("consent", 1)]
        );
        // The same configuration again is the same edition.
        stand.reconfigured(|_| {}).await;
        assert_eq!(stand.app.editions.agreement.number, 2);

        let (cookie, _) = stand.approved(asked()).await;
        let own = stand.get("/api/cabinet/agreement", Some(&cookie)).await;
        let accepted = own.body["accepted"].as_array().unwrap();
        assert_eq!(
            accepted,
            &[json!({
                "edition": 2,
                "holds_from": "2027-01-15T08:01:00Z",
                "language": "en",
                "accepted_at": "2027-01-15T08:01:00Z",
                "hashes": second["hashes"],
            })]
        );
        assert_eq!(own.body["withdrawn"], Value::Null);
        let journal = stand.journal_text().await;
        for part in [
            "agreement.published",
            "agreement.accepted",
            "\"rule-text:user-agreement\"",
            second["hashes"]["ru"].as_str().unwrap(),
        ] {
            assert!(journal.contains(part), "{part}: {journal}");
        }
    })
    .await;
}

/// IDX-13: open sessions end, no new one begins before it is accepted again, pictures go unless something keeps them.
#[tokio::test(flavor = "multi_thread")]
async fn taking_the_consent_to_processing_back_stops_and_destroys() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.outside.register(OTHER_IIN, "/9j/4AA=");
        let strangers = stand.at_iin_of_cabinet().await;
        stand.confirm(&strangers, OTHER_IIN).await;
        let kept = |session| frames(&stand, session);

        // Superseded by the next one, so it proves no consent in force.
        let (cookie, _) = stand.approved(asked()).await;
        let superseded = stand.session(&cookie).await;
        let mut other = asked();
        other["purpose"]["code"] = "income-proof".into();
        let (cookie, _) = stand.approved(other).await;
        let disputed = stand.session(&cookie).await;
        stand.wait(1);
        let (cookie, _) = stand.approved(asked()).await;
        let in_force = stand.session(&cookie).await;
        for session in [superseded, disputed, in_force] {
            keep_frames(&stand, session).await;
        }
        add_operator(&stand.app, "aigul", "correct horse battery", "JBSWY3DPEHPK3PXPJBSWY3DPEH")
            .await
            .unwrap();
        hold::hold(&stand.app, disputed, (HeldFor::Dispute, 200), "aigul", "dispute 7")
            .await
            .unwrap();
        let open = stand.at_camera(asked()).await;
        // Accepted before the withdrawal, and not yet known to be this person's.
        let unknown = stand.at_iin(asked()).await;
        stand.wait(1);

        let before = stand.get("/api/cabinet/agreement", Some(&cookie)).await;
        assert_eq!(before.body["pictures"]["free"], 1, "{}", before.text);
        let path = "/api/cabinet/agreement/withdraw";
        let nobody = stand.post(path, None, json!({})).await;
        assert_eq!(nobody.outcome(), "401 signed-out");
        let answer = stand.post(path, Some(&cookie), json!({})).await;
        assert_eq!(answer.outcome(), "200", "{}", answer.text);
        assert_eq!(answer.body["withdrawn"]["destroyed"], 1);
        assert_eq!(
            answer.body["pictures"],
            json!({
                "free": 0,
                "kept": [
                    { "why": "consent", "checks": 1, "until": "2027-04-15T08:00:01Z" },
                    { "why": "dispute", "checks": 1, "until": "2027-08-03T08:00:01Z" },
                ],
            })
        );
        assert_eq!(
            (kept(superseded).await, kept(disputed).await, kept(in_force).await),
            (false, true, true)
        );
        let again = stand.post(path, Some(&cookie), json!({})).await;
        assert_eq!(again.outcome(), "409 agreement.withdrawn");

        let ended = stand.get("/api/identity", Some(&open)).await;
        assert_eq!(ended.body["problem"], "identity.agreement-withdrawn", "{}", ended.text);
        let back = ended.body["redirect"].as_str().unwrap();
        assert!(back.contains("error=access_denied"), "{back}");
        let late = stand.confirm(&unknown, super::stand::IIN).await;
        assert_eq!(late.outcome(), "403 identity.agreement-withdrawn");
        assert_eq!(stand.get("/api/identity", Some(&strangers)).await.step(), "liveness");

        let journal = stand.journal_text().await;
        for part in [
            "agreement.withdrawn",
            "\"destroyed\":1,\"kept\":2,\"sessions\":1",
            "evidence.destroyed",
            "\"why\":\"agreement-withdrawn\"",
        ] {
            assert!(journal.contains(part), "{part}: {journal}");
        }

        // Consents stay, and can still be withdrawn; then nothing but the dispute keeps pictures.
        let cabinet = stand.get("/api/cabinet", Some(&cookie)).await;
        let active = cabinet.body["consents"].as_array().unwrap();
        let active = active.iter().filter(|it| it["status"]["status"] == "active").count();
        assert_eq!(active, 2);

        // Accepted anew, it stands again.
        stand.wait(1);
        let (cookie, _) = stand.approved(asked()).await;
        let own = stand.get("/api/cabinet/agreement", Some(&cookie)).await;
        assert_eq!(own.body["withdrawn"], Value::Null);
        assert_eq!(own.body["accepted"].as_array().unwrap().len(), 4);
    })
    .await;
}

/// The frames of a session in the store are under a key of their own, whose row is all that opens them.
#[tokio::test(flavor = "multi_thread")]
async fn frames_are_encrypted_under_a_key_of_their_own() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut packs = Vec::new();
        for _ in 0..2 {
            let (cookie, _) = stand.approved(asked()).await;
            let session = stand.session(&cookie).await;
            keep_frames(&stand, session).await;
            packs.push(session);
        }
        let rows = stand.app.store.read("test.keys", async |tx| {
            let all = "SELECT pack, key_sealed FROM evidence_frames";
            Ok::<_, StoreError>(
                sqlx::query_as::<_, (Vec<u8>, Vec<u8>)>(all).fetch_all(tx.conn()).await?,
            )
        });
        let rows = rows.await.unwrap();
        assert_ne!(rows[0].1, rows[1].1);
        for (pack, _) in &rows {
            assert!(!pack.windows(4).any(|it| it == b"pack"));
        }
        // With the other check's key it does not open.
        let swap = stand.app.store.transact("test.swap", async |tx| {
            let swap = "UPDATE evidence_frames SET pack = $1 WHERE session_id = $2";
            for (session, (pack, _)) in packs.iter().zip([&rows[1], &rows[0]]) {
                sqlx::query(swap)
                    .bind(pack.clone())
                    .bind(session.to_string())
                    .execute(tx.conn())
                    .await?;
            }
            store::evidence::frames(tx, packs[0], 1).await
        });
        assert!(matches!(swap.await, Err(StoreError::Sealed { .. })));
    })
    .await;
}

#[test]
fn kazakh_and_russian_say_that_english_is_a_help() {
    let terms = senim_core::retention::Terms { frames_days: 90, records_years: 5, fronts: false };
    for (language, said) in [
        (Language::Kk, "Қазақ және орыс мәтіндерінің күші бірдей"),
        (Language::Ru, "имеют равную силу"),
        (Language::En, "is a help; it is not what you agree to"),
    ] {
        let text = senim_core::agreement::words::text(language, terms).join(" ");
        assert!(text.contains(said), "{language:?}");
    }
    assert_eq!(RuleText::ALL.len(), 3);
}

async fn frames(stand: &Stand, session: SessionId) -> bool {
    let read = stand
        .app
        .store
        .read("test.frames", async |tx| store::evidence::frames(tx, session, 1).await);
    read.await.unwrap().is_some()
}

async fn keep_frames(stand: &Stand, session: SessionId) {
    let until = stand.app.config.retention().frames_until(stand.app.now());
    stand
        .app
        .store
        .transact("test.frames", async |tx| {
            store::evidence::add_frames(tx, (session, 1), b"a pack of frames", until).await
        })
        .await
        .unwrap();
}
