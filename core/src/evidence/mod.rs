//! What is kept of a liveness check, so that a dispute can be settled by repeating it (DSP-1).

pub mod bundle;
pub mod front;
