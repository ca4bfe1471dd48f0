//! The job that opens a case in the journal where a consumer has not attested a deletion in its term (OAPI-5).

use senim_core::journal::{Actor, Event, Subject};
use senim_core::signals::Stage;

use crate::app::App;
use senim_store::{self as store, StoreError};

/// The most that one run of the job records.
const ROUND_MAX: u64 = 500;

pub async fn record_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store
        .transact("signals.record_overdue", async |tx| {
            for notice in store::signals::overdue_unrecorded(tx, now, ROUND_MAX).await? {
                store::signals::mark_overdue_recorded(tx, notice.id, now).await?;
                let event = Event::DeletionOverdue {
                    notice: notice.id,
                    consumer: notice.consumer,
                    application: notice.application.clone(),
                    delete_by: notice.delete_by,
                    acknowledged: matches!(notice.stage, Stage::Acknowledged { .. }),
                };
                let subject = Subject::Consent(notice.consent);
                store::journal::append(tx, Actor::Platform, subject, event, now).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
}
