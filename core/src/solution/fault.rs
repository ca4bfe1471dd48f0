//! Faults of a solution, and defects of an image.

use crate::problem::Problem;

/// Why a solution gave no valid answer. The next solution is tried; the fault is saved with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    #[error("the connection or TLS failed")]
    Unreachable,
    #[error("no complete answer in time")]
    Slow,
    #[error("the status is not one of the contract's")]
    Status,
    #[error("the answer is longer than the contract allows")]
    TooLong,
    #[error("the answer has another content type")]
    ContentType,
    #[error("the answer can't be parsed")]
    Malformed,
    #[error("the answer belongs to another request")]
    AnotherRequest,
    #[error("a number is out of range")]
    OutOfRange,
    #[error("degree and threshold contradict each other")]
    Contradiction,
    #[error("the solution is unhealthy or under maintenance")]
    Unavailable,
    #[error("the solution does not offer this")]
    NotOffered,
    #[error("the front part never said that it runs")]
    NotReady,
}

impl Fault {
    pub const ALL: [Self; 12] = [
        Self::Unreachable,
        Self::Slow,
        Self::Status,
        Self::TooLong,
        Self::ContentType,
        Self::Malformed,
        Self::AnotherRequest,
        Self::OutOfRange,
        Self::Contradiction,
        Self::Unavailable,
        Self::NotOffered,
        Self::NotReady,
    ];

    /// Its name in the store and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Slow => "too-slow",
            Self::Status => "status",
            Self::TooLong => "too-long",
            Self::ContentType => "content-type",
            Self::Malformed => "malformed",
            Self::AnotherRequest => "another-request",
            Self::OutOfRange => "out-of-range",
            Self::Contradiction => "contradiction",
            Self::Unavailable => "unavailable",
            Self::NotOffered => "not-offered",
            Self::NotReady => "not-ready",
        }
    }

    /// The caller's problem if it chose this solution or no other is left.
    pub fn problem(self) -> Problem {
        match self {
            Self::Unreachable => Problem::SolutionUnreachable,
            Self::Slow => Problem::SolutionSlow,
            Self::Status => Problem::SolutionFailed,
            Self::TooLong
            | Self::ContentType
            | Self::Malformed
            | Self::AnotherRequest
            | Self::OutOfRange
            | Self::Contradiction => Problem::SolutionAnswer,
            Self::Unavailable | Self::NotOffered | Self::NotReady => Problem::SolutionUnavailable,
        }
    }

    /// The image problems with which a solution may refuse (422): a valid answer, not a fault.
    pub fn refusal(code: &str) -> Option<Problem> {
        let problem = Problem::by_code(code)?;
        let of_the_picture = matches!(
            problem,
            Problem::IdentitySourcePhoto
                | Problem::PhotoAnimated
                | Problem::PhotoBroken
                | Problem::PhotoNoFace
                | Problem::PhotoNotAnImage
                | Problem::PhotoTooFew
                | Problem::PhotoTooLarge
                | Problem::PhotoTooMany
                | Problem::PhotoTooManyFaces
                | Problem::PhotoTooManyPixels
                | Problem::PhotoTooSmall
        );
        of_the_picture.then_some(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_and_a_problem_of_its_own() {
        let mut names = Fault::ALL.map(Fault::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            assert!(fault.problem().code().starts_with("solution."), "{fault}");
            assert_eq!(fault.problem().fault(), Some("solution"), "{fault}");
        }
    }

    #[test]
    fn only_what_is_wrong_with_a_picture_is_a_refusal() {
        assert_eq!(Fault::refusal("photo.no-face"), Some(Problem::PhotoNoFace));
        assert_eq!(Fault::refusal("internal"), None);
        assert_eq!(Fault::refusal("identity.blocked"), None);
        assert_eq!(Fault::refusal("no such code"), None);
    }
}
