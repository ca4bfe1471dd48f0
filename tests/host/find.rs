//! `senim journal find`: by client, consent, participant and time, the newest first.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::sync::Arc;

use senim_channel::clock::FixedRng;
use senim_core::Timestamp;
use senim_core::id::{Bin, ConsentId, Iin, SessionId, UseId};
use senim_core::journal::{Actor, Event, Record, Subject};
use senim_core::log::policy::Policy;
use senim_host::journal::advance;
use senim_host::log::Log;
use senim_store::backup::{Dumped, Lines, load};
use senim_store::find::{FoundRecord, Sought, find};
use senim_store::seal::Sealer;
use senim_store::{Store, StoreError, Tx};
use serde_json::{Value, json};

use super::stand::{IIN, OTHER_IIN, Stand, asked, folder};
use crate::database::on_each;

async fn found(stand: &Stand, sought: &Sought) -> Vec<FoundRecord> {
    let limit = if sought.limit == 0 { 1000 } else { sought.limit };
    let sought = Sought { limit, ..sought.clone() };
    stand.app.store.read("test.find", async |tx| find(tx, &sought).await).await.unwrap()
}

fn records(found: &[FoundRecord]) -> Vec<Record> {
    found.iter().map(|it| Record::decode(&it.record).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_found_by_client_consent_participant_and_time() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        let policy: Policy = "quorum none\n".parse().unwrap();
        let (origin, fresh) = (stand.app.config.log_origin(), ([9; 32], stand.app.now()));
        let log = Log::open(&stand.app.store, &dir, policy, &origin, fresh).await.unwrap();
        stand.app.log = Some(Arc::new(log));
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let between = stand.app.now();
        stand.wait(60);
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();

        let view = stand.get("/api/cabinet", Some(&cookie)).await;
        let consents: Vec<ConsentId> = view.body["consents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(consents.len(), 2, "{}", view.text);
        let consumer = view.body["consents"][0]["consumer"]["bin"].as_str().unwrap();

        // A consent: its grant and its end, and nothing of the other one.
        for consent in &consents {
            let of = Sought { consent: Some(*consent), ..Sought::default() };
            let found = records(&found(&stand, &of).await);
            assert!(!found.is_empty());
            assert!(found.iter().all(|it| it.subject == Subject::Consent(*consent)), "{found:?}");
            assert!(found.is_sorted_by(|a, b| a.at >= b.at));
        }

        // A client has all that their history has, in the log's order backwards.
        let whole = stand.get("/api/cabinet/journal", Some(&cookie)).await;
        let months = whole.body["months"].as_array().unwrap();
        let own: usize = months.iter().map(|it| it["records"].as_array().unwrap().len()).sum();
        let iin: Iin = IIN.parse().unwrap();
        let of_client = Sought { client: Some(iin), ..Sought::default() };
        let theirs = found(&stand, &of_client).await;
        assert_eq!(theirs.len(), own);
        assert!(theirs.is_sorted_by(|a, b| a.number > b.number));
        let nobody: Iin = OTHER_IIN.parse().unwrap();
        let of_nobody = Sought { client: Some(nobody), ..Sought::default() };
        assert!(found(&stand, &of_nobody).await.is_empty());

        // A participant: what it did and what names it; once each.
        let participant = Some(consumer.parse().unwrap());
        let of_participant = Sought { participant, ..Sought::default() };
        let named = found(&stand, &of_participant).await;
        assert!(!named.is_empty());
        assert!(named.iter().all(|it| it.record.contains(consumer)), "{named:?}");
        let mut texts: Vec<_> = named.iter().map(|it| &it.record).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), named.len());
        let both = Sought { consent: Some(consents[0]), participant, ..Sought::default() };
        let both = found(&stand, &both).await;
        assert!(!both.is_empty() && both.iter().all(|it| named.contains(it)));

        // Time: either side of a moment, and together everything.
        let until = Sought { until: Some(between), ..Sought::default() };
        let from = Sought { from: Some(between), ..Sought::default() };
        let (before, after) = (found(&stand, &until).await, found(&stand, &from).await);
        assert!(records(&before).iter().all(|it| it.at < between));
        assert!(records(&after).iter().all(|it| it.at >= between));
        let all = found(&stand, &Sought::default()).await;
        assert_eq!(before.len() + after.len(), all.len());
        let newest = found(&stand, &Sought { limit: 3, ..Sought::default() }).await;
        assert_eq!(newest, all[..3]);
        let none = Sought { from: Some(Timestamp::MAX_UTC), ..Sought::default() };
        assert!(found(&stand, &none).await.is_empty());
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_that_names_a_participant_is_found_by_it() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        stand.approved(asked()).await;
        let named = named(&stand.app.store).await;
        assert!(named.iter().any(Option::is_some), "nothing names a participant");
    })
    .await;
}

