//! What happened in a client's name, and their report "it wasn't me": one file a use case.

mod cases;
mod disown;
mod list;

use crate::caller::{Client, Operator};
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default()
        .get("/api/cabinet/activity", by::<Client>(), list::list)
        .post("/api/cabinet/disown", by::<Client>(), disown::disown)
        .get("/api/console/cases", by::<Operator>(), cases::list)
        .post("/api/console/cases/{id}/close", by::<Operator>(), cases::close)
}
