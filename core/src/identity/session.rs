//! One attempt to prove an identity (IDX-1..3), as a state machine that does no I/O.
//!
//! ```text
//! agreement ─accept─▶ iin ─found─▶ liveness ─live and matched─▶ code ─right─▶ consent ─approve─▶ passed
//!     │                │             │                           │   (a sign-in ends here: passed)
//!     ▼ refuse         ▼ unknown,    ▼ 4 checks                  ▼ 3 wrong,   ▼ refuse
//!   failed               3 others      (blocked 15 min)            no SMS left
//! ```
//!
//! From each open step: abandoned and, 15 minutes after the start, expired.
//! The host feeds it [`Input`]s, saves what comes back and carries out the [`Effect`]s.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::Timestamp;
use crate::id::{Iin, Phone};
use crate::liveness::DEGREE_MIN;
use crate::problem::Problem;
use crate::text::Language;

/// From the first page to the last.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);
pub const IIN_TRIES_MAX: u8 = 3;
/// IDX-2. A failed match counts as the check it belongs to.
pub const CHECKS_MAX: u8 = 4;
pub const BLOCK: TimeDelta = TimeDelta::minutes(15);
/// After this a check whose judgement never came counts as failed.
pub const CHECK_TIME: TimeDelta = TimeDelta::seconds(60);
/// IDX-3.
pub const SMS_MAX: u8 = 2;
pub const CODE_LIFETIME: TimeDelta = TimeDelta::seconds(180);
/// Over the whole session, whichever message the code came in.
pub const CODE_TRIES_MAX: u8 = 3;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    purpose: Purpose,
    language: Language,
    ends_at: Timestamp,
    iin_tries: u8,
    checks: u8,
    sms: u8,
    code_tries: u8,
    step: Step,
}

/// What the session is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A participant asks about this person (IDX-1); ends with the consent.
    Authorization { iin: Iin, phone: Phone },
    /// Somebody signs in to the cabinet; ends with the code.
    Cabinet,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    Agreement,
    Iin,
    Liveness {
        person: Person,
        judging: Option<Judging>,
        last_problem: Option<Problem>,
    },
    /// Without a digest the code has expired.
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
    /// The person, where the session got as far as knowing one.
    Failed {
        person: Option<Person>,
        at: Timestamp,
        why: Failure,
    },
}

/// Whom the session is about, and where codes go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub iin: Iin,
    pub phone: Phone,
}

/// A check that has been counted and whose judgement is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    pub check: u8,
    pub until: Timestamp,
}

/// A keyed hash of a code: the host makes it of what it sent and of what the client typed.
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
    Blocked {
        until: Timestamp,
    },
    ConsentRefused,
    Expired,
    IinMismatch,
    SmsExhausted,
    TooManyCodes,
    UnknownPerson,
    /// What the client agreed to can't be done, as when the consumer was suspended meanwhile.
    Withheld(Problem),
}

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
    PersonUnknown,
    /// Pictures have arrived; counted before they are judged, so that a crash or a second upload can't win a check.
    CheckStarted {
        blocked_until: Option<Timestamp>,
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
    /// Judge the pictures that came with `CheckStarted`; answer with `CheckJudged`.
    Judge { check: u8 },
    /// Send the code whose digest came with the input.
    SendCode { to: Phone },
    /// Liveness is blocked for this person, in every session (IDX-2).
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
    #[error("the session is at another step")]
    OutOfOrder,
    #[error("no more messages in this session")]
    SmsExhausted,
}

impl Session {
    pub fn start(purpose: Purpose, language: Language, now: Timestamp) -> Self {
        Self {
            purpose,
            language,
            ends_at: now + LIFETIME,
            iin_tries: 0,
            checks: 0,
            sms: 0,
            code_tries: 0,
            step: Step::Agreement,
        }
    }

    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn step(&self) -> &Step {
        &self.step
    }

    pub fn checks_left(&self) -> u8 {
        CHECKS_MAX.saturating_sub(self.checks)
    }

    pub fn sms_left(&self) -> u8 {
        SMS_MAX.saturating_sub(self.sms)
    }

    pub fn code_tries_left(&self) -> u8 {
        CODE_TRIES_MAX.saturating_sub(self.code_tries)
    }

