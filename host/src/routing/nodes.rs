//! Edge nodes by the thumbprint of their certificates, cached from the store. Used only to choose the budget that a
//! request counts against; what a node may do is looked up in the store each time.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use senim_channel::budget::Caller;

use crate::app::App;
use crate::http::problem::Refusal;
use senim_store as store;

#[derive(Debug, Default)]
pub struct Nodes(RwLock<BTreeSet<String>>);

impl Nodes {
    /// A caller with a certificate of the CA counts as a participant unless the store has it as a node.
    pub fn class(&self, thumbprint: &str) -> Caller {
        let nodes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if nodes.contains(thumbprint) { Caller::Node } else { Caller::Participant }
    }

    pub(crate) fn learn(&self, thumbprint: &str, is_node: bool) {
        if (self.class(thumbprint) == Caller::Node) == is_node {
            return;
        }
        let mut nodes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if is_node {
            nodes.insert(thumbprint.to_owned());
        } else {
            nodes.remove(thumbprint);
        }
    }
}

/// Loads them before the first request is served.
pub async fn know_nodes(app: &App) -> Result<(), Refusal> {
    let nodes = app
        .store
        .read("routing.nodes", async |tx| {
            Ok::<_, Refusal>(store::routing::node_certificates(tx).await?)
        })
        .await?;
    for thumbprint in nodes {
        app.feed.nodes.learn(&thumbprint, true);
    }
    Ok(())
}

/// Ends the streams of nodes that are suspended or gone, whichever process did it.
pub(super) async fn cut_suspended(app: &App) {
    let open = app.feed.streams.names();
    if open.is_empty() {
        return;
    }
    let active = app
        .store
        .read("routing.active_nodes", async |tx| {
            Ok::<_, Refusal>(store::routing::active_nodes(tx).await?)
        })
        .await;
    // Where the store does not answer, no beat goes out either.
    let Ok(active) = active else { return };
    for node in open.iter().filter(|it| !active.contains(*it)) {
        app.feed.streams.cut(node);
    }
}
