//! What one caller may spend: the servers' listener while somebody sends bodies that never end.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, header};
use futures::stream::{self, FuturesUnordered};
use futures::{FutureExt as _, StreamExt as _};

use super::bank::{Answer, Bank};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_endless_bodies_silence_neither_nodes_nor_banks_nor_strangers_elsewhere() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        // Six connections of a hundred streams each, of one address.
        let mut slow: FuturesUnordered<_> =
            (0..600).map(|_| bank.send(endless("/par", 1), None)).collect();
        let refused = answered_now(&mut slow);
        assert_eq!(refused, vec!["503 busy"; 600 - 64]);

        assert_eq!(bank.get("/jwks", None).await.outcome(), "200");
        let form = [("a".to_owned(), "b".to_owned())];
        let push = |certificate| bank.post("/par", &form, None, certificate);
        assert_eq!(push(Some("certificate")).await.outcome(), "401 invalid_client client.unknown");
        let busy = push(None).await;
        assert_eq!(
            (busy.outcome().as_str(), &busy.headers["retry-after"]),
            ("503 busy", &HeaderValue::from_static("1"))
        );
        let uses = Request::post("/edge/uses")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{\"uses\":[]}"));
        assert_eq!(bank.send(uses.unwrap(), Some("node-1")).await.outcome(), "204");
        // Who gives up gives its place back.
        drop(slow);
        assert_eq!(push(None).await.outcome(), "401 invalid_client client.unknown");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_have_few_places_and_leave_the_small_ones_theirs() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let mut slow: FuturesUnordered<_> =
            (0..20).map(|_| bank.send(endless("/par", 65 * 1024), None)).collect();
        assert_eq!(answered_now(&mut slow), vec!["503 busy"; 20 - 4]);
        let small = bank.post("/par", &[("a".to_owned(), "b".to_owned())], None, None).await;
        assert_eq!(small.outcome(), "401 invalid_client client.unknown");
    })
    .await;
}

/// What has been answered when nothing moves any more.
fn answered_now<F: Future<Output = Answer>>(asked: &mut FuturesUnordered<F>) -> Vec<String> {
    let mut answered = Vec::new();
    while let Some(Some(answer)) = asked.next().now_or_never() {
        answered.push(answer.outcome());
    }
    answered
}

/// A body that says nothing more after its beginning.
fn endless(path: &str, beginning: usize) -> Request<Body> {
    let beginning = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; beginning]))]);
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from_stream(beginning.chain(stream::pending())))
        .expect("a request")
}
