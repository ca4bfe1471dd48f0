//! `GET /edge/feed`: one long answer, for as long as node and host last.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use senim_core::feed::{Digest, Place, Position};
use senim_core::jose::from_base64;
use senim_core::problem::Problem;
use serde::Deserialize;
use tokio::sync::{broadcast, oneshot};

use super::Feed;
use crate::app::App;
use crate::caller::Node;
use crate::http::problem::Refusal;
use senim_store as store;

const NONCE_MAX: usize = 64;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `EPOCH.SEQ.DIGEST`: what the node has; left out: it has nothing.
    from: Option<String>,
    /// Comes back in the first beat.
    nonce: String,
}

struct Streamed {
    feed: Arc<Feed>,
    node: String,
    number: u64,
    opening: Option<Bytes>,
    batches: broadcast::Receiver<Bytes>,
    cut: oneshot::Receiver<()>,
}

impl Drop for Streamed {
    fn drop(&mut self) {
        self.feed.streams.ended(&self.node, self.number);
    }
}

#[tracing::instrument(name = "feed.follow", skip_all, fields(edge = node))]
pub(super) async fn follow(
    app: App,
    Node(node): Node,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Asked { from, nonce }) = asked.map_err(|_| Problem::RequestMalformed)?;
    if nonce.is_empty() || nonce.len() > NONCE_MAX || !nonce.is_ascii() {
        return Err(Problem::RequestMalformed.into());
    }
    let from = from.map(|it| position(&it).ok_or(Problem::RequestMalformed)).transpose()?;
    let (feed, now) = (Arc::clone(&app.feed), app.now());
    // Before it can decide by anything, so that every host knows whom to wait for.
    app.store
        .transact("feed.connected", async |tx| store::feed::save_heard(tx, &node, None, now).await)
        .await?;
    // Before the opening is made, so that a reload of the feed cuts this stream as well.
    let (number, cut) = feed.streams.open(&node);
    let mut streamed = Streamed {
        batches: feed.batches.subscribe(),
        feed: Arc::clone(&feed),
        node,
        number,
        opening: None,
        cut,
    };
    let (opening, batches) = feed.open(&app, from.as_ref(), nonce).await?;
    streamed.opening = Some(opening);
    streamed.batches = batches;
    let body = Body::from_stream(stream::unfold(streamed, |mut it| async move {
        let bytes = if let Some(opening) = it.opening.take() {
            opening
        } else {
            tokio::select! {
                biased;
                _ = &mut it.cut => return None,
                // A node that is too far behind is cut, and asks for what it missed.
                batch = it.batches.recv() => batch.ok()?,
            }
        };
        Some((Ok::<_, std::convert::Infallible>(bytes), it))
    }));
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response())
}

fn position(text: &str) -> Option<Position> {
    let mut parts = text.splitn(3, '.');
    let (epoch, seq) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let digest = Digest::try_from(from_base64(parts.next()?).ok()?).ok()?;
    Some(Position { at: Place { epoch, seq }, digest })
}
