//! `senim-trial`: judges any solution of biometrics, built in or a vendor's (BIO-2, BIO-3, BIO-4).
//!
//! What is counted and what the counts prove is decided in `senim_core::trial`; here pictures are read,
//! solutions asked and reports written. `docs/trial/README.md` has the commands and the manifest's format.

pub mod actor;
mod analysis;
pub mod attacks;
mod checks;
mod clips;
pub mod compare;
pub mod liveness;
mod load;
mod manifest;
pub mod matching;
pub mod photos;
pub mod report;
mod solution;
mod templates;

use clap::Subcommand;
use senim_core::trial::{Check, Outcome, Verdict};

/// What to try, or what to do with a trial's outcome.
#[derive(Subcommand)]
pub enum Trial {
    /// Judge a matching solution on pictures: accuracy, load, function, security
    Match(matching::Options),
    /// Make attack presentations out of genuine clips, by seed
    Attacks(attacks::Options),
    /// Judge a liveness solution on presentations: APCER a species, BPCER, speed
    Liveness(liveness::Options),
    /// Count whom the photo rules refuse, by how dark the skin is
    Photos(photos::Options),
    /// Write what trials found as JSON, HTML and PDF, and sign it
    Report(report::Options),
    /// Check a report's signature
    Verify(report::Verify),
    /// Hold two matching solutions' trials on the same pictures side by side
    Compare(compare::Options),
}

pub fn run(trial: Trial) -> anyhow::Result<()> {
    match trial {
        Trial::Match(options) => matching::run(&options),
        Trial::Attacks(options) => attacks::run(&options),
        Trial::Liveness(options) => liveness::run(&options),
        Trial::Photos(options) => photos::run(&options),
        Trial::Report(options) => report::run(&options),
        Trial::Verify(options) => report::verify(&options),
        Trial::Compare(options) => compare::run(&options),
    }
}

/// Processor, cores and system, as the report says them.
fn machine() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told
        .lines()
        .find_map(|it| it.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |it| it.1.trim());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {cores} cores, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// A checklist as one verdict.
fn checked_outcomes(requirement: &str, what: &str, checks: &[Check]) -> Option<Verdict> {
    let count = |outcome| checks.iter().filter(|it| it.outcome == outcome).count();
    let (failed, not_shown) = (count(Outcome::Failed), count(Outcome::NotShown));
    let outcome = match (failed, not_shown) {
        (0, 0) => Outcome::Passed,
        (0, _) => Outcome::NotShown,
        _ => Outcome::Failed,
    };
    (!checks.is_empty()).then(|| Verdict {
        requirement: requirement.to_owned(),
        rule: format!("every check of {what}"),
        outcome,
        measured: format!("{} of {} passed", count(Outcome::Passed), checks.len()),
    })
}

#[cfg(test)]
mod tests;
