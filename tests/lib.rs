//! The harness that tests, journeys and the load share: a whole platform, and clients that misbehave.

pub mod client;
pub mod clock;
pub mod frames;
pub mod hosted;
pub mod leaks;
pub mod platform;
pub mod refusals;
pub mod revoke;
pub mod workerd;

/// In a crate of its own, which is optimised.
pub use senim_pictures as pictures;
