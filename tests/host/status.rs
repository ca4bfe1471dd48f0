//! The public status list: a JWT or a CWT, signed by a published key.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use senim_channel::{Peer, verify, verify_jws};
use senim_core::jose::{Algorithm, Jws};
use senim_core::status::{Entry, StatusListClaims, TYPE, cwt};
use senim_host::router;
use tower::ServiceExt as _;

use super::bank::Bank;
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn anyone_reads_the_status_list_as_a_jwt_or_a_cwt() {
    on_each(async |database| {
        let bank = Bank::on(database).await;
        let token = bank.trade(&bank.code().await).await.token();
        let reference = token.status.status_list;
        assert_eq!(reference.uri, "https://localhost:2/status-list");
        let keys = bank.stand.app.keys.published(bank.stand.app.now());
        let read = async || {
            let (media_type, text) = list(&bank, "*/*").await;
            assert_eq!(media_type, "application/statuslist+jwt");
            let text = String::from_utf8(text).unwrap();
            let jws = Jws::parse_long(&text, 1_000_000).unwrap();
            assert!(jws.is_type(TYPE) && verify_jws(&jws, &keys));
            let claims: StatusListClaims = jws.claims().unwrap();
            assert_eq!((&claims.sub, claims.exp - claims.iat), (&reference.uri, 60));
            assert_eq!(claims.ttl, 5);
            claims
        };
        let entry = |it: &StatusListClaims| it.status_list.unpack().unwrap().entry(reference.idx);
        assert_eq!(entry(&read().await), Some(Entry::Valid));
        // A code played twice ends the consent.
        let code = bank.code().await;
        let ended = bank.trade(&code).await.token().status.status_list.idx;
        bank.trade(&code).await;
        // However many ask: a list is made anew each second.
        bank.stand.wait(1);
        let claims = read().await;
        assert_eq!(entry(&claims), Some(Entry::Valid));
        assert_eq!(claims.status_list.unpack().unwrap().entry(ended), Some(Entry::Ended));

        let (media_type, bytes) = list(&bank, cwt::TYPE).await;
        assert_eq!(media_type, cwt::TYPE);
        let signature = &bytes[bytes.len() - 64..];
        let kid = keys.keys[0].kid.as_deref().unwrap();
        let unsigned = cwt::Unsigned::new(&claims, kid).unwrap();
        assert_eq!(bytes, unsigned.joined(signature));
        assert!(verify(&keys.keys[0], Algorithm::Es256, &unsigned.signed(), signature));
    })
    .await;
}

async fn list(bank: &Bank, accept: &str) -> (String, Vec<u8>) {
    let mut request =
        Request::get("/status-list").header(header::ACCEPT, accept).body(Body::empty()).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    request.extensions_mut().insert(ConnectInfo(Peer { address, certificate: None }));
    let answer = router::servers(bank.stand.app.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let media_type = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    (media_type, to_bytes(answer.into_body(), 1_000_000).await.unwrap().to_vec())
}
