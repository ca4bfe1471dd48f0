//! The stream through etcd when etcd is killed, set back, emptied or written to by somebody else, and when the host that
//! carries it is gone.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::Path;
use std::process::Command;

use senim_core::feed::frame::{Bits, Kind};
use senim_core::routing::Standing;
use senim_store as store;

use super::feed::{Source, given, node, says, standing, told_all, until, withdraw};
use super::stand::{Stand, folder};
use crate::database::on_each;
use crate::etcd::Etcd;
use senim_tests::hosted::{Certificates, Hosted};

#[tokio::test(flavor = "multi_thread")]
async fn without_etcd_nodes_refuse_by_themselves_and_afterwards_know_everything() {
    on_each(async |database| {
        let folder = folder();
        let mut etcd = Etcd::start(&folder);
        let stand = Source(Some(&etcd)).feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let node = node(&host, &certificates, "edge-1").await;
        let (cookie, consent) = given(&stand).await;
        standing(&node, &host, 0, Standing::Good).await;

        etcd.kill();
        // The deed is the database's: it does not wait for etcd.
        withdraw(&stand, &cookie, &consent).await;
        until(async || node.feed.fresh().is_none()).await;
        etcd.again();
        standing(&node, &host, 0, Standing::Ended).await;

        // An old backup of etcd, and then none: the table has what is missing, and no node goes back.
        let (cookie, consent) = given(&stand).await;
        standing(&node, &host, 1, Standing::Good).await;
        etcd.kill();
        let backup = folder.join("backup");
        copied(&etcd.data(), &backup);
        etcd.again();
        withdraw(&stand, &cookie, &consent).await;
        standing(&node, &host, 1, Standing::Ended).await;
        for (next, replaced) in [(2, Some(&backup)), (3, None)] {
            etcd.kill();
            fs::remove_dir_all(etcd.data()).unwrap();
            if let Some(backup) = replaced {
                copied(backup, &etcd.data());
            }
            etcd.again();
            let (cookie, consent) = given(&stand).await;
            withdraw(&stand, &cookie, &consent).await;
            until(async || {
                let before = says(&node, &host, 1);
                assert_ne!(before, Some(Standing::Good), "a consent that has ended holds again");
                says(&node, &host, next) == Some(Standing::Ended)
            })
            .await;
        }
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_carries_on_where_the_one_that_carried_is_gone() {
    on_each(async |database| {
        let folder = folder();
        let etcd = Etcd::start(&folder);
        let source = Source(Some(&etcd));
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder).unwrap();
        let first = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let near = node(&first, &certificates, "edge-1").await;
        let app = source.feeds_app(stand.beside(database).await);
        let second = Hosted::serve(app, &certificates, 0).await.unwrap();
        let far = node(&second, &certificates, "edge-2").await;
        let streams = far.feed.places().borrow().0;
        let (cookie, consent) = given(&stand).await;
        standing(&far, &second, 0, Standing::Good).await;
        drop(near);
        first.kill().await;
        withdraw(&stand, &cookie, &consent).await;
        standing(&far, &second, 0, Standing::Ended).await;
        // And the stream to its node has not noticed.
        assert_eq!(far.feed.places().borrow().0, streams);
        second.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

/// Long frames have parts; after many there is another base, and what was before it goes.
#[tokio::test(flavor = "multi_thread")]
async fn long_frames_and_many_come_through_and_etcd_keeps_no_more_than_is_read() {
    on_each(async |database| {
        let folder = folder();
        let etcd = Etcd::start(&folder);
        let source = Source(Some(&etcd));
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let node = node(&host, &certificates, "edge-1").await;
        let content = stand.app.feed.content(&stand.app).await.unwrap().1;
        let mut much = serde_json::to_value(&*content.participants).unwrap();
        much[0]["name"] = "x".repeat(2_000_000).into();
        let long = serde_json::to_vec(&much).unwrap();
        let short = serde_json::to_vec(&*content.participants).unwrap();
        let (store, now) = (&stand.app.store, stand.app.now());
        for registry in [long, short] {
            let append = store.transact("test", async |tx| {
                store::feed::append(tx, Kind::Registry, registry.clone(), now).await
            });
            append.await.unwrap();
            told_all(&node, &host).await;
        }
        for _ in 0..2 {
            let append = store.transact("test", async |tx| {
                for _ in 0..5000 {
                    let bits = Bits { taken: 1, changes: [].into() };
                    store::feed::append(tx, Kind::Bits, bits.write(), now).await?;
                }
                Ok::<_, store::StoreError>(())
            });
            append.await.unwrap();
            told_all(&node, &host).await;
        }
        until(async || {
            etcd.etcdctl(&["get", "--prefix", "--keys-only", "/test/"]).lines().count() < 12_000
        })
        .await;
        // Who comes now reads a base and what follows it.
        let late = source.feeds_app(stand.beside(database).await);
        let _keeping = senim_host::routing::follow_source(&late);
        let told = |app: &senim_host::app::App| {
            let app = app.clone();
            async move { app.feed.content(&app).await.unwrap() }
        };
        assert_eq!(told(&late).await, told(&host.app).await);
        host.kill().await;
        late.store.close().await;
        stand.app.store.close().await;
    })
    .await;
}

/// Whoever can write to etcd can stop the stream, and can't put words into it.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_writes_to_etcd_reaches_no_node() {
    on_each(async |database| {
        let folder = folder();
        let etcd = Etcd::start(&folder);
        let source = Source(Some(&etcd));
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let node = node(&host, &certificates, "edge-1").await;
        let (cookie, consent) = given(&stand).await;
        withdraw(&stand, &cookie, &consent).await;
        standing(&node, &host, 0, Standing::Ended).await;
        let head = etcd.etcdctl(&["get", "--print-value-only", "/test/head"]);
        let head = head.trim();
        let mut parts: Vec<&str> = head.split('.').collect();
        let signature = parts.pop().unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{}.{other}{}", parts.join("."), &signature[1..]);
        // An old head is one that the platform has signed; the number of its renewal tells.
        for written in ["nonsense", forged.as_str(), head] {
            etcd.etcdctl(&["put", "/test/head", written]);
            until(async || {
                let says = says(&node, &host, 0);
                assert_ne!(says, Some(Standing::Good));
                let now = etcd.etcdctl(&["get", "--print-value-only", "/test/head"]);
                now.trim() != written
            })
            .await;
            let (cookie, consent) = given(&stand).await;
            withdraw(&stand, &cookie, &consent).await;
            told_all(&node, &host).await;
        }
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

fn copied(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success());
}
