//! A backup of one engine goes into either, with its log; what was altered or is in use already is refused.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use senim_channel::clock::FixedRng;
use senim_core::log::history::History;
use senim_core::log::policy::Policy;
use senim_host::backup::{BackupFailure, keep_keys, restore, take};
use senim_host::journal::{advance, fsck, log_key};
use senim_host::log::{Folder, Log};
use senim_store::StoreError;
use senim_store::backup::BackupError;
use senim_store::seal::Sealer;
use serde_json::json;
use tokio::sync::Mutex;

use super::stand::{Stand, asked, folder};
use crate::database::on_each;

const KEY: [u8; 32] = [7; 32];

async fn with_log(stand: &mut Stand, dir: &Path) {
    let dir = dir.to_owned();
    stand.reconfigured(|it| it.log_dir = Some(dir.clone())).await;
    let policy: Policy = "quorum none\n".parse().unwrap();
    let (origin, fresh) = (stand.app.config.log_origin(), ([9; 32], stand.app.now()));
    let log = Log::open(&stand.app.store, &dir, policy, &origin, fresh).await.unwrap();
    stand.app.log = Some(Arc::new(log));
}

async fn restored(
    stand: &Stand,
    from: &Path,
    to: &str,
    key: &[u8; 32],
) -> Result<u64, BackupFailure> {
    let rng = Arc::new(FixedRng::new(5));
    let done = restore(from, &stand.app.config, to, Sealer::new(key), rng).await;
    done.map(|it| it.rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_either_engine_goes_into_either_with_its_log() {
    on_each(async |source| {
        let mut stand = Stand::on(source).await;
        let (dir, beside) = (folder(), folder());
        with_log(&mut stand, &dir).await;
        let (cookie, _) = stand.approved(asked()).await;
        advance(&stand.app).await.unwrap();
        let backup = beside.join("backup");
        let manifest = take(&stand.app, &backup).await.unwrap();
        assert!(manifest.tables["consent"].rows >= 1 && manifest.log_entries > Some(0));
        assert!(matches!(take(&stand.app, &backup).await, Err(BackupFailure::Taken(_))));
        // It goes on, and none of that is in the backup.
        let before = events(&stand).await;
        stand.approved(asked()).await;
        stand.app.log = None;

        let stand = Mutex::new(Some(stand));
        on_each(async |target| {
            let mut held = stand.lock().await;
            let mut stand = held.take().unwrap();
            // The log's folder of the configuration is another machine's, empty.
            let other = folder();
            fs::remove_dir(&other).unwrap();
            stand.reconfigured(|it| it.log_dir = Some(dir.clone())).await;
            let refused = restored(&stand, &backup, target, &KEY).await;
            assert!(matches!(refused, Err(BackupFailure::LogDirTaken(_))), "{refused:?}");
            stand.reconfigured(|it| it.log_dir = None).await;
            let refused = restored(&stand, &backup, target, &KEY).await;
            assert!(matches!(refused, Err(BackupFailure::NoLogDir)), "{refused:?}");
            stand.reconfigured(|it| it.log_dir = Some(other.clone())).await;
            let rows = restored(&stand, &backup, target, &KEY).await.unwrap();
            assert_eq!(rows, manifest.tables.values().map(|it| it.rows).sum::<u64>());
            let again = restored(&stand, &backup, target, &KEY).await;
            assert!(matches!(again, Err(BackupFailure::LogDirTaken(_))), "{again:?}");
            let aside = other.with_extension("aside");
            fs::rename(&other, &aside).unwrap();
            let again = restored(&stand, &backup, target, &KEY).await;
            assert!(
                matches!(again, Err(BackupFailure::Backup(BackupError::NotEmpty))),
                "{again:?}"
            );
            fs::rename(aside, &other).unwrap();

            // The same clients, consents, sessions and log; and it goes on.
            let mut stand = stand.restarted(target).await;
            assert_eq!(events(&stand).await, before);
            assert!(fsck(&stand.app, &Folder::to_read(&other)).await.unwrap().faults.is_empty());
            with_log(&mut stand, &other).await;
            let shown = stand.get("/api/cabinet/activity", Some(&cookie)).await;
            assert_eq!(shown.outcome(), "200", "{}", shown.text);
            stand.approved(asked()).await;
            advance(&stand.app).await.unwrap();
            let policy = format!("log {}\nquorum none\n", log_key(&stand.app).await.unwrap());
            let history = stand.get("/api/cabinet/journal", Some(&cookie)).await;
            let history = History::parse(&history.text).unwrap();
            history.verify(&policy.parse().unwrap(), None).unwrap();
            fs::remove_dir_all(other).unwrap();
            stand.app.log = None;
            *held = Some(stand);
        })
        .await;
        for it in [dir, beside] {
            fs::remove_dir_all(it).unwrap();
        }
    })
    .await;
}

async fn events(stand: &Stand) -> Vec<String> {
    stand.events().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_a_foreign_and_a_newer_backup_are_refused_and_write_nothing() {
    on_each(async |source| {
        on_each(async |target| {
            let stand = Stand::on(source).await;
            let beside = folder();
            let backup = beside.join("backup");
            take(&stand.app, &backup).await.unwrap();

            // Another master key: the rows were written, and taken back.
            let refused = restored(&stand, &backup, target, &[8; 32]).await.unwrap_err();
            assert!(refused.is_sealed(), "{refused}");
            let sealed = BackupError::Store(StoreError::Sealed { place: String::new() });
            assert!(BackupFailure::from(sealed).is_sealed());

            let table = backup.join("tables/participant.ndjson");
            let good = fs::read_to_string(&table).unwrap();
            fs::write(&table, good.replacen('a', "b", 1)).unwrap();
            let refused = restored(&stand, &backup, target, &KEY).await;
            assert!(matches!(refused, Err(BackupFailure::Altered(_))), "{refused:?}");
            fs::write(&table, &good).unwrap();

            let path = backup.join("manifest.json");
            let text = fs::read(&path).unwrap();
            let with = |change: fn(&mut serde_json::Value)| {
                let mut manifest = serde_json::from_slice(&text).unwrap();
                change(&mut manifest);
                fs::write(&path, manifest.to_string()).unwrap();
            };
            with(|it| it["version"] = json!(9_999));
            let refused = restored(&stand, &backup, target, &KEY).await;
            let newer = matches!(refused, Err(BackupFailure::Backup(BackupError::Newer { .. })));
            assert!(newer, "{refused:?}");
            with(|it| it["format"] = json!(2));
            let refused = restored(&stand, &backup, target, &KEY).await;
            assert!(matches!(refused, Err(BackupFailure::Format(2))), "{refused:?}");
            with(|it| it["tables"]["participant"]["rows"] = json!(99));
            let refused = restored(&stand, &backup, target, &KEY).await;
            let short = matches!(refused, Err(BackupFailure::Backup(BackupError::Row { .. })));
            assert!(short, "{refused:?}");
            // One that was killed while it was written has no manifest.
            fs::remove_file(&path).unwrap();
            let refused = restored(&stand, &backup, target, &KEY).await;
            assert!(matches!(refused, Err(BackupFailure::NoBackup(_))), "{refused:?}");

            fs::write(&path, &text).unwrap();
            restored(&stand, &backup, target, &KEY).await.unwrap();
            fs::remove_dir_all(beside).unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_never_go_beside_the_data() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        let beside = folder();
        let backup = beside.join("backup");
        take(&stand.app, &backup).await.unwrap();
        for (name, text) in [("master", "11"), ("tls", "22"), ("chain", "33")] {
            fs::write(beside.join(name), text).unwrap();
        }
        let files = beside.clone();
        stand
            .reconfigured(|it| {
                it.master_key_file = files.join("master");
                it.tls_key = files.join("tls");
                it.tls_certificate = files.join("chain");
            })
            .await;
        let refused = keep_keys(&stand.app.config, &backup.join("keys"));
        assert!(matches!(refused, Err(BackupFailure::KeysBesideData(_))), "{refused:?}");
        let kept = keep_keys(&stand.app.config, &beside.join("keys")).unwrap();
        let text: Vec<_> = kept.iter().map(|(_, it)| fs::read_to_string(it).unwrap()).collect();
        assert_eq!(text, ["11", "22", "33"]);
        fs::remove_dir_all(beside).unwrap();
    })
    .await;
}