/// The consumer that each record is found by, once it is the one that the record names.
async fn named(store: &Store) -> Vec<Option<String>> {
    let rows = store
        .read("test.fields", async |tx: &mut Tx| {
            let rows = sqlx::query_as::<_, (String, Option<String>, Option<String>)>(
                "SELECT record, consumer, provider FROM journal ORDER BY arrival",
            );
            Ok::<_, StoreError>(rows.fetch_all(tx.conn()).await?)
        })
        .await
        .unwrap();
    let of = |(record, consumer, provider): (String, Option<String>, Option<String>)| {
        let written: Value = serde_json::from_str(&record).unwrap();
        let actor = written["actor"]["participant"].as_str();
        let field = |name: &str| written["fields"][name].as_str();
        assert_eq!(consumer.as_deref(), field("consumer").or(actor), "{record}");
        assert_eq!(provider.as_deref(), field("provider"), "{record}");
        consumer
    };
    rows.into_iter().map(of).collect()
}

/// The last migration before the one that made records findable (0021).
const BEFORE: i64 = 20;

/// Rows of a journal as a program of before wrote them.
struct Earlier(std::vec::IntoIter<String>);

impl Lines for Earlier {
    fn columns(&mut self, table: &str) -> std::io::Result<Vec<String>> {
        let columns = ["id", "at", "event", "actor", "subject", "record"];
        let of_journal = columns.into_iter().filter(|_| table == "journal");
        Ok(of_journal.map(str::to_owned).collect())
    }

    fn next(&mut self) -> std::io::Result<Option<String>> {
        Ok(self.0.next())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_before_the_search_are_found_by_their_participants() {
    on_each(async |database| {
        let record = |actor, event| {
            let consent = Subject::Consent(ConsentId(1));
            Record::new([7; 16], actor, consent, event, Timestamp::UNIX_EPOCH)
        };
        let consumer: Bin = "960440000151".parse().unwrap();
        let provider: Bin = "040740003185".parse().unwrap();
        let client_id = || "app".to_owned();
        let read = Event::DataRead {
            interaction: UseId(1),
            at: Timestamp::UNIX_EPOCH,
            consumer: Some(consumer),
            provider: Some(provider),
            attended: None,
            route: "/accounts".to_owned(),
            status: 200,
            answer_bytes: 1,
            total_ms: 1,
            upstream_ms: None,
            gate: None,
        };
        let refused = Event::ConsentRefused { session: SessionId(1), consumer };
        let replayed = Event::CodeReplayed { client_id: client_id() };
        let records = [
            record(Actor::Edge("node".to_owned()), read),
            record(Actor::Client, refused),
            // Its fields name nobody: who did it is who it names.
            record(Actor::Participant(consumer), replayed.clone()),
            record(Actor::Platform, Event::IdentityPassed {}),
            record(Actor::Platform, replayed),
        ];
        let rows: Vec<String> = (0..)
            .zip(&records)
            .map(|(id, it)| {
                let (actor, subject) = (it.actor.to_string(), it.subject.to_string());
                let at = it.at.timestamp_millis();
                json!([format!("{id}"), at, it.event.name(), actor, subject, it.encode().unwrap()])
                    .to_string()
            })
            .collect();
        let (sealer, rng) = (Sealer::new(&[7; 32]), Arc::new(FixedRng::new(5)));
        let earlier = Store::open_as_it_is(database, sealer.clone(), rng.clone()).await.unwrap();
        let count = u64::try_from(rows.len()).unwrap();
        let dumped = Dumped {
            version: BEFORE,
            rows: [("journal".to_owned(), count)].into(),
            ..Dumped::default()
        };
        load(&earlier, &dumped, Earlier(rows.into_iter())).await.unwrap();
        let without = earlier
            .read("test.columns", async |tx: &mut Tx| {
                let found = sqlx::query("SELECT consumer FROM journal").fetch_all(tx.conn()).await;
                Ok::<_, StoreError>(found.is_err())
            })
            .await;
        // PostgreSQL does not go on after a failed statement.
        assert!(without.unwrap_or(true), "the column came later");
        earlier.close().await;

        let store = Store::open(database, sealer, rng).await.unwrap();
        let who = Some(consumer.to_string());
        assert_eq!(named(&store).await, [who.clone(), who.clone(), who, None, None]);
        let of = Sought { participant: Some(consumer), limit: 9, ..Sought::default() };
        let found = store.read("test.find", async |tx| find(tx, &of).await).await.unwrap();
        assert_eq!(found.len(), 3, "{found:?}");
        let of = Sought { participant: Some(provider), limit: 9, ..Sought::default() };
        let found = store.read("test.find", async |tx| find(tx, &of).await).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        store.close().await;
    })
    .await;
}
