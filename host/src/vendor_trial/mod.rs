//! `senim trial`: judges any solution of biometrics, built in or a vendor's (BIO-2, BIO-3, BIO-4).
//!
//! What is counted and what the counts prove is decided in `senim_core::vendor_trial`; here pictures are read,
//! solutions asked and reports written. `docs/trial/README.md` has the commands and the manifest's format.

pub mod actor;
pub mod attacks;
pub mod liveness;

use clap::Subcommand;

/// What to try, or what to do with a trial's outcome.
#[derive(Subcommand)]
pub enum Trial {
    /// Make attack presentations out of genuine clips, by seed
    Attacks(attacks::Options),
    /// Judge a liveness solution on presentations: APCER a species, BPCER, speed
    Liveness(liveness::Options),
}

pub fn run(trial: Trial) -> anyhow::Result<()> {
    match trial {
        Trial::Attacks(options) => attacks::run(&options),
        Trial::Liveness(options) => liveness::run(&options),
    }
}
