//! The numbers of the operator's console.

mod overview;

use crate::caller::Operator;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default().get("/api/console/overview", by::<Operator>(), overview::show)
}
