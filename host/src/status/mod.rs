//! The status list: which consents have ended.

mod show;

use crate::caller::Node;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default().get("/edge/status-list", by::<Node>(), show::show)
}
