//! `GET /photo/requests`: how many requests of the participant were processed (IDX-10).

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use senim_core::exchange::Moment;
use senim_core::matching::PhotoRequestsView;
use senim_core::problem::Problem;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Caller;
use crate::http::problem::Refusal;
use senim_store as store;

/// In `[from, until)`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    from: Moment,
    until: Moment,
}

#[tracing::instrument(name = "photo.count", skip_all)]
pub(super) async fn count(
    app: App,
    caller: Caller,
    span: Result<Query<Span>, QueryRejection>,
) -> Result<Json<PhotoRequestsView>, Refusal> {
    let Query(Span { from: Moment(from), until: Moment(until) }) = span.map_err(|_| {
        Refusal::detailed(Problem::RequestMalformed, "from and until are moments of RFC 3339")
    })?;
    if until <= from {
        return Err(Refusal::detailed(Problem::RequestMalformed, "until lies after from"));
    }
    let bin = caller.participant.bin;
    let view = app
        .store
        .read("photo.count", async |tx| store::matching::counts(tx, bin, from, until).await)
        .await?;
    Ok(Json(view))
}
