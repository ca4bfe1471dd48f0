//! The figures of the operator's console, and the metrics.

mod metrics;
mod overview;

pub use metrics::{count_queues, metrics};

use crate::caller::Operator;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default().get("/api/console/overview", by::<Operator>(), overview::show)
}
