//! The trial of a solution (BIO-4): counts, their statistics, and the rules of passing.
//!
//! `senim-trial` makes pairs and presentations; the computations here are pure and repeatable.

pub mod bootstrap;
pub mod pairs;
mod rates;
mod report;
mod rules;
mod scores;

pub use rates::{Interval, Share, difference, none_of, trials_to_show};
pub use report::{
    Check, Data, Group, HeldOut, Latency, LivenessResult, Load, MatchingResult, Operating, Outcome,
    PhotosResult, Report, SCHEMA, SetResult, Solution, Species, ToneResult, Verdict,
};
pub use rules::{
    APCER_SHOWN, BPCER_MAX, FMR_GOALS, FMR_NIST, FMR_OPERATOR, FNMR_MAX, LIVENESS_A_MINUTE_MIN,
    MATCHES_A_MINUTE_MIN, liveness_verdicts, matching_verdicts, next_try,
};
pub use scores::{Genuine, Impostor, Point, Scores, Threshold};
