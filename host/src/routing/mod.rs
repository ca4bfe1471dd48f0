//! What edges fetch: the registry of participants.

pub(crate) mod feed;
mod nodes;
mod registry;
mod standing;

pub use feed::Feed;
pub use nodes::{Nodes, know_nodes};
pub use standing::set_node_standing;

use crate::caller::Node;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default().get("/edge/registry", by::<Node>(), registry::show)
}
