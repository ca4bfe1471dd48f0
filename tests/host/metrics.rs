//! What the operator's monitoring reads of the host.

use std::sync::Arc;

use senim_host::monitoring::{count_queues, metrics};

use super::stand::{IIN, Stand, asked};
use crate::database::on_each;

#[tokio::test(flavor = "multi_thread")]
async fn requests_transactions_budgets_and_queues_are_measured_and_nobody_is_named() {
    on_each(async |database| {
        let mut stand = Stand::on(database).await;
        Arc::make_mut(&mut stand.app.config).metrics_listen = "127.0.0.1:0".parse().ok();
        let cookie = stand.at_consent(asked()).await;
        assert_eq!(stand.answer(&cookie, true).await.step(), "passed");
        assert_eq!(stand.get("/nowhere/900101300017", None).await.status, 404);
        count_queues(&stand.app).await.unwrap();

        let text = metrics(&stand.app).text();
        for line in [
            "senim_request_seconds_count{name=\"POST /api/identity/open\",outcome=\"200\"} 1",
            "senim_request_seconds_count{name=\"other\",outcome=\"404\"} 1",
            "senim_transaction_seconds_count{name=\"identity.open\",outcome=\"committed\"} 1",
            "senim_queue_length{queue=\"identity.sessions_open\"} 0.0",
            "senim_budget_in_use{budget=\"requests.permits.unknown\"} 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        assert!(text.contains("senim_queue_length{queue=\"journal.unnumbered\"}"));
        assert!(!text.contains(IIN) && !text.contains("900101300017"), "{text}");
        // As long as the program, not as long as its callers' list.
        let routes =
            text.lines().filter(|it| it.starts_with("senim_request_seconds_count")).count();
        assert!(routes < 20, "{routes}");
    })
    .await;
}
