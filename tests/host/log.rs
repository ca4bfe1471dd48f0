//! The journal's log: what a client and an auditor can prove, and what becomes of a log that was altered or restored.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use senim_channel::clock::FixedClock;
use senim_core::log::checkpoint::Checkpoint;
use senim_core::log::history::{Complete, History};
use senim_core::log::note::{KeyKind, Note, SigningKey, VerifierKey};
use senim_core::log::policy::Policy;
use senim_core::log::receipt;
use senim_core::log::tile::{Kind, Tile};
use senim_host::journal::{advance, fsck, log_key};
use senim_host::log::serve::{Witness, routes};
use senim_host::log::{Folder, Log, LogFailure, examine_published};
use senim_store as store;
use senim_store::StoreError;

use super::stand::{Stand, asked, folder};
use crate::database::on_each;

pub(super) const ALONE: &str = "quorum none\n";
const WITNESS_SEED: [u8; 32] = [6; 32];

/// Opens the log of this folder, as a start does.
pub(super) async fn open(stand: &Stand, dir: &Path, policy: &str) -> Result<Arc<Log>, LogFailure> {
    let policy: Policy = policy.parse().unwrap();
    let (origin, fresh) = (stand.app.config.log_origin(), ([9; 32], stand.app.now()));
    Log::open(&stand.app.store, dir, policy, &origin, fresh).await.map(Arc::new)
}

pub(super) async fn with_log(stand: &mut Stand, dir: &Path, policy: &str) {
    stand.app.log = None;
    stand.app.log = Some(open(stand, dir, policy).await.unwrap());
}

/// What a client trusts: this log, and the witnesses of `policy`.
pub(super) async fn trusted(stand: &Stand, policy: &str) -> Policy {
    format!("log {}\n{policy}", log_key(&stand.app).await.unwrap()).parse().unwrap()
}

pub(super) async fn history(stand: &Stand, cookie: &str, query: &str) -> History {
    let answer = stand.get(&format!("/api/cabinet/journal{query}"), Some(cookie)).await;
    assert_eq!(answer.outcome(), "200", "{}", answer.text);
    History::parse(&answer.text).unwrap()
}

async fn verified(stand: &Stand, cookie: &str) -> Complete {
    let policy = trusted(stand, ALONE).await;
    history(stand, cookie, "").await.verify(&policy, None).unwrap()
}

fn events(complete: &Complete) -> Vec<String> {
    let event = |record: &str| {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        record["event"].as_str().unwrap().to_owned()
    };
    complete.records.iter().map(|it| event(&it.record)).collect()
}

/// As somebody with the database in their hands does.
pub(super) async fn execute(stand: &Stand, statement: &'static str) {
    let done = stand
        .app
        .store
        .transact("test.execute", async |tx| {
            sqlx::query(statement).execute(tx.conn()).await?;
            Ok::<_, StoreError>(())
        })
        .await;
    done.unwrap();
}

pub(super) fn copied(from: &Path) -> PathBuf {
    let to = folder();
    copy(from, &to);
    to
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for it in fs::read_dir(from).unwrap().flatten() {
        let other = to.join(it.file_name());
        if it.path().is_dir() {
            copy(&it.path(), &other);
        } else {
            fs::copy(it.path(), other).unwrap();
        }
    }
}

