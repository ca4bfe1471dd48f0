//! Sealed months of the log and what is pruned of it: what is told of a damaged one, what stays true of the rest, what a crash
//! leaves.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use chrono::{Months, TimeDelta};
use senim_core::Timestamp;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::entry::{Month, Pruned};
use senim_core::log::note::Note;
use senim_core::log::segment::Segment;
use senim_core::log::tile::{Kind, Tile};
use senim_core::receipts::{Findings, Known, examine};
use senim_core::retention::HeldFor;
use senim_host::evidence::hold;
use senim_host::journal::{advance, fsck, log_key, retain, segments};
use senim_host::log::{Folder, examine_published};
use senim_host::operator::add_operator;
use senim_store::segment::{self as rows, Pruning};
use senim_store::{self as store, StoreError};

use super::log::{ALONE, copied, execute, history, lock, open, size, trusted, with_log};
use super::stand::{Stand, asked, folder};
use crate::database::on_each;

/// Somebody gives a consent, the log takes it over, and the job looks at its months.
async fn lived(stand: &Stand) -> String {
    let (cookie, _) = stand.approved(asked()).await;
    advance(&stand.app).await.unwrap();
    retain(&stand.app).await.unwrap();
    cookie
}

async fn faults(stand: &Stand, dir: &Path) -> Vec<String> {
    let found = fsck(&stand.app, &Folder::to_read(dir)).await.unwrap().faults;
    found.iter().map(ToString::to_string).collect()
}

async fn months(stand: &Stand) -> Vec<(String, u64, u64, bool, bool)> {
    let found = segments(&stand.app).await.unwrap();
    let told = found.into_iter().map(|it| {
        (it.sealed.month.to_string(), it.sealed.first, it.sealed.size, it.pruned, it.held)
    });
    told.collect()
}

