//! `POST /photo/offline-checks`: a participant reports an offline check, as required after three failures (PHM-6).

use axum::http::StatusCode;
use senim_core::journal::{Event, Subject};
use senim_core::matching::{ReportOfflineCheck, check_offline};

use crate::app::App;
use crate::caller::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store as store;

/// 204 even if no check was required: then nothing changes.
#[tracing::instrument(name = "photo.report-offline-check", skip_all)]
pub(super) async fn report(
    app: App,
    caller: Caller,
    JsonBody(asked): JsonBody<ReportOfflineCheck>,
) -> Result<StatusCode, Refusal> {
    caller.check_username(&asked.username)?;
    let (now, bin) = (app.now(), caller.participant.bin);
    app.store
        .transact("photo.report_offline_check", async |tx| {
            let failures = store::matching::failures(tx, bin, &asked.iin).await?;
            if !check_offline(failures) {
                return Ok(StatusCode::NO_CONTENT);
            }
            let person = (bin, &asked.iin);
            let system = caller.system.as_str();
            let last = store::matching::check_offline(tx, person, system, now).await?;
            let subject = Subject::PhotoRequest(last);
            let event = Event::PhotoCheckedOffline { failures };
            store::journal::append(tx, caller.actor(), subject, event, now).await?;
            Ok::<_, Refusal>(StatusCode::NO_CONTENT)
        })
        .await
}
