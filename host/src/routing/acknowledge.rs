//! `POST /edge/acks`: how far a node is.

use axum::http::StatusCode;
use chrono::TimeDelta;
use senim_core::feed::{AcknowledgeFeed, BOUND_MAX_MS, Place};
use senim_core::problem::Problem;

use crate::app::App;
use crate::caller::Node;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;

/// Kept in memory; the table has it within a second.
pub(super) async fn acknowledge(
    app: App,
    Node(node): Node,
    JsonBody(AcknowledgeFeed { epoch, seq, bound_ms }): JsonBody<AcknowledgeFeed>,
) -> Result<StatusCode, Refusal> {
    let bound = i64::try_from(bound_ms.min(BOUND_MAX_MS + 1)).unwrap_or_default();
    if !(1..=BOUND_MAX_MS).contains(&bound_ms) {
        return Err(Refusal::detailed(Problem::BodyMalformed, "bound_ms must be 1 to 60000"));
    }
    app.feed.streams.acknowledged(&node, Place { epoch, seq }, TimeDelta::milliseconds(bound));
    Ok(StatusCode::NO_CONTENT)
}
