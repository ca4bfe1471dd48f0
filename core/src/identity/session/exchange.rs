//! What the host tells a session, and what the session has it do.

use super::step::{CodeDigest, Seed};
use crate::Timestamp;
use crate::id::{Iin, Phone};
use crate::identity::requester::Allowance;
use crate::liveness::challenge::{Nonce, Wishes};
use crate::problem::Problem;
use crate::text::Language;

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    AgreementAnswered {
        accept: bool,
    },
    LanguageChosen(Language),
    /// The client's IIN, before the Source is asked.
    IinEntered(Iin),
    /// The Source knows the person; `blocked_until` where liveness is blocked for them.
    PersonFound {
        iin: Iin,
        phone: Phone,
        blocked_until: Option<Timestamp>,
    },
    /// The Source knows nobody with this IIN.
    PersonUnknown {
        iin: Iin,
        blocked_until: Option<Timestamp>,
    },
    /// The client is ready for a check. Counted now, so that nobody asks until an easy one comes; asked again
    /// with the same wishes while it is open, the challenge stays and nothing is counted.
    ChallengeAsked {
        seed: Seed,
        wishes: Wishes,
        blocked_until: Option<Timestamp>,
        /// What is left over all sessions of this person and requester.
        allowance: Allowance,
    },
    /// Frames have arrived whole that were made for the challenge with this nonce.
    CheckStarted {
        nonce: Nonce,
        blocked_until: Option<Timestamp>,
    },
    /// Frames have arrived that can't have been made for the challenge with this nonce, which was open.
    CheckForged {
        nonce: Nonce,
        problem: Problem,
    },
    /// `code` is what will be sent if this was the check that passed.
    CheckJudged {
        check: u8,
        judgement: Judgement,
        code: CodeDigest,
    },
    /// Another message, with this code.
    CodeAsked {
        code: CodeDigest,
    },
    CodeEntered {
        code: CodeDigest,
    },
    ConsentAnswered {
        approve: bool,
    },
    /// An approval that could not be carried out.
    ApprovalWithheld(Problem),
    Abandoned,
    /// Another browser came with the same request: from the beginning, but every counter stays.
    Restarted,
    TimePassed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judgement {
    /// Live; the degree of match with the Source's photo, 0 to 100.
    Live { degree: f32 },
    /// Not live, or not a picture that can be judged.
    Refused(Problem),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the Source about the IIN just entered; answer with `PersonFound` or `PersonUnknown`.
    AskSource,
    /// A check has been counted and its challenge drawn: [`Session::challenge`].
    Challenged { check: u8 },
    /// Judge the frames that came with `CheckStarted`; answer with `CheckJudged`.
    Judge { check: u8 },
    /// Send the code whose digest came with the input.
    SendCode { to: Phone },
    /// Liveness is blocked for this person and the session's requester, in every session (IDX-2).
    Block { iin: Iin, until: Timestamp },
    /// The session has just ended: tell whoever waits for it.
    Finish,
    /// What to answer the client.
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
