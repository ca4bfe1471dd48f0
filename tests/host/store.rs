//! The store itself: what holds on both engines whatever is kept in it.

use std::sync::Arc;

use senim_channel::clock::SystemRng;
use senim_core::journal::{Actor, Event, Subject};
use senim_core::problem::Problem;
use senim_host::http::problem::Refusal;
use senim_store::routing::Published;
use senim_store::seal::Sealer;
use senim_store::{self as store, Store, StoreError};

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
                    .transact("test", async |tx| {
                        store::routing::touch(tx, Published::Registry).await
                    })
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
        let touched =
            store.transact("test", async |tx| store::routing::touch(tx, Published::Registry).await);
        touched.await.unwrap();
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

async fn version(store: &Store) -> u64 {
    let version =
        store.read("test", async |tx| store::routing::version(tx, Published::Registry).await);
    version.await.expect("a version")
}

async fn opened(database: &str) -> Result<Store, StoreError> {
    let sealer = Sealer::new(&[7; 32]);
    Store::open(database, sealer, Arc::new(SystemRng)).await
}
