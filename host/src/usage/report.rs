//! `POST /edge/uses`: requests that went through an edge, handed over from its disk (OAPI-15).

use axum::http::StatusCode;
use senim_core::problem::Problem;
use senim_core::usage::{ReportUses, USES_MAX};

use crate::app::App;
use crate::caller::Node;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;

/// 204: all of it is kept, some of it perhaps since an earlier report.
#[tracing::instrument(name = "usage.report", skip_all, fields(edge = node))]
pub(super) async fn keep(
    app: App,
    Node(node): Node,
    JsonBody(report): JsonBody<ReportUses>,
) -> Result<StatusCode, Refusal> {
    let now = app.now();
    if report.uses.len() > USES_MAX {
        return Err(Refusal::detailed(Problem::BodyMalformed, "at most 500 uses in one report"));
    }
    app.store
        .transact("usage.report", async |tx| {
            for told in &report.uses {
                if let Err(why) = told.check() {
                    // Refusing the report would leave everything behind this one on the edge for ever.
                    tracing::error!(interaction = %told.id, why, "an edge told a use that can't be kept");
                    continue;
                }
                store::usage::add(tx, &node, told, now).await?;
            }
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}
