//! Inputs of a session and the effects that it returns to the host.

use super::step::{CodeDigest, Front, Seed};
use crate::Timestamp;
use crate::id::{Iin, Phone, SolutionRequestId};
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
    /// The client goes to the front part of a solution. Nothing is counted before one has been opened.
    FrontAsked {
        blocked_until: Option<Timestamp>,
        allowance: Allowance,
    },
    /// A solution's front part was opened for the next check; counted now, as a challenge is. Opened again while one is open, the
    /// first stays and nothing is counted.
    FrontOpened {
        front: Front,
        /// Solutions that failed to open theirs: no more checks of this session go to them.
        failed: Vec<String>,
        blocked_until: Option<Timestamp>,
        allowance: Allowance,
    },
    /// These solutions failed to open their front part, and no other was opened.
    FrontsFailed {
        failed: Vec<String>,
    },
    /// The verdict of the open front part with this request is about to be asked for.
    FrontStarted {
        request: SolutionRequestId,
        blocked_until: Option<Timestamp>,
    },
    /// The check failed by the solution's fault: it is given back, once for each solution, and no more checks of this session go
    /// there.
    FrontFailed {
        check: u8,
        solution: String,
        problem: Problem,
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
    /// The client is still there and wants more time.
    Stayed,
    /// The camera step goes to a phone, or comes back.
    Phone(PhoneInput),
    /// The person reported something as not theirs, so no session about them goes on: core/src/activity.
    Locked,
    /// Another browser opened the same request: starts over, but keeps every counter.
    Restarted,
    TimePassed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneInput {
    /// The client wants to do the camera step on a phone.
    LinkAsked,
    /// A phone opened the newest link; it shows this number.
    LinkOpened { number: u8 },
    /// The first device showed this number, and the client compared it with the phone's.
    NumberCompared { number: u8, same: bool },
    /// The first device has the camera step again.
    TakenBack,
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
    /// Open a solution's front part; answer with `FrontOpened` or `FrontsFailed`.
    OpenFront,
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
    #[error("the open check goes by another way")]
    Elsewhere,
    #[error("the session has ended")]
    Ended,
    #[error("the link to a phone was used, has expired or was replaced")]
    LinkOver,
    #[error("no more links to a phone in this session")]
    LinksExhausted,
    #[error("no challenge is open")]
    NoChallenge,
    #[error("the session can't be extended any more")]
    NoMoreTime,
    #[error("no phone waits with this number")]
    OtherNumber,
    #[error("the session is at another step")]
    OutOfOrder,
    #[error("no more messages in this session")]
    SmsExhausted,
}

impl SessionError {
    pub fn problem(self) -> Problem {
        match self {
            Self::Elsewhere => Problem::ChallengeElsewhere,
            Self::Ended => Problem::IdentityEnded,
            Self::LinkOver => Problem::IdentityPhoneLink,
            Self::LinksExhausted => Problem::IdentityPhoneLinksExhausted,
            Self::NoChallenge => Problem::ChallengeNone,
            Self::NoMoreTime => Problem::IdentityNoMoreTime,
            Self::OtherNumber => Problem::IdentityPhoneNumber,
            Self::OutOfOrder => Problem::IdentityOutOfOrder,
            Self::SmsExhausted => Problem::IdentitySmsExhausted,
        }
    }
}
