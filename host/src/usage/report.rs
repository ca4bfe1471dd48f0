//! `POST /edge/uses`: a node uploads the uses in its spool (OAPI-15).

use axum::http::StatusCode;
use senim_core::Timestamp;
use senim_core::json;
use senim_core::problem::Problem;
use senim_core::usage::{ReportUses, USES_MAX, Use};
use serde_json::Value;

use crate::alert;
use crate::app::App;
use crate::caller::Node;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// Rejected uses are truncated to this length, in bytes.
const SET_ASIDE_MAX: usize = 4096;

/// 204: everything is saved, perhaps by an earlier report. A use that can't be parsed, or does not fit its consent,
/// is set aside for review: refusing the report would block all later uses on the node.
#[tracing::instrument(name = "usage.report", skip_all, fields(edge = node))]
pub(super) async fn keep(
    app: App,
    Node(node): Node,
    JsonBody(report): JsonBody<ReportUses<Value>>,
) -> Result<StatusCode, Refusal> {
    let now = app.now();
    if report.uses.len() > USES_MAX {
        return Err(Refusal::detailed(Problem::BodyMalformed, "at most 500 uses in one report"));
    }
    app.store
        .transact("usage.report", async |tx| {
            for reported in &report.uses {
                let Err(why) = keep_one(tx, &app, &node, reported, now).await? else { continue };
                let mut body = reported.to_string();
                body.truncate(body.floor_char_boundary(SET_ASIDE_MAX));
                if store::usage::set_aside(tx, &node, &body, why, now).await? {
                    tracing::error!(
                        why,
                        "a use reported by an edge was rejected and set aside for review"
                    );
                }
            }
            let last = report.uses.last().and_then(|it| json::read_value::<Use, _>(it).ok());
            if let Some(gate) = last.filter(|it| it.check().is_ok()).and_then(|it| it.gate) {
                store::routing::save_gate(tx, &node, &gate, now).await?;
            }
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

/// The inner `Err` says why it can't be saved.
async fn keep_one(
    tx: &mut Tx,
    app: &App,
    node: &str,
    reported: &Value,
    now: Timestamp,
) -> Result<Result<(), &'static str>, Refusal> {
    let Ok(parsed) = json::read_value::<Use, _>(reported) else {
        return Ok(Err("it can't be parsed"));
    };
    if let Err(why) = parsed.check() {
        return Ok(Err(why));
    }
    let mut of_consent = None;
    if let Some(id) = parsed.consent {
        let Some(consent) = store::consent::load(tx, id).await? else {
            return Ok(Err("there is no such consent"));
        };
        if let Err(why) = parsed.check_consent(&consent, now) {
            return Ok(Err(why));
        }
        of_consent = Some(consent);
    }
    let new = store::usage::add(tx, node, &parsed, now).await?;
    if let Some(consent) = of_consent.filter(|_| new && parsed.answered()) {
        alert::used(tx, app, &consent, now).await?;
    }
    Ok(Ok(()))
}
