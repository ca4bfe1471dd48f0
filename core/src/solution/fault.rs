//! What can be wrong with a solution, and with a picture.

use crate::problem::Problem;

/// Why a solution's answer is none. The next solution is asked; the fault is kept with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    #[error("no connection, or TLS failed")]
    Unreachable,
    #[error("no whole answer within its time")]
    Slow,
    #[error("an answer of another status than the contract's")]
    Status,
    #[error("an answer longer than the contract allows")]
    TooLong,
    #[error("an answer of another content type")]
    ContentType,
    #[error("an answer that does not read")]
    Malformed,
    #[error("the answer to another request")]
    AnotherRequest,
    #[error("a number outside its range")]
    OutOfRange,
    #[error("degree and threshold contradict each other")]
    Contradiction,
    #[error("the solution is under maintenance or not to be asked now")]
    Unavailable,
    #[error("the solution does not offer this")]
    NotOffered,
}

impl Fault {
    pub const ALL: [Self; 11] = [
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
    ];

    /// As it is kept with the request, and for the journal.
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
        }
    }

    /// What the caller hears who chose this solution, or has no other left.
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
            Self::Unavailable | Self::NotOffered => Problem::SolutionUnavailable,
        }
    }

    /// The problems of a picture that a solution may refuse with (422): an answer, and no fault of its own.
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
