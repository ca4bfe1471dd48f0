//! What is kept, and what people read about it: the published text is read, the clock walks six years, and each kind of
//! data is there until its term and gone after it (IDX-8, IDX-12, DSP-2).

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::collections::BTreeMap;

use chrono::{Months, TimeDelta};
use senim_core::Timestamp;
use senim_core::activity::Case;
use senim_core::id::{CaseId, Iin, PasskeyId, PhotoRequestId, SessionId, UseId};
use senim_core::identity::device::Device;
use senim_core::passkey::{Credential, Owner, Passkey, PublicKey};
use senim_core::retention::{HeldFor, Kind, words};
use senim_core::text::Language;
use senim_core::usage::Use;
use senim_host::evidence::hold;
use senim_host::journal::{advance, retain};
use senim_host::operator::add_operator;
use senim_host::retention::sweep;
use senim_store::matching::Started;
use senim_store::{self as store, StoreError};
use serde_json::Value;

use super::log::{ALONE, with_log};
use super::stand::{CONSUMER, IIN, Stand, asked, folder};
use crate::database::on_each;

/// Rows of each kind. The photo of a matching request has no column at all.
const ROWS: [(Kind, &str); 10] = [
    (
        Kind::Request,
        "SELECT (SELECT COUNT(*) FROM identity_session) + (SELECT COUNT(*) FROM authorization_request)
              + (SELECT COUNT(*) FROM photo_request)",
    ),
    (
        Kind::Result,
        "SELECT (SELECT COUNT(*) FROM identity_check) + (SELECT COUNT(*) FROM evidence_bundle)
              + (SELECT COUNT(*) FROM evidence_frame_seen)",
    ),
    (Kind::Consent, "SELECT (SELECT COUNT(*) FROM consent) + (SELECT COUNT(*) FROM consent_party)"),
    (Kind::Use, "SELECT COUNT(*) FROM usage"),
    (Kind::Frames, "SELECT COUNT(*) FROM evidence_frames"),
    (Kind::Message, "SELECT COUNT(*) FROM message"),
    (Kind::Look, "SELECT COUNT(*) FROM journal WHERE event = 'source.asked'"),
    (Kind::Agreement, "SELECT COUNT(*) FROM agreement_acceptance"),
    (Kind::Case, "SELECT COUNT(*) FROM disowned_case"),
    (Kind::Passkey, "SELECT COUNT(*) FROM passkey"),
];

#[tokio::test(flavor = "multi_thread")]
async fn six_years_over_the_table() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        // Other terms than the defaults: the text must follow the configuration, and so must what is done.
        stand.reconfigured(|it| it.evidence_frames_days = 42).await;
        let (cookie, _) = stand.approved(asked()).await;
        stand.until_recorded("message.sent").await;
        let session = stand.session(&cookie).await;
        keep_one_of_each(&stand, session).await;
        // Within a second the log has them.
        advance(&stand.app).await.unwrap();
        let start = stand.app.now();
        let texts = published(&stand).await;

        // When each kind is over, as the published text says it.
        let mut over = BTreeMap::new();
        for (kind, _) in ROWS {
            let said = Language::ALL.map(|language| said(&texts, language, kind));
            assert_eq!(said[0], said[1], "{kind:?}");
            assert_eq!(said[1], said[2], "{kind:?}");
            let end = match said[0] {
                Said::Days(days) => start + TimeDelta::days(days),
                Said::Years(years) => start + Months::new(12 * years),
                // The consent's own term is over after 90 days.
                Said::YearsAfterEnd(years) => start + TimeDelta::days(90) + Months::new(12 * years),
                // January's last moment in Kazakhstan.
                Said::YearsAndMonth(years) => {
                    "2027-01-31T19:00:00Z".parse::<Timestamp>().unwrap() + Months::new(12 * years)
                }
                Said::No => panic!("{kind:?} is kept"),
            };
            over.insert(kind, end);
        }
        assert_eq!(said(&texts, Language::En, Kind::MatchedPhoto), Said::No);
        assert_eq!(over[&Kind::Frames], start + TimeDelta::days(42));
        assert_eq!(over.len(), ROWS.len());

        let mut moments: Vec<Timestamp> = over.values().copied().collect();
        moments.sort_unstable();
        moments.dedup();
        assert!(moments.last().unwrap() < &(start + Months::new(72)), "within six years");
        for moment in moments {
            for (now, what) in [
                (moment - TimeDelta::seconds(1), "before"),
                (moment + TimeDelta::seconds(1), "after"),
            ] {
                at(&stand, now).await;
                for (kind, rows) in kept(&stand).await {
                    let there = over.get(&kind).is_none_or(|it| now < *it);
                    assert_eq!(rows > 0, there, "{kind:?} {what} {moment}: {rows} rows");
                }
            }
        }
        at(&stand, start + Months::new(72)).await;
        for (kind, rows) in kept(&stand).await {
            assert_eq!(rows > 0, !over.contains_key(&kind), "{kind:?} after six years");
        }
        // What is left of the journal names nobody.
        let journal = stand.journal_text().await;
        assert!(!journal.contains(IIN) && journal.contains("log.pruned"), "{journal}");
        std::fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

