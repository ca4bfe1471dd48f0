//! What stays of a liveness check, so that a dispute can be settled by looking again (DSP-1).
//!
//! Facts, verdict and digests are kept for [`RESULTS_KEPT`] (IDX-8), the frames themselves for
//! `evidence_frames_days` of the configuration; both are sealed. Digests and prints of frames, by which one that
//! comes a second time is known, are kept as long as the results and tell nothing of what is in the picture.

pub mod export;
pub mod forget;
pub mod judge;
pub mod replay;

use chrono::TimeDelta;

/// IDX-8: five years.
pub const RESULTS_KEPT: TimeDelta = TimeDelta::days(5 * 366);
