//! `GET /edge/registry`: the register of participants, signed (OAPI-5: the edge enforces standing).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use senim_core::routing::Registry;

use crate::app::App;
use crate::caller::Node;
use crate::http::problem::Refusal;
use crate::routing::feed::{Edition, LIFETIME};
use senim_store as store;
use senim_store::routing::Published;

pub(super) async fn show(app: App, Node(node): Node) -> Result<Response, Refusal> {
    let now = app.now();
    app.feed.seen(&app, &node, now).await?;
    let (version, (participants, read_at)) = app
        .store
        .read("routing.registry", async |tx| {
            let version = store::routing::version(tx, Published::Registry).await?;
            if let Some(kept) = app.feed.registry.content(version, now) {
                return Ok((version, kept));
            }
            Ok::<_, Refusal>((version, (store::participant::registry(tx).await?, now)))
        })
        .await?;
    let jws = if let Some(jws) = app.feed.registry.signed(version, now) {
        jws
    } else {
        let claims = Registry {
            iss: app.config.issuer.clone(),
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            version,
            participants,
        };
        let jws = Bytes::from(app.keys.sign(Registry::TYPE, &claims, now)?);
        let (content, signed_at) = (claims.participants, now);
        let kept = Edition { version, read_at, content, signed_at, jws: jws.clone() };
        app.feed.registry.keep(kept);
        jws
    };
    let headers =
        [(header::CONTENT_TYPE, "application/registry+jwt"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, jws).into_response())
}