/// A consent in force stays, however old it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_until_withdrawn_is_kept_while_it_stands() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let mut endless = asked();
        endless.as_object_mut().unwrap().remove("term_days");
        stand.approved(endless).await;
        at(&stand, stand.app.now() + Months::new(120)).await;
        let rows = kept(&stand).await;
        assert!(rows[&Kind::Consent] > 0 && rows[&Kind::Request] == 0, "{rows:?}");
    })
    .await;
}

/// DSP-2: what a dispute or a law holds stays for as long, and no longer; a change of the configuration shortens no
/// promise that was accepted.
#[tokio::test(flavor = "multi_thread")]
async fn held_evidence_stays_until_the_hold_ends() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let (cookie, _) = stand.approved(asked()).await;
        let session = stand.session(&cookie).await;
        keep_one_of_each(&stand, session).await;
        let start = stand.app.now();
        let place = (HeldFor::Dispute, 200);
        let nobody = hold::hold(&stand.app, session, place, "nobody", "dispute 7").await;
        assert!(nobody.unwrap_err().to_string().contains("no operator"));
        add_operator(&stand.app, "aigul", "correct horse battery", "JBSWY3DPEHPK3PXPJBSWY3DPEH")
            .await
            .unwrap();
        for days in [0, 367] {
            let place = (HeldFor::Law, days);
            assert!(hold::hold(&stand.app, session, place, "aigul", "x").await.is_err());
        }
        let other = hold::hold(&stand.app, SessionId(7), place, "aigul", "dispute 7").await;
        assert!(other.unwrap_err().to_string().contains("no such session"));
        stand.reconfigured(|it| it.evidence_frames_days = 1).await;
        at(&stand, start + TimeDelta::days(89)).await;
        assert_eq!(kept(&stand).await[&Kind::Frames], 1, "what was accepted were 90 days");
        hold::hold(&stand.app, session, place, "aigul", "dispute 7").await.unwrap();
        at(&stand, start + TimeDelta::days(288)).await;
        assert_eq!(kept(&stand).await[&Kind::Frames], 1, "held");
        at(&stand, start + TimeDelta::days(290)).await;
        assert_eq!(kept(&stand).await[&Kind::Frames], 0, "the hold has ended by itself");
        assert!(hold::release(&stand.app, session, "aigul", "over").await.is_err());

        // Of records: until released.
        at(&stand, start + Months::new(59)).await;
        hold::hold(&stand.app, session, (HeldFor::Law, 366), "aigul", "an order").await.unwrap();
        at(&stand, start + Months::new(62)).await;
        let rows = kept(&stand).await;
        assert!(rows[&Kind::Result] > 0 && rows[&Kind::Message] > 0, "{rows:?}");
        hold::release(&stand.app, session, "aigul", "over").await.unwrap();
        at(&stand, start + Months::new(62)).await;
        let rows = kept(&stand).await;
        assert!(rows[&Kind::Result] == 0 && rows[&Kind::Request] == 0, "{rows:?}");
        let journal = stand.journal_text().await;
        for event in ["evidence.held", "evidence.released", "\"held_for\":\"law\""] {
            assert!(journal.contains(event), "{event}");
        }
    })
    .await;
}

/// What an honest text says of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    No,
    Days(i64),
    Years(u32),
    YearsAfterEnd(u32),
    YearsAndMonth(u32),
}

/// Read as a person reads it: the paragraph about the kind, the number in its term and the word beside it.
fn said(texts: &Value, language: Language, kind: Kind) -> Said {
    let about = words::kind(language, kind);
    let paragraphs = texts[language.code()].as_array().unwrap();
    let paragraph = paragraphs.iter().filter_map(Value::as_str).find(|it| it.starts_with(about));
    let paragraph = paragraph.unwrap_or_else(|| panic!("{language:?} says nothing of {kind:?}"));
    let lead = match language {
        Language::Kk => "Сақтау мерзімі: ",
        Language::Ru => "Срок хранения: ",
        Language::En => "Kept: ",
    };
    let term = paragraph.split_once(lead).unwrap().1.split('.').next().unwrap();
    let number = term.split(' ').find_map(|it| it.parse::<u32>().ok());
    let month = ["айының соңына дейін", "до конца месяца", "the end of the month"];
    let after = ["аяқталғаннан кейін", "после окончания", "after the end"];
    match number {
        None => {
            assert!(["сақталмайды", "не хранится", "not kept"].contains(&term), "{term}");
            Said::No
        }
        Some(years) if month.iter().any(|it| term.contains(it)) => Said::YearsAndMonth(years),
        Some(years) if after.iter().any(|it| term.contains(it)) => Said::YearsAfterEnd(years),
        Some(days) if ["күн", "дн", "день", "day"].iter().any(|it| term.contains(it)) => {
            Said::Days(days.into())
        }
        Some(years) => {
            assert!(["жыл", "лет", "год", "year"].iter().any(|it| term.contains(it)), "{term}");
            Said::Years(years)
        }
    }
}