    /// Whom the session is about, once the Source has confirmed that there is such a person.
    pub fn person(&self) -> Option<&Person> {
        match &self.step {
            Step::Agreement | Step::Iin => None,
            Step::Liveness { person, .. }
            | Step::Code { person, .. }
            | Step::Consent { person }
            | Step::Passed { person, .. } => Some(person),
            Step::Failed { person, .. } => person.as_ref(),
        }
    }

    pub fn ended_at(&self) -> Option<Timestamp> {
        match &self.step {
            Step::Agreement
            | Step::Iin
            | Step::Liveness { .. }
            | Step::Code { .. }
            | Step::Consent { .. } => None,
            Step::Passed { at, .. } | Step::Failed { at, .. } => Some(*at),
        }
    }

    pub fn failure(&self) -> Option<Failure> {
        match &self.step {
            Step::Agreement
            | Step::Iin
            | Step::Liveness { .. }
            | Step::Code { .. }
            | Step::Consent { .. }
            | Step::Passed { .. } => None,
            Step::Failed { why, .. } => Some(*why),
        }
    }

    /// When the host should next feed [`Input::TimePassed`].
    pub fn deadline(&self) -> Option<Timestamp> {
        let own = match &self.step {
            Step::Agreement | Step::Iin | Step::Consent { .. } => None,
            Step::Liveness { judging, .. } => judging.map(|it| it.until),
            Step::Code { digest, expires_at, .. } => digest.map(|_| *expires_at),
            Step::Passed { .. } | Step::Failed { .. } => return None,
        };
        Some(own.map_or(self.ends_at, |own| own.min(self.ends_at)))
    }

    /// Takes one step. An `Err` means that nothing changed; a refusal that counts is an [`Effect::Refuse`].
    pub fn handle(self, input: Input, now: Timestamp) -> Result<(Self, Vec<Effect>), SessionError> {
        if self.ended_at().is_some() {
            return Err(SessionError::Ended);
        }
        let (mut session, effects) = self.pass_time(now);
        if session.ended_at().is_some() {
            return Ok((session, effects));
        }
        let step = session.step.clone();
        match (input, step) {
            (Input::TimePassed, _) => Ok((session, Vec::new())),
            (Input::LanguageChosen(language), _) => {
                session.language = language;
                Ok((session, Vec::new()))
            }
            (Input::Abandoned, _) => Ok(session.end(Failure::Abandoned, now)),
            (Input::Restarted, _) => Ok(session.at(Step::Agreement)),

            (Input::AgreementAnswered { accept: true }, Step::Agreement) => {
                Ok(session.at(Step::Iin))
            }
            (Input::AgreementAnswered { accept: false }, Step::Agreement) => {
                Ok(session.fail(Failure::AgreementRefused, now))
            }

            (Input::IinEntered(iin), Step::Iin) => Ok(session.enter_iin(&iin, now)),
            (Input::PersonFound { iin, phone, blocked_until }, Step::Iin) => {
                session.meet_person(iin, phone, blocked_until, now)
            }
            (Input::PersonUnknown, Step::Iin) => Ok(session.fail(Failure::UnknownPerson, now)),

            (
                Input::CheckStarted { blocked_until },
                Step::Liveness { person, judging, last_problem },
            ) => session.start_check(person, judging, last_problem, blocked_until, now),
            (
                Input::CheckJudged { check, judgement, code },
                Step::Liveness { person, judging: Some(judging), .. },
            ) if judging.check == check => Ok(session.judge(person, judgement, code, now)),

            (Input::CodeAsked { code }, Step::Code { person, .. }) => {
                if session.sms >= SMS_MAX {
                    return Err(SessionError::SmsExhausted);
                }
                Ok(session.send(person, code, now))
            }
            (Input::CodeEntered { code }, Step::Code { person, digest, .. }) => {
                Ok(session.compare(person, digest, code, now))
            }

            (Input::ConsentAnswered { approve: true }, Step::Consent { person }) => {
                Ok(session.pass(person, now))
            }
            (Input::ConsentAnswered { approve: false }, Step::Consent { .. }) => {
                Ok(session.end(Failure::ConsentRefused, now))
            }
            (Input::ApprovalWithheld(problem), Step::Consent { .. }) => {
                Ok(session.fail(Failure::Withheld(problem), now))
            }

            (
                Input::AgreementAnswered { .. }
                | Input::IinEntered(_)
                | Input::PersonFound { .. }
                | Input::PersonUnknown
                | Input::CheckStarted { .. }
                | Input::CheckJudged { .. }
                | Input::CodeAsked { .. }
                | Input::CodeEntered { .. }
                | Input::ConsentAnswered { .. }
                | Input::ApprovalWithheld(_),
                _,
            ) => Err(SessionError::OutOfOrder),
        }
    }

