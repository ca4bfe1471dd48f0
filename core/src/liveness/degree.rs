//! The degree of match for participants (PHM-2): 0–100, from a solution's similarity by its calibration.

/// From this degree on it is the same person (PHM-3).
pub const DEGREE_MIN: f32 = 85.0;