/// The user agreement that anyone can read, in the edition in force.
async fn published(stand: &Stand) -> Value {
    let rules = stand.get("/api/rules", None).await;
    let editions = rules.body["editions"].as_array().unwrap();
    let current = editions.iter().find(|it| it["rule"] == "user-agreement").unwrap();
    assert_eq!(current["edition"], 2, "of this configuration");
    let edition = stand.get("/api/rules/user-agreement/2", None).await;
    assert_eq!(edition.body["hashes"], current["hashes"]);
    edition.body["texts"].clone()
}

/// The jobs at this moment.
async fn at(stand: &Stand, now: Timestamp) {
    stand.clock.advance(now - stand.app.now());
    sweep(&stand.app).await.unwrap();
    sweep(&stand.app).await.unwrap();
    for _ in 0..2 {
        advance(&stand.app).await.unwrap();
        retain(&stand.app).await.unwrap();
    }
}

async fn kept(stand: &Stand) -> BTreeMap<Kind, i64> {
    let read = stand.app.store.read("test.kept", async |tx| {
        let mut rows = BTreeMap::new();
        for (kind, count) in ROWS {
            let count = sqlx::query_scalar::<_, i64>(count).fetch_one(tx.conn()).await?;
            rows.insert(kind, count);
        }
        Ok::<_, StoreError>(rows)
    });
    read.await.unwrap()
}

/// What the walk of [`Stand::approved`] does not leave by itself.
async fn keep_one_of_each(stand: &Stand, session: SessionId) {
    let (app, now) = (&stand.app, stand.app.now());
    let iin: Iin = IIN.parse().unwrap();
    let reported = Use {
        id: UseId(1),
        at: now,
        consent: None,
        consumer: Some(CONSUMER.parse().unwrap()),
        provider: Some(CONSUMER.parse().unwrap()),
        data: None,
        attended: None,
        route: "/accounts".to_owned(),
        status: 200,
        problem: None,
        request_bytes: 0,
        answer_bytes: 100,
        total_ms: 5,
        upstream_ms: Some(4),
        gate: None,
    };
    let photo = Started {
        id: PhotoRequestId(1),
        bin: CONSUMER.parse().unwrap(),
        system: "certificate".to_owned(),
        iin: iin.clone(),
        photo_digest: "x".to_owned(),
        solution: "builtin".to_owned(),
        personal_data: false,
        asked_at: now,
    };
    let case = Case {
        id: CaseId(1),
        session,
        consumer: None,
        opened_at: now,
        withdrawn: 0,
        sessions: 0,
        locked_until: now,
        closed: None,
    };
    let passkey = Passkey {
        id: PasskeyId(1),
        owner: Owner {
            iin: iin.clone(),
            client_name: String::new(),
            full_name: String::new(),
            device: Device::of(""),
            user: 1,
            credential: Some(Credential {
                id: vec![1; 16],
                key: PublicKey { x: [1; 32], y: [1; 32] },
                backup_eligible: false,
            }),
        },
        added_at: now,
        added_in: session,
        used_at: None,
        sign_count: 0,
        ended: None,
    };
    let until = app.config.retention().frames_until(now);
    app.store
        .transact("test.keep", async |tx| {
            store::usage::add(tx, "node", &reported, now).await?;
            store::matching::add(tx, &photo).await?;
            store::activity::add_case(tx, &case, &iin, session).await?;
            assert!(store::passkey::add(tx, &passkey).await?);
            let check = (session, 1);
            store::evidence::add_bundle(tx, check, (b"{}", "digest"), now).await?;
            store::evidence::add_frames(tx, check, b"a pack of frames", until).await?;
            let pack = store::evidence::frames(tx, session, 1).await?;
            assert_eq!(pack.as_deref(), Some(b"a pack of frames".as_slice()));
            store::evidence::remember_digests(tx, check, &["frame".to_owned()], now).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}