pub(super) fn size(stand: &Stand) -> u64 {
    stand.app.log.as_ref().unwrap().published().unwrap().checkpoint.size
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_proves_that_their_history_is_whole_and_has_a_receipt_for_each_record() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        let (cookie, _) = stand.approved(asked()).await;
        let early = stand.get("/api/cabinet/journal", Some(&cookie)).await;
        assert_eq!(early.outcome(), "404 not-found", "nothing is published yet");
        advance(&stand.app).await.unwrap();

        let complete = verified(&stand, &cookie).await;
        let found = events(&complete);
        for event in ["agreement.accepted", "identity.passed", "consent.granted", "code.issued"] {
            assert!(found.iter().any(|it| it == event), "{event}: {found:?}");
        }
        assert!(!found.iter().any(|it| it.starts_with("participant.")), "{found:?}");

        // Each record's receipt, and nobody else's.
        let policy = trusted(&stand, ALONE).await;
        for it in &complete.records {
            let path = format!("/api/cabinet/journal/{}/receipt", it.number);
            let answer = stand.get(&path, Some(&cookie)).await;
            let shown = receipt::verify(&answer.text, &policy).unwrap();
            assert_eq!((shown.number, &shown.record), (it.number, &it.record));
        }
        let others = (0..size(&stand)).find(|it| complete.records.iter().all(|own| own.number != *it));
        for number in [others.unwrap(), 1 << 40] {
            let path = format!("/api/cabinet/journal/{number}/receipt");
            assert_eq!(stand.get(&path, Some(&cookie)).await.outcome(), "404 not-found");
        }

        // Records are alike: on the way a history is a fraction of itself.
        let request = Request::get("/api/cabinet/journal")
            .header("cookie", format!("senim_session={}", stand.cookie_now(&cookie)))
            .header("accept-encoding", "br")
            .body(Body::empty())
            .unwrap();
        let router = senim_host::router::pages(stand.app.clone());
        let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "br");

        // What a browser takes over at its first check.
        let offered = stand.get("/log/policy", None).await;
        assert_eq!(offered.text.parse::<Policy>().unwrap(), policy);

        // Later the log only grew, and a history proves it.
        let older = history(&stand, &cookie, "").await.checkpoint;
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let since = Note::parse(&older).unwrap();
        let before: Checkpoint = since.text.parse().unwrap();
        let later = history(&stand, &cookie, &format!("?since={}", before.size)).await;
        let grown = later.verify(&policy, Some(&since)).unwrap();
        assert!(grown.records.len() > complete.records.len());
        let far = stand.get("/api/cabinet/journal?since=999999", Some(&cookie)).await;
        assert_eq!(far.outcome(), "400 request.malformed");

        // Who leaves out or alters a row of the database is found by the client and by fsck alike.
        assert!(fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults.is_empty());
        execute(&stand, "UPDATE journal SET record = REPLACE(record, '960440000151', '080340000123') WHERE event = 'consent.granted'").await;
        let altered = history(&stand, &cookie, "").await.verify(&policy, None);
        assert!(altered.is_err(), "{altered:?}");
        let told = fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults;
        assert!(told.iter().any(|it| it.why.contains("another record")), "{told:?}");
        execute(&stand, "DELETE FROM journal WHERE event = 'consent.granted'").await;
        let missing = history(&stand, &cookie, "").await.verify(&policy, None);
        assert!(missing.is_err(), "{missing:?}");
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_files_are_a_log_that_anybody_can_verify_and_name_nobody() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        // An auditor's copy, by HTTP alone.
        let (copy, size) = (folder(), size(&stand));
        let note = stand.get("/log/checkpoint", None).await;
        assert_eq!(note.status, 200);
        fs::write(copy.join("checkpoint"), &note.text).unwrap();
        for tile in Tile::of_growth(0, size) {
            let request = Request::get(format!("/log/{tile}")).body(Body::empty()).unwrap();
            let (cached, bytes) = fetched(&stand, request).await;
            assert_eq!(cached, "public, max-age=31536000, immutable", "{tile}");
            let file = copy.join(tile.to_string());
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let policy = trusted(&stand, ALONE).await;
        let (found, faults) = examine_published(&Folder::to_read(&copy), &policy).unwrap();
        assert_eq!((found.checkpoint.size, faults), (size, vec![]));
        // Entries are digests and pseudonyms.
        let bundle = Tile::within(Kind::Entries, 0, size).unwrap();
        let entries = Folder::to_read(&copy).entries(bundle).unwrap();
        assert!(entries.iter().all(|it| [33, 65, 49].contains(&it.len())));
        assert!(
            entries.iter().filter(|it| it.len() == 65).count()
                >= verified(&stand, &cookie).await.records.len()
        );
        // Nothing beyond the checkpoint, and no other file.
        let further = Tile { width: bundle.width + 1, ..bundle };
        for path in [
            further.to_string(),
            "tile/0/999".into(),
            "tile/9/000".into(),
            "tile/../checkpoint".into(),
            "writer.lock".into(),
        ] {
            assert_eq!(stand.get(&format!("/log/{path}"), None).await.status, 404, "{path}");
        }
        for it in [copy, dir] {
            fs::remove_dir_all(it).unwrap();
        }
    })
    .await;
}

