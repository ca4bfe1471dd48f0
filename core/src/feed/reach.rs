//! Whether something that was done has taken effect at every node.
//!
//! A node decides only while it has heard a beat within its bound, and a beat that was made after the deed comes after the
//! deed's frame. So a node that has not acknowledged refuses everything by itself when its bound has passed since.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Place;
use crate::Timestamp;

/// Beyond a node's bound: for the platform's own look at the table, and for clocks that run apart.
const MARGIN: TimeDelta = TimeDelta::seconds(1);

/// What the platform knows of a registered node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeHeard {
    pub name: String,
    /// When a stream to it was last open.
    pub connected_at: Option<Timestamp>,
    pub acknowledged: Option<Place>,
    pub bound: TimeDelta,
}

/// A deed that nodes must know: its frame, and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    pub at: Place,
    pub done_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Reach {
    /// It has acknowledged.
    Confirmed,
    /// It has not acknowledged, and may not know.
    Waiting,
    /// It has not acknowledged, and refuses everything by itself unless it knows.
    Silent,
}

/// Whether what was done has taken effect at every node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReachView {
    /// No node is left that may not know.
    pub done: bool,
    pub nodes: Vec<NodeReachView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NodeReachView {
    pub name: String,
    pub state: Reach,
    /// Until when it may not know, at the latest; only while waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

pub fn reach(nodes: &[NodeHeard], deed: Deed, now: Timestamp) -> ReachView {
    let nodes: Vec<_> = nodes.iter().map(|it| of_node(it, deed, now)).collect();
    ReachView { done: nodes.iter().all(|it| it.state != Reach::Waiting), nodes }
}

fn of_node(node: &NodeHeard, deed: Deed, now: Timestamp) -> NodeReachView {
    let known = node.acknowledged.is_some_and(|it| it.epoch == deed.at.epoch && it >= deed.at);
    // From when it has no beat of before the deed left, or of before its last stream ended.
    let heard_at = node.connected_at.map_or(Timestamp::MIN_UTC, |it| it.min(deed.done_at));
    let until = heard_at.checked_add_signed(node.bound + MARGIN).unwrap_or(deed.done_at);
    let state = match (known, now < until) {
        (true, _) => Reach::Confirmed,
        (false, true) => Reach::Waiting,
        (false, false) => Reach::Silent,
    };
    let until = (state == Reach::Waiting).then_some(until);
    NodeReachView { name: node.name.clone(), state, until }
}
