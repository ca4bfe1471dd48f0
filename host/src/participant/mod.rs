//! The register of participants: seeding, suspending, resuming.