async fn fetched(stand: &Stand, request: Request<Body>) -> (String, Vec<u8>) {
    use tower::ServiceExt as _;
    let router = senim_host::router::pages(stand.app.clone());
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let cached = answer.headers()["cache-control"].to_str().unwrap().to_owned();
    (cached, axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap().to_vec())
}

/// What is done to a file, and how.
type Harm = (&'static str, fn(&mut Vec<u8>));

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_folder_is_refused_at_the_start_and_fsck_says_where() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        // More than one full tile.
        for _ in 0..26 {
            stand.approved(asked()).await;
            advance(&stand.app).await.unwrap();
        }
        let size = size(&stand);
        assert!(size > 256, "{size}");
        stand.app.log = None;
        let whole = Tile::of_growth(0, size);
        assert!(whole.iter().any(|it| it.is_full()));
        assert!(!dir.join("tile/0/000.p").exists(), "partial tiles of a full one are gone");
        let harms: [Harm; 4] = [
            ("a flipped bit", |it| it[40] ^= 1),
            ("cut short", |it| it.truncate(it.len() - 1)),
            ("something added", |it| it.push(0)),
            ("empty", Vec::clear),
        ];
        for tile in &whole {
            for (what, harm) in &harms {
                let file = dir.join(tile.to_string());
                let good = fs::read(&file).unwrap();
                // A tile of one hash has no byte 40.
                if good.len() <= 40 {
                    continue;
                }
                let mut bad = good.clone();
                harm(&mut bad);
                fs::write(&file, bad).unwrap();
                let told = fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults;
                let place = tile.to_string();
                assert!(
                    told.iter().any(|it| it.place == place
                        || it.why.contains(&place)
                        || it.place == place.replace("tile/0", "tile/entries")),
                    "{what} in {tile}: {told:?}"
                );
                let opened = open(&stand, &dir, ALONE).await;
                assert!(matches!(opened, Err(LogFailure::Damaged(_))), "{what} in {tile}");
                fs::write(&file, good).unwrap();
            }
        }
        assert!(fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults.is_empty());
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_restored_backup_nor_a_second_process_can_fork_the_log() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let old = copied(&dir);
        let old_lock = lock(&stand).await;
        // The folder has one writer.
        assert!(matches!(open(&stand, &dir, ALONE).await, Err(LogFailure::Taken)));

        // A second process with a copy: the first goes on, the second finds itself overtaken and writes nothing.
        let second = copied(&dir);
        let other = open(&stand, &second, ALONE).await.unwrap();
        stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let after = lock(&stand).await;
        let first = stand.app.log.replace(other);
        stand.approved(asked()).await;
        assert!(matches!(advance(&stand.app).await, Err(LogFailure::Overtaken)));
        assert_eq!(lock(&stand).await, after);
        stand.app.log = first;
        advance(&stand.app).await.unwrap();

        // An older folder, then an older database.
        stand.app.log = None;
        assert!(matches!(open(&stand, &old, ALONE).await, Err(LogFailure::Damaged(_))));
        let now = lock(&stand).await;
        set(&stand, &now, &old_lock).await;
        let opened = open(&stand, &dir, ALONE).await;
        assert!(matches!(opened, Err(LogFailure::OldDatabase { .. })));
        let told = fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults;
        assert!(told.iter().any(|it| it.why.contains("older backup")), "{told:?}");
        set(&stand, &old_lock, &now).await;
        with_log(&mut stand, &dir, ALONE).await;
        for it in [dir, old, second] {
            fs::remove_dir_all(it).unwrap();
        }
    })
    .await;
}

pub(super) async fn lock(stand: &Stand) -> store::log::Lock {
    let read = async |tx: &mut store::Tx| store::log::lock(tx).await;
    stand.app.store.read("test.lock", read).await.unwrap().unwrap()
}

