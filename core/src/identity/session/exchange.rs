//! Inputs of a session and the effects that it returns to the host.

use super::step::{CodeDigest, Seed};
use crate::Timestamp;
use crate::id::{Iin, Phone};
use crate::identity::eligibility::Ineligible;
use crate::identity::requester::Allowance;
use crate::liveness::challenge::{Nonce, Wishes};
use crate::problem::Problem;
use crate::text::Language;

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    AgreementAnswered {
        accept: bool,
    },
    /// The person took the consent to processing back (IDX-13).
    AgreementWithdrawn,
    LanguageChosen(Language),
    /// The client's IIN, before the Source is asked.
    IinEntered(Iin),
    /// The Source knows the person; `blocked_until` where liveness is blocked for them.
    PersonFound {
        iin: Iin,
        /// For a sign-in: the number that their latest request was confirmed with.
        phone: Option<Phone>,
        eligible: Result<(), Ineligible>,
        blocked_until: Option<Timestamp>,
    },
    /// The Source knows nobody with this IIN.
    PersonUnknown {
        iin: Iin,
        blocked_until: Option<Timestamp>,
    },
    /// The client requests a challenge. Counted now, so that nobody can retry until an easy one comes; requested again
    /// with the same wishes while one is open, the challenge stays and nothing is counted.
    ChallengeAsked {
        seed: Seed,
        wishes: Wishes,
        blocked_until: Option<Timestamp>,
        /// The allowance over all sessions of this person and requester.
        allowance: Allowance,
    },
    /// Complete frames made for the challenge with this nonce have arrived.
    CheckStarted {
        nonce: Nonce,
        blocked_until: Option<Timestamp>,
    },
    /// Frames have arrived that can't belong to the open challenge with this nonce.
    CheckForged {
        nonce: Nonce,
        problem: Problem,
    },
    /// `code`: to be sent if this check has passed.
    CheckJudged {
        check: u8,
        judgement: Judgement,
        code: CodeDigest,
    },
    /// The client requests another message, with this code.
    CodeAsked {
        code: CodeDigest,
    },
    CodeEntered {
        code: CodeDigest,
    },
    ConsentAnswered {
        approve: bool,
    },
    /// An approval that can't be carried out.
    ApprovalWithheld(Problem),
    Abandoned,
    /// Another browser opened the same request: starts over, but keeps every counter.
    Restarted,
    TimePassed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judgement {
    /// Live; the degree of match with the Source's photo, 0 to 100.
    Live { degree: f32 },
    /// Not live, or images that can't be judged.
    Refused(Problem),
    /// Live and matched, but no client (IDX-11).
    Ineligible(Ineligible),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the Source about the IIN just entered; answer with `PersonFound` or `PersonUnknown`.
    AskSource,
    /// A check was counted and its challenge drawn: [`Session::challenge`].
    Challenged { check: u8 },
    /// Judge the frames that came with `CheckStarted`; answer with `CheckJudged`.
    Judge { check: u8 },
    /// Send the code whose digest came with the input.
    SendCode { to: Phone },
    /// Liveness is blocked for this person and the session's requester, in every session (IDX-2).
    Block { iin: Iin, until: Timestamp },
    /// The session has just ended: notify the consumer.
    Finish,
    /// The refusal to return to the client.
    Refuse(Problem),
}

/// The input did not fit, and nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    #[error("the session has ended")]
    Ended,
    #[error("no challenge is open")]
    NoChallenge,
    #[error("the session is at another step")]
    OutOfOrder,
    #[error("no more messages in this session")]
    SmsExhausted,
}

impl SessionError {
    pub fn problem(self) -> Problem {
        match self {
            Self::Ended => Problem::IdentityEnded,
            Self::NoChallenge => Problem::ChallengeNone,
            Self::OutOfOrder => Problem::IdentityOutOfOrder,
            Self::SmsExhausted => Problem::IdentitySmsExhausted,
        }
    }
}
