//! The operator suspends or resumes an edge node.

use senim_core::journal::{Actor, Event, Subject};
use senim_core::problem::Problem;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store as store;

/// After the database was restored from a backup: nodes that were further follow it again. Returns the new epoch.
pub async fn begin_epoch(app: &App, because: &str, by: &str) -> Result<u64, Refusal> {
    let now = app.now();
    let reason = because.trim().to_owned();
    if reason.is_empty() {
        return Err(Refusal::detailed(Problem::BodyMalformed, "say why"));
    }
    app.store
        .transact("routing.begin_epoch", async |tx| {
            let epoch = store::feed::begin_epoch(tx, now).await?.epoch;
            let event = Event::FeedRestored { epoch, reason: reason.clone() };
            let actor = Actor::Operator(by.to_owned());
            store::journal::append(tx, actor, Subject::Feed, event, now).await?;
            Ok(epoch)
        })
        .await
}

/// `suspended`: why; `None` resumes the node. Takes effect with the node's next request.
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
            let event = match suspended {
                Some(why) => Event::NodeSuspended { reason: why.to_owned() },
                None => Event::NodeResumed {},
            };
            let (actor, subject) = (Actor::Operator(by.to_owned()), Subject::Edge(name.to_owned()));
            store::journal::append(tx, actor, subject, event, now).await?;
            Ok(())
        })
        .await
}
