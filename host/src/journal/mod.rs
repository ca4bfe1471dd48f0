//! The journal: the operator searches it, a job numbers its records.

mod search;
mod sequence;

pub use sequence::sequence;

use crate::caller::Operator;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default().get("/api/console/journal", by::<Operator>(), search::search)
}
