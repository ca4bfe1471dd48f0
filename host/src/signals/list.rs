//! `GET /api/console/notices`: what consumers have not acknowledged, and what they have not attested as deleted.

use axum::Json;
use senim_core::participant::view::ParticipantName;
use senim_core::signals::view::NoticeView;

use crate::app::App;
use crate::caller::Operator;
use crate::http::problem::Refusal;
use senim_store as store;

/// The most that are shown, the longest due first.
const SHOWN: u64 = 200;

#[tracing::instrument(name = "signals.list", skip_all)]
pub(super) async fn list(app: App, _operator: Operator) -> Result<Json<Vec<NoticeView>>, Refusal> {
    let now = app.now();
    app.store
        .read("signals.list", async |tx| {
            let mut views = Vec::new();
            for notice in store::signals::open(tx, SHOWN).await? {
                let name = store::participant::name(tx, notice.consumer).await?;
                let consumer = name.unwrap_or_else(|| ParticipantName {
                    bin: notice.consumer,
                    name: notice.consumer.to_string(),
                });
                views.push(notice.view(consumer, now));
            }
            Ok(Json(views))
        })
        .await
}