pub(super) async fn set(stand: &Stand, from: &store::log::Lock, to: &store::log::Lock) {
    let swapped =
        stand.app.store.transact("test.set", async |tx| store::log::swap(tx, from, to).await).await;
    assert!(swapped.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_files_and_lock_row_loses_and_repeats_nothing() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let dir = folder();
        with_log(&mut stand, &dir, ALONE).await;
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        stand.approved(asked()).await;
        senim_host::journal::sequence(&stand.app).await.unwrap();
        let waiting = stand
            .app
            .store
            .read("test.waiting", async |tx| store::log::waiting(tx).await)
            .await
            .unwrap();
        let before = lock(&stand).await;
        // Files are on the disk, and the process dies.
        let batch = stand.app.log.as_ref().unwrap().write(&waiting, stand.app.now()).unwrap();
        assert_eq!(lock(&stand).await, before);
        // What comes later goes into the same places.
        stand.approved(asked()).await;
        with_log(&mut stand, &dir, ALONE).await;
        advance(&stand.app).await.unwrap();
        assert!(lock(&stand).await.size > batch.new.size);
        assert!(fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults.is_empty());
        let found = events(&verified(&stand, &cookie).await);
        assert_eq!(found.iter().filter(|it| *it == "consent.granted").count(), 3, "{found:?}");

        // The row was set and the answer was lost: the next round takes over what it wrote.
        stand.approved(asked()).await;
        senim_host::journal::sequence(&stand.app).await.unwrap();
        let waiting = stand
            .app
            .store
            .read("test.waiting", async |tx| store::log::waiting(tx).await)
            .await
            .unwrap();
        let batch = stand.app.log.as_ref().unwrap().write(&waiting, stand.app.now()).unwrap();
        stand
            .app
            .store
            .transact("test.swap", async |tx| {
                store::log::written(tx, &waiting, batch.old.size, batch.month).await?;
                store::log::swap(tx, &batch.old, &batch.new).await
            })
            .await
            .unwrap();
        advance(&stand.app).await.unwrap();
        assert_eq!(size(&stand), batch.new.size);
        assert!(fsck(&stand.app, &Folder::to_read(&dir)).await.unwrap().faults.is_empty());
        fs::remove_dir_all(dir).unwrap();
    })
    .await;
}

fn witness_key() -> SigningKey {
    SigningKey::new("witness.example", KeyKind::Witness, &WITNESS_SEED).unwrap()
}

/// A policy that asks for the witness on this port.
pub(super) fn witnessed_at(port: u16) -> String {
    format!("witness w {} http://127.0.0.1:{port}/\nquorum w\n", witness_key().public())
}

/// A witness on a port of its own, until the handle is aborted.
pub(super) async fn witness(
    stand: &Stand,
    dir: &Path,
    port: u16,
) -> (u16, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let key = witness_key();
    let logs: Vec<VerifierKey> = vec![log_key(&stand.app).await.unwrap()];
    let clock = Arc::new(FixedClock::at(stand.app.now()));
    let witness = Witness::open(key, logs, dir, clock).unwrap();
    let serving = tokio::spawn(async move {
        axum::serve(listener, routes(witness)).await.unwrap();
    });
    (port, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_published_when_its_witness_has_cosigned_and_a_rollback_of_both_is_seen() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let (dir, state) = (folder(), folder());
        let (port, serving) = witness(&stand, &state, 0).await;
        let policy = witnessed_at(port);
        with_log(&mut stand, &dir, &policy).await;
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let trusted = trusted(&stand, &policy).await;
        let complete = history(&stand, &cookie, "").await.verify(&trusted, None).unwrap();
        assert_eq!(complete.trusted.witnessed.len(), 1);
        let (old, old_lock, published) = (copied(&dir), lock(&stand).await, size(&stand));

        // Without its witness the log goes on and nothing new is published.
        serving.abort();
        let _ = serving.await;
        stand.approved(asked()).await;
        assert!(matches!(advance(&stand.app).await, Err(LogFailure::Unwitnessed)));
        assert!(lock(&stand).await.size > published && size(&stand) == published);
        assert!(history(&stand, &cookie, "").await.verify(&trusted, None).is_ok());

        // A witness that starts again remembers what it has signed.
        let (_, serving) = witness(&stand, &state, port).await;
        advance(&stand.app).await.unwrap();
        let now = lock(&stand).await;
        assert_eq!(size(&stand), now.size);

        // Folder and database from the same old backup: they agree, and the witness knows better.
        stand.app.log = None;
        set(&stand, &now, &old_lock).await;
        let opened = open(&stand, &old, &policy).await;
        assert!(
            matches!(&opened, Err(LogFailure::Fork(name, seen)) if name == "w" && *seen == now.size)
        );
        serving.abort();
        for it in [dir, old, state] {
            fs::remove_dir_all(it).unwrap();
        }
    })
    .await;
}
