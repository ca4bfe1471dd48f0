//! Paths, limits, bodies, cookies and problems.

pub mod body;
pub mod cookie;
pub mod peer;
pub mod problem;
