//! What this host counts and times while it works; `monitoring::metrics` makes it readable.

use std::sync::{Mutex, PoisonError};

use senim_channel::Timings;

#[derive(Default)]
pub struct Measures {
    /// By route and status.
    pub requests: Timings,
    pub jobs: Timings,
    /// By what the judge was asked.
    pub judge: Timings,
    /// By solution and outcome.
    pub solutions: Timings,
    queues: Mutex<Vec<(String, u32)>>,
}

impl Measures {
    /// How many entries each queue had when it was last looked at.
    pub fn queues(&self) -> Vec<(String, u32)> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_queues(&self, lengths: Vec<(String, u32)>) {
        *self.queues.lock().unwrap_or_else(PoisonError::into_inner) = lengths;
    }
}
