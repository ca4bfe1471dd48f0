//! The degree of match that participants see (PHM-2): 0–100, made of a solution's own measure by its calibration.

/// From this degree on it is the same person (PHM-3).
pub const DEGREE_MIN: f32 = 85.0;