fn to(stand: &Stand, moment: Timestamp) {
    stand.clock.advance(moment - stand.app.now());
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn rows_of_log(stand: &Stand, before: u64) -> usize {
    let read = stand
        .app
        .store
        .read("test.rows", async |tx| store::log::records_between(tx, (0, before)).await);
    read.await.unwrap().len()
}

async fn prunings(stand: &Stand) -> Vec<Pruning> {
    stand.app.store.read("test.prunings", async |tx| rows::prunings(tx).await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_sealed_when_it_is_over_in_kazakhstan_and_a_damaged_one_is_told() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        // The last second of January in Kazakhstan, and the first of February.
        to(&stand, at("2027-01-31T18:50:00Z"));
        lived(&stand).await;
        assert!(months(&stand).await.is_empty(), "January is not over");
        let january = size(&stand);
        to(&stand, at("2027-01-31T19:00:00Z"));
        lived(&stand).await;
        assert_eq!(months(&stand).await, [("2027-01".to_owned(), 0, january, false, false)]);
        let february = {
            // What the job itself recorded.
            advance(&stand.app).await.unwrap();
            size(&stand)
        };
        to(&stand, at("2027-05-01T00:00:00Z"));
        lived(&stand).await;
        // Nothing was written in March and April.
        assert_eq!(
            months(&stand).await[1..],
            [("2027-02".to_owned(), january, february, false, false)]
        );
        advance(&stand.app).await.unwrap();
        assert_eq!(stand.events().await.iter().filter(|it| *it == "log.sealed").count(), 2);

        // Everybody can read what the log has sealed.
        let served = stand.get("/log/segments/2027-01", None).await;
        let key = log_key(&stand.app).await.unwrap();
        let segment = Segment::signed(&Note::parse(&served.text).unwrap(), &key).unwrap();
        let root = Folder::to_read(&dir).root(january).unwrap();
        assert_eq!((segment.first, segment.size, segment.root), (0, january, root));
        for month in ["2027-03", "2027-1", "x"] {
            let path = format!("/log/segments/{month}");
            assert_eq!(stand.get(&path, None).await.outcome(), "404 not-found");
        }
        let policy = trusted(&stand, ALONE).await;
        let examined = examine_published(&Folder::to_read(&dir), &policy).unwrap();
        assert_eq!(examined.1, []);

        // Each harm is told, with its place and what to do.
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());
        let file = dir.join("segments/2027-01");
        let good = fs::read(&file).unwrap();
        let mut flipped = good.clone();
        flipped[60] ^= 1;
        let other = fs::read(dir.join("segments/2027-02")).unwrap();
        let half = good[..good.len() / 2].to_vec();
        for (what, bad, why) in [
            ("a flipped bit", Some(flipped), "the log did not sign it so"),
            ("cut short", Some(half), "can't be read"),
            ("another month's", Some(other), "another month's"),
            ("missing", None, "missing"),
        ] {
            match bad {
                Some(bad) => fs::write(&file, bad).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let told = faults(&stand, &dir).await;
            assert!(
                told[0].starts_with("segments/2027-01: ") && told[0].contains(why),
                "{what}: {told:?}"
            );
            assert!(told[0].contains("writes it anew"), "{what}: {told:?}");
            // A reader's copy knows it as well; of a missing one, by the gap before the next.
            let (_, copy) = examine_published(&Folder::to_read(&dir), &policy).unwrap();
            assert!(copy.iter().any(|it| it.place.starts_with("segments/")), "{what}: {copy:?}");
            fs::write(&file, &good).unwrap();
        }
        let bundle = Tile::within(Kind::Entries, 0, size(&stand)).unwrap();
        let file = dir.join(bundle.to_string());
        let good = fs::read(&file).unwrap();
        let mut flipped = good.clone();
        flipped[20] ^= 1;
        fs::write(&file, flipped).unwrap();
        let told = faults(&stand, &dir).await;
        let of_tile = told.iter().find(|it| it.starts_with(&bundle.to_string())).unwrap();
        assert!(of_tile.contains("copy this file from a backup"), "{told:?}");
        assert!(told.iter().any(|it| it.contains("not the ones that were sealed")), "{told:?}");
        fs::write(&file, good).unwrap();
        // A record that somebody deleted, and what the database says of a month.
        execute(&stand, "UPDATE log_segment SET note = REPLACE(note, 'first 0', 'first 1') WHERE month = '2027-01'").await;
        let told = faults(&stand, &dir).await;
        assert!(told[0].contains("the database has another note"), "{told:?}");
        execute(&stand, "UPDATE log_segment SET note = REPLACE(note, 'first 1', 'first 0') WHERE month = '2027-01'").await;
        execute(&stand, "DELETE FROM journal WHERE event = 'identity.passed'").await;
        let told = faults(&stand, &dir).await;
        assert!(told[0].contains("the database lacks 3"), "{told:?}");
        assert!(told[0].contains("restore the database"), "{told:?}");

        // A missing file comes back at the start.
        fs::remove_file(dir.join("segments/2027-01")).unwrap();
        with_log(&mut stand, &dir, ALONE).await;
        let told = faults(&stand, &dir).await;
        assert!(!told.iter().any(|it| it.contains("segments")), "{told:?}");
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_a_segment_s_file_and_its_row_seals_the_month_once() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        lived(&stand).await;
        to(&stand, at("2027-02-10T00:00:00Z"));
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let (sealed, note) = stand.app.log.as_ref().unwrap().seal(0).unwrap().unwrap();
        assert!(months(&stand).await.is_empty());
        with_log(&mut stand, &dir, ALONE).await;
        retain(&stand.app).await.unwrap();
        retain(&stand.app).await.unwrap();
        let found = segments(&stand.app).await.unwrap();
        assert_eq!((found.len(), found[0].sealed.size), (1, sealed.size));
        assert_eq!(found[0].sealed.note, note, "byte by byte");
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

/// More than one full bundle in January 2027, some in February and March: the cookies of January and March, and the checkpoint
/// that a client kept in January.
async fn two_months(stand: &mut Stand, dir: &Path) -> (String, String, String) {
    with_log(stand, dir, ALONE).await;
    let mut cookie = String::new();
    for _ in 0..26 {
        cookie = stand.approved(asked()).await.0;
        advance(&stand.app).await.unwrap();
    }
    assert!(size(stand) > 256, "{}", size(stand));
    let older = history(stand, &cookie, "").await.checkpoint;
    to(stand, at("2027-02-10T00:00:00Z"));
    lived(stand).await;
    to(stand, at("2027-03-10T00:00:00Z"));
    let march = lived(stand).await;
    assert_eq!(months(stand).await.len(), 2);
    (cookie, march, older)
}

#[tokio::test(flavor = "multi_thread")]
async fn six_years_later_what_is_over_is_gone_and_what_is_left_is_proven() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        let (_, cookie, older) = two_months(&mut stand, &dir).await;
        let policy = trusted(&stand, ALONE).await;
        let before = history(&stand, &cookie, "").await;
        let whole = before.verify(&policy, None).unwrap();
        let first = whole.records.first().unwrap().number;
        assert_eq!(stand.get("/log/minimum", None).await.text, "0\n");

        // January's last moment is not five years old yet.
        to(&stand, at("2032-01-31T18:30:00Z"));
        let cookie = lived(&stand).await;
        assert!(months(&stand).await.iter().all(|it| !it.3));
        to(&stand, at("2032-01-31T19:00:00Z"));
        let cookie = {
            drop(cookie);
            lived(&stand).await
        };
        let told = months(&stand).await;
        let (minimum, left) = (told[0].2, &told[1]);
        assert!(told[0].3 && !left.3, "{told:?}");
        let begins = stand.get("/log/minimum", None).await.text;
        assert!(begins.starts_with(&format!("{minimum} 2027-02 ")), "{begins}");
        assert_eq!(begins, fs::read_to_string(dir.join("minimum")).unwrap());
        assert_eq!(rows_of_log(&stand, minimum).await, 0, "the journal's rows are gone");
        let full = Tile { kind: Kind::Entries, index: 0, width: 256 };
        assert!(!dir.join(full.to_string()).exists(), "and the bundle of entries");
        assert!(prunings(&stand).await[0].done);
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());

        // Requests below the minimum are refused as such; hashes stay.
        let gone = stand.get("/log/tile/entries/000", None).await;
        assert_eq!(gone.outcome(), "410 log.pruned");
        let receipt = format!("/api/cabinet/journal/{first}/receipt");
        assert_eq!(stand.get(&receipt, Some(&cookie)).await.outcome(), "410 log.pruned");
        for path in ["/log/tile/0/000", "/log/tile/entries/001"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let router = senim_host::router::pages(stand.app.clone());
            let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
            let covered = answer.status().as_u16();
            assert!(covered == 200 || path.ends_with("001") && covered == 404, "{path} {covered}");
        }

        // What is left is whole, says from when on, and continues what was seen six years ago.
        let since = Note::parse(&older).unwrap();
        let seen: Checkpoint = since.text.parse().unwrap();
        assert!(seen.size <= minimum, "{} {minimum}", seen.size);
        let now = history(&stand, &cookie, &format!("?since={}", seen.size)).await;
        let complete = now.verify(&policy, Some(&since)).unwrap();
        assert_eq!((complete.from.to_string().as_str(), complete.pruned), ("2027-02", true));
        assert!(complete.records.iter().all(|it| it.number >= minimum));
        assert!(complete.records.len() < whole.records.len());
        let known = Known { checkpoint: Some(&older), from: Some("2027-01") };
        let text = serde_json::to_string(&now).unwrap();
        let Findings::Holds(proven) = examine(&text, &policy.to_string(), known, None) else {
            panic!("a browser that was there before takes it")
        };
        assert!(proven.pruned);
        // A platform that hides a month more than the log gave up is found.
        let mut hidden = now.clone();
        hidden.months.remove(0);
        assert!(hidden.verify(&policy, Some(&since)).is_err());

        // The rule is published in three languages, and the log records what it did.
        let rule = stand.get("/log/retention", None).await.text;
        for words in ["Журналды сақтау ережесі", "Правило хранения журнала", "Retention policy"]
        {
            assert!(rule.contains(words), "{rule}");
        }
        advance(&stand.app).await.unwrap();
        assert!(stand.journal_text().await.contains("\"event\":\"log.pruned\""));

        // It opens again, goes on, and a reader's copy is judged by what is left.
        with_log(&mut stand, &dir, ALONE).await;
        let cookie = lived(&stand).await;
        let later = history(&stand, &cookie, "").await;
        assert!(later.verify(&policy, None).unwrap().pruned);
        let copy = copied(&dir);
        let (found, told) = examine_published(&Folder::to_read(&copy), &policy).unwrap();
        assert_eq!((found.checkpoint.size, told), (size(&stand), vec![]));
        fs::write(copy.join("minimum"), format!("{} 2027-02 7\n", minimum + 1)).unwrap();
        let (_, told) = examine_published(&Folder::to_read(&copy), &policy).unwrap();
        assert!(!told.is_empty(), "a minimum that the log does not say");

        // A month later February goes too.
        to(&stand, at("2032-03-01T00:00:00Z"));
        let cookie = lived(&stand).await;
        assert!(months(&stand).await[1].3);
        let last = history(&stand, &cookie, "").await.verify(&policy, None).unwrap();
        assert_eq!(last.from.to_string(), "2027-03");
        with_log(&mut stand, &dir, ALONE).await;
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());
        for it in [dir, copy] {
            fs::remove_dir_all(it).unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_keeps_its_month_and_all_after_it() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        let (cookie, ..) = two_months(&mut stand, &dir).await;
        let session = stand.session(&cookie).await;
        add_operator(&stand.app, "aigul", "correct horse battery", "JBSWY3DPEHPK3PXPJBSWY3DPEH")
            .await
            .unwrap();
        to(&stand, at("2033-01-01T00:00:00Z"));
        let place = (HeldFor::Law, 30);
        hold::hold(&stand.app, session, place, "aigul", "an order").await.unwrap();
        lived(&stand).await;
        let told = months(&stand).await;
        assert!(told[0].4 && !told.iter().any(|it| it.3), "{told:?}");
        hold::release(&stand.app, session, "aigul", "over").await.unwrap();
        // An open case of the client's own is a dispute as well.
        let statement = format!(
            "INSERT INTO disowned_case (id, iin_index, session_id, opened_at, opened_in, withdrawn, sessions, locked_until)
             VALUES ('c', 'i', '{session}', 0, 's', 0, 0, 0)"
        );
        execute(&stand, Box::leak(statement.into_boxed_str())).await;
        retain(&stand.app).await.unwrap();
        assert!(months(&stand).await[0].4);
        execute(&stand, "UPDATE disowned_case SET closed_at = 1, closed_by = 'aigul', note = ''")
            .await;
        retain(&stand.app).await.unwrap();
        let told = months(&stand).await;
        assert!(told[0].3 && told[1].3, "{told:?}");
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_point_of_pruning_leaves_a_log_that_goes_on() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        let (.., older) = two_months(&mut stand, &dir).await;
        let policy = trusted(&stand, ALONE).await;
        let since = Note::parse(&older).unwrap();
        let query = format!("?since={}", since.text.parse::<Checkpoint>().unwrap().size);
        // The terms of January and February are over, and that of March is not.
        to(&stand, at("2032-03-20T00:00:00Z"));
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let told = months(&stand).await;
        let pruned = Pruned { minimum: told[1].2, from: Month::of(at("2027-03-10T00:00:00Z")) };

        // Files are written, the row is not set: nothing was given up, and the places are written again.
        let before = lock(&stand).await;
        let log = stand.app.log.clone().unwrap();
        log.write_pruned(pruned, stand.app.now()).unwrap();
        drop(log);
        with_log(&mut stand, &dir, ALONE).await;
        assert_eq!(lock(&stand).await, before);
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());

        // The row is set, and that acknowledges; nothing is published or deleted.
        let log = stand.app.log.clone().unwrap();
        let batch = log.write_pruned(pruned, stand.app.now()).unwrap();
        drop(log);
        let now = stand.app.now();
        let committed = stand.app.store.transact("test.prune", async |tx| {
            assert!(store::log::swap(tx, &batch.old, &batch.new).await?);
            rows::prune(tx, batch.old.size, &pruned, now).await?;
            let event = Event::LogPruned { minimum: pruned.minimum, from: "2027-03".to_owned() };
            store::journal::append(tx, Actor::Platform, Subject::Log, event, now).await?;
            Ok::<_, StoreError>(())
        });
        committed.await.unwrap();
        with_log(&mut stand, &dir, ALONE).await;
        let shown = history(&stand, &cookie, &query).await;
        let complete = shown.verify(&policy, Some(&since)).unwrap();
        assert!(!complete.pruned, "the published checkpoint is of before");
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());

        // It is published, and nothing is deleted.
        advance(&stand.app).await.unwrap();
        let shown = history(&stand, &cookie, &query).await;
        assert!(shown.verify(&policy, Some(&since)).unwrap().pruned);
        assert!(rows_of_log(&stand, pruned.minimum).await > 0);
        with_log(&mut stand, &dir, ALONE).await;
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());

        // Rows are gone, files are not.
        let gone = stand
            .app
            .store
            .transact("test.forget", async |tx| rows::forget_before(tx, pruned.minimum).await);
        assert!(gone.await.unwrap() > 0);
        with_log(&mut stand, &dir, ALONE).await;
        let bundle = dir.join("tile/entries/000");
        assert!(bundle.exists());
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());

        // Some files are gone as well, and then the job finishes.
        fs::remove_file(&bundle).unwrap();
        fs::write(dir.join("minimum"), format!("{} 2027-03 {}\n", pruned.minimum, batch.old.size))
            .unwrap();
        with_log(&mut stand, &dir, ALONE).await;
        retain(&stand.app).await.unwrap();
        let found = prunings(&stand).await;
        assert!(found.len() == 1 && found[0].done, "{found:?}");
        let shown = history(&stand, &cookie, &query).await;
        assert!(shown.verify(&policy, Some(&since)).unwrap().pruned);
        assert_eq!(faults(&stand, &dir).await, Vec::<String>::new());
        assert!(open(&stand, &copied(&dir), ALONE).await.is_ok());
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_term_is_the_configuration_s_and_no_shorter_than_the_rules() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        stand.reconfigured(|it| it.records_years = 7).await;
        let dir = folder();
        two_months(&mut stand, &dir).await;
        to(&stand, at("2033-06-01T00:00:00Z"));
        lived(&stand).await;
        assert!(months(&stand).await.iter().all(|it| !it.3));
        to(&stand, at("2033-06-01T00:00:00Z") + Months::new(9) + TimeDelta::days(1));
        lived(&stand).await;
        assert!(months(&stand).await[..2].iter().all(|it| it.3));
        let rule = stand.get("/log/retention", None).await.text;
        assert!(rule.contains("7 calendar years"), "{rule}");
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}
