//! The register of participants: seeding, suspending, resuming.

pub mod application;
pub mod resume;
pub mod seed;
pub mod suspend;
