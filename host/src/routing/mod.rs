//! What nodes get, and what they say of it: the stream of status, registry and keys (core/src/feed), its acknowledgements.

mod acknowledge;
mod etcd;
pub(crate) mod feed;
mod follow;
mod nodes;
mod reach;
mod source;
mod standing;
mod streams;
mod tail;

pub use etcd::{Etcd, EtcdConfig};
pub use feed::Feed;
pub use nodes::{Nodes, know_nodes};
pub use reach::reached;
pub use standing::{begin_epoch, set_node_standing};
pub use tail::follow_source;

use crate::caller::{Node, Operator};
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default().get("/edge/feed", by::<Node>(), follow::follow).post(
        "/edge/acks",
        by::<Node>(),
        acknowledge::acknowledge,
    )
}

pub fn console_routes() -> Room {
    Room::default().get("/api/console/nodes", by::<Operator>(), reach::show)
}
