//! The harness that tests, journeys and the load share: a whole platform, and clients that misbehave.

pub mod client;
pub mod clock;
pub mod frames;
pub mod leaks;
pub mod pictures;
pub mod platform;
pub mod refusals;
