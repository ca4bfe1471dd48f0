//! What is kept of a liveness check, so that a dispute can be settled by looking again (DSP-1).

pub mod bundle;
