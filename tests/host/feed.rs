//! The stream to nodes from a real host over mutual TLS, on both engines, and what "done everywhere" means.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use senim_core::feed::Place;
use senim_core::feed::frame::Kind;
use senim_core::routing::Standing;
use senim_host::app::App;
use senim_host::keys::rotate::rotate;
use senim_host::routing::{self, Feed, set_node_standing};
use senim_store as store;
use serde_json::{Value, json};

use super::stand::{Stand, asked, folder};
use crate::database::on_each;
use crate::etcd::Etcd;
use senim_tests::hosted::{Certificates, Following, Hosted};

const BOUND: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_is_done_when_every_connected_node_has_acknowledged() {
    from_each(async |database, source| {
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder()).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let first = node(&host, &certificates, "edge-1").await;
        let second = node(&host, &certificates, "edge-2").await;
        // One that was registered and never came refuses everything, and nobody waits for it.
        register(&stand.app, "edge-3", "thumbprint").await;

        let (cookie, consent) = given(&stand).await;
        let path = format!("/api/cabinet/consents/{consent}/reach");
        assert_eq!(stand.get(&path, Some(&cookie)).await.outcome(), "404 not-found");
        assert_eq!(stand.get(&path, None).await.outcome(), "401 signed-out");
        standing(&first, &host, 0, Standing::Good).await;
        withdraw(&stand, &cookie, &consent).await;
        let reach = until_done(&stand, &cookie, &path).await;
        let states = [("edge-1", "confirmed"), ("edge-2", "confirmed"), ("edge-3", "silent")];
        assert_eq!(
            reach["nodes"],
            json!(states.map(|(name, state)| json!({"name": name, "state": state})))
        );
        // From then on none lets anything through.
        for node in [&first, &second] {
            assert_eq!(says(node, &host, 0), Some(Standing::Ended));
        }

        // A node that has gone is waited for until it refuses by itself, and no longer.
        drop(second);
        let (cookie, consent) = given(&stand).await;
        withdraw(&stand, &cookie, &consent).await;
        let path = format!("/api/cabinet/consents/{consent}/reach");
        until(async || state(&stand, &cookie, &path, 0).await == "confirmed").await;
        let reach = stand.get(&path, Some(&cookie)).await.body;
        assert_eq!(
            (&reach["done"], &reach["nodes"][1]["state"]),
            (&json!(false), &json!("waiting"))
        );
        assert!(reach["nodes"][1]["until"].is_string());
        stand.wait(6);
        let reach = until_done(&stand, &cookie, &path).await;
        assert_eq!(reach["nodes"][1], json!({"name": "edge-2", "state": "silent"}));
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_on_one_database_feed_the_same_stream() {
    from_each(async |database, source| {
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder()).unwrap();
        let (one, other) = (stand.app.clone(), source.feeds_app(stand.beside(database).await));
        let one = Hosted::serve(one, &certificates, 0).await.unwrap();
        let other = Hosted::serve(other, &certificates, 0).await.unwrap();
        let near = node(&one, &certificates, "edge-1").await;
        let far = node(&other, &certificates, "edge-2").await;
        let (cookie, consent) = given(&stand).await;
        withdraw(&stand, &cookie, &consent).await;
        standing(&far, &other, 0, Standing::Ended).await;
        // Whoever is asked knows of acknowledgements at the other.
        let path = format!("/api/cabinet/consents/{consent}/reach");
        let reach = until_done(&stand, &cookie, &path).await;
        for number in 0..2 {
            assert_eq!(reach["nodes"][number]["state"], "confirmed", "{reach}");
        }
        let told = async |app: &App| app.feed.content(app).await.unwrap();
        assert_eq!(told(&one.app).await, told(&other.app).await);

        // A node that comes from the one to the other goes on where it was.
        let before = place(&near);
        drop(near);
        let (port, app) = (one.address.port(), other.app.clone());
        one.kill().await;
        let moved = Hosted::serve(app, &certificates, port).await.unwrap();
        let near =
            Following::again(&certificates, "edge-1", &moved.url(), issuer(&moved), BOUND).unwrap();
        until(async || near.feed.fresh().is_some()).await;
        assert!(place(&near) >= before);
        moved.kill().await;
        other.app.store.close().await;
        stand.app.store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_and_started_again_goes_on_where_it_was() {
    from_each(async |database, source| {
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder()).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let node = node(&host, &certificates, "edge-1").await;
        let (cookie, consent) = given(&stand).await;
        standing(&node, &host, 0, Standing::Good).await;
        let before = place(&node);
        let port = host.address.port();
        host.kill().await;
        // Done while no host feeds the node.
        withdraw(&stand, &cookie, &consent).await;
        let stand = source.feeds(stand.restarted(database).await);
        let host = Hosted::serve(stand.app.clone(), &certificates, port).await.unwrap();
        standing(&node, &host, 0, Standing::Ended).await;
        assert!(place(&node) > before);
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_rotated_in_mid_stream_are_announced_before_they_sign() {
    from_each(async |database, source| {
        let stand = source.feeds(Stand::on(database).await);
        let certificates = Certificates::make(&folder()).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let node = node(&host, &certificates, "edge-1").await;
        let streams = |node: &Following| node.feed.places().borrow().0;
        let before = streams(&node);
        // The first key is older than the second one.
        stand.wait(11);
        for _ in 0..3 {
            let app = &stand.app;
            rotate(&app.store, &app.sealer, &*app.rng, app.now()).await.unwrap();
            app.keys.renew(&app.store, &app.sealer, app.now()).await.unwrap();
            told_all(&node, &host).await;
            // From now on the new one signs.
            stand.wait(11);
            let (cookie, _) = stand.approved(asked()).await;
            let consent = in_force(&stand, &cookie).await;
            withdraw(&stand, &cookie, &consent).await;
            told_all(&node, &host).await;
        }
        // The one stream has lived through it all.
        assert_eq!(streams(&node), before);
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_node_s_stream_ends_and_one_node_has_one_stream() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let certificates = Certificates::make(&folder()).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let bound = Duration::from_secs(2);
        let node = Following::start(&host, &certificates, "edge-1", bound).await.unwrap();
        until(async || node.feed.fresh().is_some()).await;
        set_node_standing(&stand.app, "edge-1", Some("its key has leaked"), "aigul").await.unwrap();
        until(async || node.feed.fresh().is_none()).await;
        set_node_standing(&stand.app, "edge-1", None, "aigul").await.unwrap();
        until(async || node.feed.fresh().is_some()).await;
        drop(node);

        let mut first = opened(&host, &certificates, "edge-1").await;
        let mut second = opened(&host, &certificates, "edge-1").await;
        while first.next().await.unwrap().is_some() {}
        assert!(second.next().await.unwrap().is_some());
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

/// Much comes, and one node reads nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_cut_and_slows_nobody_down() {
    on_each(async |database| {
        let stand = Stand::on(database).await;
        let certificates = Certificates::make(&folder()).unwrap();
        let host = Hosted::serve(stand.app.clone(), &certificates, 0).await.unwrap();
        let good = node(&host, &certificates, "edge-1").await;
        let thumbprint = certificates.issue("edge-2").unwrap();
        register(&stand.app, "edge-2", &thumbprint).await;
        let mut slow = opened(&host, &certificates, "edge-2").await;
        let much = stand.app.feed.content(&stand.app).await.unwrap().1.participants;
        let mut much = serde_json::to_value(&*much).unwrap();
        much[0]["name"] = "x".repeat(100_000).into();
        let much = serde_json::to_vec(&much).unwrap();
        let mut sent = 0;
        // More than windows and sockets hold, in more batches than may wait.
        for _ in 0..400 {
            let now = stand.app.now();
            let appended = stand
                .app
                .store
                .transact("test", async |tx| {
                    store::feed::append(tx, Kind::Registry, much.clone(), now).await
                })
                .await;
            appended.unwrap();
            // Each in a batch of its own.
            stand.app.feed.content(&stand.app).await.unwrap();
            sent += much.len();
        }
        told_all(&good, &host).await;
        let mut read = 0;
        while let Ok(Some(piece)) = slow.next().await {
            read += piece.len();
        }
        assert!(read < sent, "{read} of {sent}");
        host.kill().await;
        stand.app.store.close().await;
    })
    .await;
}

/// Where hosts read the stream.
pub(super) struct Source<'a>(pub(super) Option<&'a Etcd>);

impl Source<'_> {
    pub(super) fn feeds(&self, mut stand: Stand) -> Stand {
        stand.app = self.feeds_app(stand.app);
        stand
    }

    pub(super) fn feeds_app(&self, mut app: App) -> App {
        if let Some(etcd) = self.0 {
            app.feed = Arc::new(Feed::through(routing::Etcd::open(&etcd.config()).unwrap()));
        }
        app
    }
}

/// On each engine, nodes are fed from its table and through etcd.
async fn from_each(body: impl AsyncFn(&str, Source<'_>)) {
    on_each(async |database| body(database, Source(None)).await).await;
    on_each(async |database| {
        let etcd = Etcd::start(&folder());
        body(database, Source(Some(&etcd))).await;
    })
    .await;
}

pub(super) async fn node(host: &Hosted, certificates: &Certificates, name: &str) -> Following {
    let node = Following::start(host, certificates, name, BOUND).await.unwrap();
    until(async || node.feed.fresh().is_some()).await;
    node
}

async fn register(app: &App, name: &str, thumbprint: &str) {
    let thumbprints = [thumbprint.to_owned()];
    app.store
        .transact("test.node", async |tx| {
            store::routing::register_node(tx, name, &thumbprints).await
        })
        .await
        .unwrap();
}

/// A stream that nobody reads but the test.
async fn opened(
    host: &Hosted,
    certificates: &Certificates,
    name: &str,
) -> senim_channel::outbound::Pieces {
    let outbound = certificates.outbound(name).unwrap();
    let url = format!("{}/edge/feed?nonce=n", host.url());
    let request = Request::get(url).body(Bytes::new()).unwrap();
    let answer = outbound.send(request, BOUND).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    // Its connection lasts as long as this.
    std::mem::forget(outbound);
    answer.pieces()
}

fn issuer(host: &Hosted) -> &str {
    &host.app.config.issuer
}

fn place(node: &Following) -> Place {
    node.feed.places().borrow().1.unwrap()
}

/// What a node decides by.
pub(super) fn says(node: &Following, host: &Hosted, index: u64) -> Option<Standing> {
    let list = host.app.config.status_list_url();
    Some(node.feed.fresh()?.standing(&list, index))
}

pub(super) async fn standing(node: &Following, host: &Hosted, index: u64, expected: Standing) {
    until(async || says(node, host, index) == Some(expected)).await;
}

/// Waits until the node decides by all that was done.
pub(super) async fn told_all(node: &Following, host: &Hosted) {
    let head = host.app.store.read("test", async |tx| store::feed::head(tx).await).await.unwrap();
    until(async || place(node) >= head.at && node.feed.fresh().is_some()).await;
}

/// The cookie of a client's cabinet, and the consent.
pub(super) async fn given(stand: &Stand) -> (String, String) {
    let (cookie, _) = stand.approved(asked()).await;
    let consent = in_force(stand, &cookie).await;
    (cookie, consent)
}

async fn in_force(stand: &Stand, cookie: &str) -> String {
    let cabinet = stand.get("/api/cabinet", Some(cookie)).await.body;
    let consents = cabinet["consents"].as_array().unwrap();
    let active = consents.iter().find(|it| it["status"]["status"] == "active").unwrap();
    active["id"].as_str().unwrap().to_owned()
}

pub(super) async fn withdraw(stand: &Stand, cookie: &str, consent: &str) {
    let path = format!("/api/cabinet/consents/{consent}/withdraw");
    assert_eq!(stand.post(&path, Some(cookie), json!({})).await.status, 200);
}

async fn state(stand: &Stand, cookie: &str, path: &str, number: usize) -> String {
    let reach = stand.get(path, Some(cookie)).await.body;
    reach["nodes"][number]["state"].as_str().unwrap_or_default().to_owned()
}

async fn until_done(stand: &Stand, cookie: &str, path: &str) -> Value {
    until(async || stand.get(path, Some(cookie)).await.body["done"] == true).await;
    stand.get(path, Some(cookie)).await.body
}

/// Waits for something that comes about by itself.
pub(super) async fn until(holds: impl AsyncFn() -> bool) {
    for _ in 0..1200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it did not come about in half a minute");
}
