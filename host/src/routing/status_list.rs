//! `GET /edge/status-list`: which consents have ended, signed (draft-ietf-oauth-status-list §8).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use senim_core::consent::status_list::{StatusList, StatusListClaims, TYPE};

use super::feed::{Content, LIFETIME};
use super::node::Node;
use crate::app::App;
use crate::http::problem::Refusal;
use crate::store;
use crate::store::routing::Published;

pub(super) async fn show(app: App, Node(node): Node) -> Result<Response, Refusal> {
    let now = app.now();
    app.feed.seen(&app, &node, now).await?;
    let (version, read) = app
        .store
        .read("routing.status_list", async |tx| {
            let version = store::routing::version(tx, Published::StatusList).await?;
            if app.feed.status_list.content(version, now).is_some() {
                return Ok((version, None));
            }
            Ok::<_, Refusal>((version, Some(store::consent::ended_indices(tx).await?)))
        })
        .await?;
    let jws = match app.feed.status_list.signed(version, now) {
        Some(jws) => jws,
        None => {
            let (packed, read_at) = match (read, app.feed.status_list.content(version, now)) {
                (Some(facts), _) => (StatusList::new(facts.size, facts.ended).pack(), now),
                (None, Some(kept)) => kept,
                (None, None) => return Err(Refusal::internal("the list's version ran away")),
            };
            let claims = StatusListClaims {
                iss: app.config.issuer.clone(),
                sub: format!("{}/edge/status-list", app.config.issuer),
                iat: now.timestamp(),
                exp: (now + LIFETIME).timestamp(),
                ttl: 1,
                status_list: packed,
            };
            let jws = Bytes::from(app.keys.sign(TYPE, &claims, now)?);
            let (content, signed_at) = (claims.status_list, now);
            let kept = Content { version, read_at, content, signed_at, jws: jws.clone() };
            app.feed.status_list.keep(kept);
            jws
        }
    };
    let headers =
        [(header::CONTENT_TYPE, "application/statuslist+jwt"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, jws).into_response())
}
