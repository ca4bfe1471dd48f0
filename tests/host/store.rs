//! The store itself: what holds on both engines whatever is kept in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use senim_channel::clock::{SystemRng, moment};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::problem::Problem;
use senim_host::http::problem::Refusal;
use senim_host::keys::rotate_master::rotate_master;
use senim_store::reseal::{self, Resealed};
use senim_store::seal::Sealer;
use senim_store::{self as store, Store, StoreError};

use super::bank::Bank;
use super::stand::folder;
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn transactions_in_each_other_s_way_all_happen() {
    on_each(async |database| {
        let store = Arc::new(opened(database).await.unwrap());
        let before = version(&store).await;
        let tasks = (0..20).map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                store
                    .transact("test", async |tx| store::feed::append_registry(tx, moment(1)).await)
                    .await
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        assert_eq!(version(&store).await, before + 20);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_leaves_no_trace() {
    on_each(async |database| {
        let store = opened(database).await.unwrap();
        let now = senim_channel::clock::moment(1);
        let refused = store
            .transact("test", async |tx| {
                let (subject, event) = (Subject::Key("x".to_owned()), Event::KeyRotated {});
                store::journal::append(tx, Actor::Platform, subject, event, now).await?;
                Err::<(), Refusal>(Problem::Forbidden.into())
            })
            .await;
        assert_eq!(refused.unwrap_err().problem(), Problem::Forbidden);
        let found = store.read("test", async |tx| store::journal::search(tx, "", None, 10).await);
        assert_eq!(found.await.unwrap(), []);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_opens_again_with_what_it_held() {
    on_each(async |database| {
        let store = opened(database).await.unwrap();
        let before = version(&store).await;
        let appended =
            store.transact("test", async |tx| store::feed::append_registry(tx, moment(1)).await);
        appended.await.unwrap();
        store.close().await;
        let store = opened(database).await.unwrap();
        assert_eq!(version(&store).await, before + 1);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_an_error_and_not_a_panic() {
    let gone = folder().join("no/such/folder/x.db");
    assert!(opened(&format!("sqlite:{}", gone.display())).await.is_err());
}

/// Stopped after three values, as a kill would: what was done stays done, all can be read, the next run goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_the_master_key_goes_on_where_it_was_killed() {
    on_each(async |database| {
        let mut bank = Bank::on(database).await;
        // The stand's own.
        let (old, new) = ([7; 32], [9; 32]);
        let rng = Arc::clone(&bank.stand.app.rng);
        let open = |sealer| Store::open(database, sealer, Arc::clone(&rng));
        let pseudonym = bank.trade(&bank.code().await).await.token().sub;
        for _ in 0..5 {
            bank.code().await;
        }
        let both = open(Sealer::with_former(&new, &[old]).unwrap()).await.unwrap();
        bank.stand.app.sealer = both.sealer().clone();
        bank.stand.app.store = both;
        let first = rotate_master(&bank.stand.app, Some(3)).await.unwrap();
        assert_eq!(first, Resealed { values: 3, complete: false });
        // With both keys everything goes on; without the former one something is missing.
        assert_eq!(bank.trade(&bank.code().await).await.token().sub, pseudonym);
        assert!(matches!(open(Sealer::new(&new)).await, Err(StoreError::Sealed { .. })));

        let second = rotate_master(&bank.stand.app, None).await.unwrap();
        assert!(second.complete && second.values > 3, "{second:?}");
        let again = rotate_master(&bank.stand.app, None).await.unwrap();
        assert_eq!(again, Resealed { values: 0, complete: true });
        let alone = open(Sealer::new(&new)).await.unwrap();
        bank.stand.app.sealer = alone.sealer().clone();
        bank.stand.app.keys.reload(&alone, alone.sealer()).await.unwrap();
        bank.stand.app.store = alone;
        assert_eq!(bank.trade(&bank.code().await).await.token().sub, pseudonym);
    })
    .await;
}

/// A column that the rotation does not know would be lost with the former key.
#[test]
fn every_sealed_column_is_known_to_the_rotation() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/store/migrations");
    let mut sealed = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut table = "";
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, ..] => table = *name,
                ["ALTER", "TABLE", table, "ADD", "COLUMN", column, "{BYTES};"]
                    if column.ends_with("sealed") =>
                {
                    sealed.insert(((*table).to_owned(), (*column).to_owned()));
                }
                [column, "{BYTES}" | "{BYTES},", ..] if column.ends_with("sealed") => {
                    sealed.insert((table.to_owned(), (*column).to_owned()));
                }
                _ => {}
            }
        }
    }
    let known: BTreeSet<_> =
        reseal::COLUMNS.iter().map(|it| (it.table.to_owned(), it.column.to_owned())).collect();
    assert_eq!(sealed, known);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_of_a_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = folder().join("senim.db");
    let url = format!("sqlite:{}", file.display());
    let store = opened(&url).await.unwrap();
    for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
    store.close().await;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(opened(&url).await.is_err());
}

async fn version(store: &Store) -> u64 {
    let head = store.read("test", async |tx| store::feed::head(tx).await).await;
    head.expect("a place").at.seq
}

async fn opened(database: &str) -> Result<Store, StoreError> {
    let sealer = Sealer::new(&[7; 32]);
    Store::open(database, sealer, Arc::new(SystemRng)).await
}
