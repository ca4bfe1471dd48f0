//! The status list: which consents have ended.

mod show;

use crate::callers::{Room, by_anyone};

pub fn routes() -> Room {
    Room::default().get("/status-list", by_anyone(), show::show)
}
