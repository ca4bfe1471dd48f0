//! The register of participants: seeding, suspending, resuming, what each may ask for.

mod allowance;
mod list;
mod resume;
pub mod seed;
mod suspend;

use crate::caller::Operator;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default()
        .get("/api/console/participants", by::<Operator>(), list::list)
        .get("/api/console/participants/{bin}/allowance", by::<Operator>(), allowance::show)
        .post("/api/console/participants/{bin}/allowance", by::<Operator>(), allowance::set)
        .post("/api/console/participants/{bin}/suspend", by::<Operator>(), suspend::suspend)
        .post("/api/console/participants/{bin}/resume", by::<Operator>(), resume::resume)
}
