//! `GET /edge/status-list`: which consents have ended, signed (draft-ietf-oauth-status-list §8).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use senim_core::status::{StatusList, StatusListClaims, TYPE};

use crate::app::App;
use crate::caller::Node;
use crate::http::problem::Refusal;
use crate::routing::feed::{Edition, LIFETIME};
use senim_store as store;
use senim_store::routing::Published;

pub(super) async fn show(app: App, Node(node): Node) -> Result<Response, Refusal> {
    let now = app.now();
    app.feed.seen(&app, &node, now).await?;
    let (version, (packed, read_at)) = app
        .store
        .read("status.show", async |tx| {
            let version = store::routing::version(tx, Published::StatusList).await?;
            if let Some(kept) = app.feed.status_list.content(version, now) {
                return Ok((version, kept));
            }
            let facts = store::consent::ended_indices(tx).await?;
            let list = StatusList::new(facts.size, facts.ended).with_changed(facts.changed);
            Ok::<_, Refusal>((version, (list.pack(), now)))
        })
        .await?;
    let jws = if let Some(jws) = app.feed.status_list.signed(version, now) {
        jws
    } else {
        let claims = StatusListClaims {
            iss: app.config.issuer.clone(),
            sub: format!("{}/edge/status-list", app.config.issuer),
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            ttl: 1,
            version,
            status_list: packed,
        };
        let jws = Bytes::from(app.keys.sign(TYPE, &claims, now)?);
        let (content, signed_at) = (claims.status_list, now);
        let kept = Edition { version, read_at, content, signed_at, jws: jws.clone() };
        app.feed.status_list.keep(kept);
        jws
    };
    let headers =
        [(header::CONTENT_TYPE, "application/statuslist+jwt"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, jws).into_response())
}