    /// What time alone changes.
    fn pass_time(mut self, now: Timestamp) -> (Self, Vec<Effect>) {
        if now >= self.ends_at {
            return self.fail(Failure::Expired, now);
        }
        match &mut self.step {
            Step::Liveness { judging, last_problem, .. } => {
                if judging.is_some_and(|it| now >= it.until) {
                    *judging = None;
                    *last_problem = Some(Problem::Internal);
                    if self.checks >= CHECKS_MAX {
                        return self.block(now);
                    }
                }
            }
            Step::Code { digest, expires_at, .. } => {
                if now >= *expires_at {
                    *digest = None;
                    if self.sms >= SMS_MAX {
                        return self.fail(Failure::SmsExhausted, now);
                    }
                }
            }
            Step::Agreement
            | Step::Iin
            | Step::Consent { .. }
            | Step::Passed { .. }
            | Step::Failed { .. } => {}
        }
        (self, Vec::new())
    }

    fn enter_iin(mut self, iin: &Iin, now: Timestamp) -> (Self, Vec<Effect>) {
        if self.may_be(iin) {
            return (self, vec![Effect::AskSource]);
        }
        self.iin_tries += 1;
        if self.iin_tries >= IIN_TRIES_MAX {
            return self.fail(Failure::IinMismatch, now);
        }
        (self, vec![Effect::Refuse(Problem::IdentityIinMismatch)])
    }

    fn meet_person(
        mut self,
        iin: Iin,
        phone: Phone,
        blocked_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        if !self.may_be(&iin) {
            return Err(SessionError::OutOfOrder);
        }
        let phone = match &self.purpose {
            Purpose::Authorization { phone, .. } => phone.clone(),
            Purpose::Cabinet => phone,
        };
        let person = Person { iin, phone };
        self.step = Step::Liveness { person, judging: None, last_problem: None };
        if let Some(until) = blocked_until.filter(|until| *until > now) {
            return Ok(self.fail(Failure::Blocked { until }, now));
        }
        Ok((self, Vec::new()))
    }

    fn start_check(
        mut self,
        person: Person,
        judging: Option<Judging>,
        last_problem: Option<Problem>,
        blocked_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        if let Some(until) = blocked_until.filter(|until| *until > now) {
            return Ok(self.fail(Failure::Blocked { until }, now));
        }
        if self.checks >= CHECKS_MAX {
            // The last check is still being judged, or a restart left none over.
            return if judging.is_some() {
                Err(SessionError::OutOfOrder)
            } else {
                Ok(self.block(now))
            };
        }
        self.checks += 1;
        // A check still in judgement is given up for this one: it stays counted, its verdict won't.
        let judging = Some(Judging { check: self.checks, until: now + CHECK_TIME });
        let check = self.checks;
        self.step = Step::Liveness { person, judging, last_problem };
        Ok((self, vec![Effect::Judge { check }]))
    }

    fn judge(
        mut self,
        person: Person,
        judgement: Judgement,
        code: CodeDigest,
        now: Timestamp,
    ) -> (Self, Vec<Effect>) {
        let problem = match judgement {
            Judgement::Live { degree } if degree >= DEGREE_MIN => {
                return self.send(person, code, now);
            }
            Judgement::Live { .. } => Problem::IdentityNoMatch,
            Judgement::Refused(problem) => problem,
        };
        if self.checks >= CHECKS_MAX {
            return self.block(now);
        }
        self.step = Step::Liveness { person, judging: None, last_problem: Some(problem) };
        (self, vec![Effect::Refuse(problem)])
    }

