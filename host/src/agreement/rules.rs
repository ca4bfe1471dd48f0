//! The texts that clients agree to, with every edition, open to anyone (IDX-12, OPS-9).

use axum::Json;
use axum::extract::Path;
use senim_core::agreement::RuleText;
use senim_core::agreement::view::{EditionView, RulesView};
use senim_core::problem::Problem;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store as store;

/// `GET /api/rules`.
#[tracing::instrument(name = "agreement.rules", skip_all)]
pub(super) async fn list(app: App) -> Result<Json<RulesView>, Refusal> {
    let editions = app
        .store
        .read("agreement.rules", async |tx| Ok::<_, Refusal>(store::agreement::editions(tx).await?))
        .await?;
    Ok(Json(RulesView { terms: app.config.retention(), editions }))
}

/// `GET /api/rules/{rule}/{edition}`.
#[tracing::instrument(name = "agreement.edition", skip_all)]
pub(super) async fn show(
    app: App,
    Path((rule, number)): Path<(String, String)>,
) -> Result<Json<EditionView>, Refusal> {
    let rule = RuleText::by_code(&rule).ok_or(Problem::NotFound)?;
    let number = number.parse().map_err(|_| Problem::NotFound)?;
    let found = app
        .store
        .read("agreement.edition", async |tx| {
            Ok::<_, Refusal>(store::agreement::edition(tx, rule, number).await?)
        })
        .await?;
    Ok(Json(EditionView::of(&found.ok_or(Problem::NotFound)?)))
}
