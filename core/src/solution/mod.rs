//! Biometric solutions, the built-in engine and other vendors': requests, validation of answers,
//! and which to try next (BIO-1, BIO-2, BIO-3, BIO-5).
//!
//! ```text
//! order(solutions, rng) ──▶ first ──valid answer──▶ Match
//!                             └────fault──▶ next ──▶ … ──▶ none left: solution.none-available
//! ```

mod circuit;
mod distribution;
mod fault;
mod front;
mod maintenance;
mod wire;

pub use circuit::{Circuit, FAULTS_MAX};
pub use distribution::{Candidate, order};
pub use fault::Fault;
pub use front::{
    FRONT_CHALLENGE_MAX, FRONT_SESSION_MAX, FrontOutcome, FrontPackView, FrontSessionView,
    FrontStage, FrontVerdict, FrontVerdictView, JudgeFront, OpenFront, PORTRAITS_BYTES_MAX,
};
pub use maintenance::{HOURS_A_YEAR_MAX, Maintenance, MaintenanceError, Window};
pub use wire::{
    Base64, JudgeLiveness, LivenessSessionView, LivenessVerdictView, Match, MatchFaces, MatchView,
    ModelView, OpenLivenessSession, PROBES_MAX, VersionView,
};

use crate::id::Bin;

/// For whom a request is counted.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub purpose: Purpose,
    /// Absent in a sign-in to the cabinet.
    pub participant: Option<Bin>,
}

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// An identity session's match: the platform distributes (BIO-5).
    Session,
    /// An identity session's liveness check: the platform distributes (BIO-5).
    Liveness,
    /// The photo matching service: the participant chooses (PHM-1).
    Photo,
}

impl Purpose {
    pub const ALL: [Self; 3] = [Self::Session, Self::Liveness, Self::Photo];

    pub fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Liveness => "liveness",
            Self::Photo => "photo",
        }
    }
}

/// The price of a solution's processed requests, in tiyn: failures cost nothing, and no request costs more
/// than the operator's price cap (BIO-5).
pub fn payable_tiyn(processed: u64, price_tiyn: u64, price_cap_tiyn: u64) -> u64 {
    processed.saturating_mul(price_tiyn.min(price_cap_tiyn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    const DOCUMENT: &str = include_str!("../../openapi/biometric-solution-v1.yaml");

    #[test]
    fn nothing_is_paid_beyond_the_cap() {
        assert_eq!(payable_tiyn(10, 1_500, 2_000), 15_000);
        assert_eq!(payable_tiyn(10, 2_500, 2_000), 20_000);
        assert_eq!(payable_tiyn(0, 2_500, 2_000), 0);
        assert_eq!(payable_tiyn(u64::MAX, 2, 2), u64::MAX);
    }

    #[test]
    fn the_document_has_every_address_limit_and_refusal() {
        for path in
            ["/match", "/liveness/session", "/liveness/verdict", "/front/session", "/front/verdict"]
        {
            assert!(DOCUMENT.contains(&format!("\n  /v1{path}:\n")), "{path}");
        }
        for path in ["/healthz", "/version"] {
            assert!(DOCUMENT.contains(&format!("\n  {path}:\n")), "{path}");
        }
        assert!(DOCUMENT.contains(&format!("minItems: 1\n          maxItems: {PROBES_MAX}\n")));
        for most in [FRONT_SESSION_MAX, FRONT_CHALLENGE_MAX] {
            assert!(
                DOCUMENT.contains(&format!("minLength: 1\n          maxLength: {most}\n")),
                "{most}"
            );
        }
        let told = DOCUMENT.split("# refusals\n").nth(1).unwrap();
        let told = told.split("# end of refusals").next().unwrap();
        for problem in Problem::ALL {
            let listed = told.contains(&format!("- {}\n", problem.code()));
            assert_eq!(listed, Fault::refusal(problem.code()).is_some(), "{}", problem.code());
        }
    }
}