    fn send(mut self, person: Person, code: CodeDigest, now: Timestamp) -> (Self, Vec<Effect>) {
        if self.sms >= SMS_MAX {
            return self.fail(Failure::SmsExhausted, now);
        }
        self.sms += 1;
        let to = person.phone.clone();
        self.step = Step::Code { person, digest: Some(code), expires_at: now + CODE_LIFETIME };
        (self, vec![Effect::SendCode { to }])
    }

    fn compare(
        mut self,
        person: Person,
        digest: Option<CodeDigest>,
        code: CodeDigest,
        now: Timestamp,
    ) -> (Self, Vec<Effect>) {
        let Some(digest) = digest else {
            return (self, vec![Effect::Refuse(Problem::IdentityCodeExpired)]);
        };
        if digest == code {
            return match self.purpose {
                Purpose::Authorization { .. } => self.at(Step::Consent { person }),
                Purpose::Cabinet => self.pass(person, now),
            };
        }
        self.code_tries += 1;
        if self.code_tries >= CODE_TRIES_MAX {
            return self.fail(Failure::TooManyCodes, now);
        }
        (self, vec![Effect::Refuse(Problem::IdentityCodeWrong)])
    }

    /// Whether this can be whom the session is about.
    fn may_be(&self, iin: &Iin) -> bool {
        match &self.purpose {
            Purpose::Authorization { iin: named, .. } => named == iin,
            Purpose::Cabinet => true,
        }
    }

    fn at(mut self, step: Step) -> (Self, Vec<Effect>) {
        self.step = step;
        (self, Vec::new())
    }

    fn pass(self, person: Person, now: Timestamp) -> (Self, Vec<Effect>) {
        let (session, _) = self.at(Step::Passed { person, at: now });
        (session, vec![Effect::Finish])
    }

    fn block(self, now: Timestamp) -> (Self, Vec<Effect>) {
        let until = now + BLOCK;
        let block = self.person().map(|person| Effect::Block { iin: person.iin.clone(), until });
        let (session, effects) = self.fail(Failure::Blocked { until }, now);
        (session, block.into_iter().chain(effects).collect())
    }

    /// An end that the client did not choose.
    fn fail(self, why: Failure, now: Timestamp) -> (Self, Vec<Effect>) {
        let (session, mut effects) = self.end(why, now);
        effects.push(Effect::Refuse(why.problem()));
        (session, effects)
    }

    fn end(self, why: Failure, now: Timestamp) -> (Self, Vec<Effect>) {
        let person = self.person().cloned();
        let (session, _) = self.at(Step::Failed { person, at: now, why });
        (session, vec![Effect::Finish])
    }
}

impl Failure {
    /// Until when liveness is blocked, where that is why.
    pub fn blocked_until(self) -> Option<Timestamp> {
        match self {
            Self::Blocked { until } => Some(until),
            Self::Abandoned
            | Self::AgreementRefused
            | Self::ConsentRefused
            | Self::Expired
            | Self::IinMismatch
            | Self::SmsExhausted
            | Self::TooManyCodes
            | Self::UnknownPerson
            | Self::Withheld(_) => None,
        }
    }

    /// What the consumer and the client are told.
    pub fn problem(self) -> Problem {
        match self {
            Self::Abandoned => Problem::IdentityAbandoned,
            Self::AgreementRefused => Problem::IdentityAgreement,
            Self::Blocked { .. } => Problem::IdentityBlocked,
            Self::ConsentRefused => Problem::ConsentRefused,
            Self::Expired => Problem::IdentityExpired,
            Self::IinMismatch => Problem::IdentityIinMismatch,
            Self::SmsExhausted => Problem::IdentitySmsExhausted,
            Self::TooManyCodes => Problem::IdentityTooManyCodes,
            Self::UnknownPerson => Problem::IdentityUnknown,
            Self::Withheld(problem) => problem,
        }
    }
}

impl SessionError {
    pub fn problem(self) -> Problem {
        match self {
            Self::Ended => Problem::IdentityEnded,
            Self::OutOfOrder => Problem::IdentityOutOfOrder,
            Self::SmsExhausted => Problem::IdentitySmsExhausted,
        }
    }
}

#[cfg(test)]
mod tests;
