//! A session's state and subject.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::Timestamp;
use crate::id::{Iin, Phone, SolutionRequestId};
use crate::identity::eligibility::Ineligible;
use crate::liveness::challenge::{Challenge, Nonce, Wishes};
use crate::problem::Problem;

/// What the session is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A participant's request about this person (IDX-1); ends with the consent.
    Authorization { iin: Iin, phone: Phone },
    /// A sign-in to the cabinet; ends with the code.
    Cabinet,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    Agreement,
    Iin,
    Liveness {
        person: Person,
        check: Option<Check>,
        last_problem: Option<Problem>,
    },
    /// `None` once the code has expired.
    Code {
        person: Person,
        digest: Option<CodeDigest>,
        expires_at: Timestamp,
    },
    Consent {
        person: Person,
    },
    Passed {
        person: Person,
        at: Timestamp,
    },
    /// The person, if the session has got that far.
    Failed {
        person: Option<Person>,
        at: Timestamp,
        why: Failure,
    },
}

/// The session's person, and the phone for codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub iin: Iin,
    /// Absent if the Source knows nobody with this IIN, or, for a sign-in, no request was confirmed with a number.
    pub phone: Option<Phone>,
}

/// A counted check. Its number is the session's count of checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The challenge was returned, the frames are awaited.
    Asked { challenge: Challenge, wishes: Wishes },
    /// A solution's front part was opened (BIO-5), its pack is awaited at its back part.
    Front(Front),
    /// The frames have arrived, the verdict is awaited.
    Judging { until: Timestamp },
}

/// One check at a solution with a front part of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// Its name in the configuration.
    pub solution: String,
    /// Of the request that opened it.
    pub request: SolutionRequestId,
    /// The solution's own name of it, and what its front part is given: secret until they are used.
    pub session: String,
    pub challenge: String,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Front({}, {})", self.solution, self.request)
    }
}

/// The seed of a challenge: secret, because it predicts the actions.
#[derive(Clone, Copy, PartialEq)]
pub struct Seed(pub [u8; 32]);

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// A keyed hash of a code: the host computes it for the sent and for the entered one.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct CodeDigest(pub [u8; 32]);

impl PartialEq for CodeDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeDigest(…)")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    Abandoned,
    AgreementRefused,
    /// The client took the consent to processing back while the session was open (IDX-13).
    AgreementWithdrawn,
    Blocked {
        until: Timestamp,
    },
    ConsentRefused,
    Expired,
    IinMismatch,
    Ineligible(Ineligible),
    /// The person reported something as not theirs.
    Locked,
    /// A sign-in of a person who has never confirmed a request, and so has nothing here.
    NoPhone,
    SmsExhausted,
    TooManyCodes,
    UnknownPerson,
    /// The approval can't be carried out, for example because the consumer was suspended meanwhile.
    Withheld(Problem),
}

impl Check {
    /// After this time it counts as failed.
    pub(super) fn until(&self) -> Timestamp {
        match self {
            Self::Asked { challenge, .. } => challenge.expires_at,
            Self::Front(front) => front.expires_at,
            Self::Judging { until } => *until,
        }
    }

    pub(super) fn is_open(&self, nonce: &Nonce) -> bool {
        match self {
            Self::Asked { challenge, .. } => challenge.nonce == *nonce,
            Self::Front(_) | Self::Judging { .. } => false,
        }
    }
}

impl Failure {
    /// Until when liveness is blocked, if that is the reason.
    pub fn blocked_until(self) -> Option<Timestamp> {
        match self {
            Self::Blocked { until } => Some(until),
            Self::Abandoned
            | Self::AgreementRefused
            | Self::AgreementWithdrawn
            | Self::ConsentRefused
            | Self::Expired
            | Self::IinMismatch
            | Self::Ineligible(_)
            | Self::Locked
            | Self::NoPhone
            | Self::SmsExhausted
            | Self::TooManyCodes
            | Self::UnknownPerson
            | Self::Withheld(_) => None,
        }
    }

    /// The problem shown to the consumer and the client.
    pub fn problem(self) -> Problem {
        match self {
            Self::Abandoned => Problem::IdentityAbandoned,
            Self::AgreementRefused => Problem::IdentityAgreement,
            Self::AgreementWithdrawn => Problem::IdentityAgreementWithdrawn,
            Self::Blocked { .. } => Problem::IdentityBlocked,
            Self::ConsentRefused => Problem::ConsentRefused,
            Self::Expired => Problem::IdentityExpired,
            Self::IinMismatch => Problem::IdentityIinMismatch,
            Self::Ineligible(why) => why.problem(),
            Self::Locked => Problem::IdentityLocked,
            Self::NoPhone => Problem::IdentityNoPhone,
            Self::SmsExhausted => Problem::IdentitySmsExhausted,
            Self::TooManyCodes => Problem::IdentityTooManyCodes,
            Self::UnknownPerson => Problem::IdentityUnknown,
            Self::Withheld(problem) => problem,
        }
    }
}
