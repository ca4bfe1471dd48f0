//! What is kept of a liveness check, so that a dispute can be settled by repeating it (DSP-1).
//!
//! Facts, verdict and digests are kept for [`RESULTS_KEPT`] (IDX-8), the frames themselves for
//! `evidence_frames_days` of the configuration; both are sealed. Digests and prints of frames, which detect a frame
//! sent twice, are kept as long as the results and reveal nothing of the image.

pub mod export;
pub mod forget;
pub mod judge;
pub mod replay;

use chrono::TimeDelta;

/// IDX-8: five years.
pub const RESULTS_KEPT: TimeDelta = TimeDelta::days(5 * 366);
