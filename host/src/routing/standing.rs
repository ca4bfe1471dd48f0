//! The operator takes a node's standing away, or gives it back.

use senim_core::journal::event;
use senim_core::problem::Problem;
use serde_json::json;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store as store;

/// `suspended`: why; absent: the node is in standing again. It bites with the node's next request.
pub async fn set_node_standing(
    app: &App,
    name: &str,
    suspended: Option<&str>,
    by: &str,
) -> Result<(), Refusal> {
    let now = app.now();
    let suspended = suspended.map(str::trim);
    if suspended.is_some_and(str::is_empty) {
        return Err(Refusal::detailed(Problem::BodyMalformed, "say why"));
    }
    app.store
        .transact("routing.node_standing", async |tx| {
            let entry = suspended.map(|why| (now, why));
            if !store::routing::save_node_standing(tx, name, entry).await? {
                return Err(Problem::NotFound.into());
            }
            let (event, facts) = match suspended {
                Some(why) => (event::NODE_SUSPENDED, json!({ "reason": why })),
                None => (event::NODE_RESUMED, json!({})),
            };
            let (actor, subject) = (format!("operator:{by}"), format!("edge:{name}"));
            store::journal::append(tx, event, &actor, &subject, facts, now).await?;
            Ok(())
        })
        .await
}
