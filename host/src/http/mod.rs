//! Paths, limits, bodies, cookies and problems.

pub mod body;
pub mod cookie;
mod limits;
mod pages;
pub mod peer;
pub mod problem;
pub mod router;
