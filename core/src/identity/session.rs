//! One attempt to prove an identity (IDX-1..3), as a state machine that does no I/O.
//!
//! ```text
//! agreement ─accept─▶ iin ─found─▶ liveness ─live and matched─▶ code ─right─▶ consent ─approve─▶ passed
//!     │                │             │                           │   (a sign-in ends here: passed)
//!     ▼ refuse         ▼ unknown,    ▼ 4 checks                  ▼ 3 wrong,   ▼ refuse
//!   failed               no client,    (blocked 15 min)            no SMS left
//!                        3 others
//!
//! within liveness, where each drawing of a challenge counts as a check (IDX-2):
//!
//!   idle ─ask─▶ asked ─frames─▶ judging ─live and matched─▶ code
//!     │ └─open─▶ front ─sent──────▶ ▲
//!     ▲          │  ▲ │            │
//!     │          │  └─┘ ask again  │ not live, no match, 60 s without a verdict
//!     └──────────┴─────────────────┘
//!       forged frames, 90 s without any
//! ```
//!
//! A check that failed because of the platform or the Source does not count; one that failed because of a solution with a front
//! part of its own (`session/front.rs`) does not count once for each such solution.
//!
//! An upload that can't be parsed (truncated, too large) changes nothing and can be repeated while the
//! challenge is open. Frames of another challenge, rearranged or altered frames end the check.
//!
//! A sign-in to the cabinet is anonymous: it does not reveal whether the Source knows the IIN until a live person was
//! before the camera, nor whether that person may be a client (IDX-11) until their face has matched.
//!
//! The Source has no phones. A code goes to the number in the participant's request; for a sign-in, to the number that
//! the person's latest request was confirmed with.
//!
//! A sign-in whose IIN the Source does not know goes back to `iin` after a live person was seen, at most twice.
//!
//! From each open step: abandoned and, 15 minutes after the start, expired; a client who is still there makes it last
//! longer ([`time`]). The camera step may be handed over to a phone ([`handoff`]).
//! The host feeds it [`Input`]s, saves the returned state and carries out the [`Effect`]s.

mod exchange;
mod front;
mod handoff;
mod step;
mod time;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use self::exchange::{Effect, Input, Judgement, PhoneInput, SessionError};
use self::handoff::Handoff;
pub use self::handoff::{HandoffState, LINK_LIFETIME, LINKS_MAX, NUMBERS};
pub use self::step::{Check, CodeDigest, Failure, Front, Person, Purpose, Seed, Step};
pub use self::time::{EXTENSION, EXTENSIONS_MAX, LIFETIME, WARNING};
use crate::Timestamp;
use crate::id::{Iin, Phone};
use crate::identity::eligibility::Ineligible;
use crate::identity::requester::Allowance;
use crate::liveness::DEGREE_MIN;
use crate::liveness::challenge::{Challenge, Wishes};
use crate::problem::Problem;
use crate::text::Language;

pub const IIN_TRIES_MAX: u8 = 3;
/// IDX-2. A failed match counts as a failed check.
pub const CHECKS_MAX: u8 = 4;
/// The most checks that don't count because the platform or the Source failed: each allows one more challenge.
pub const RETURNED_MAX: u8 = 4;
pub const BLOCK: TimeDelta = TimeDelta::minutes(15);
/// After this time a check without a verdict counts as failed.
pub const CHECK_TIME: TimeDelta = TimeDelta::seconds(60);
/// IDX-3.
pub const SMS_MAX: u8 = 2;
pub const CODE_LIFETIME: TimeDelta = TimeDelta::seconds(180);
/// Over the whole session and all messages.
pub const CODE_TRIES_MAX: u8 = 3;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    purpose: Purpose,
    language: Language,
    ends_at: Timestamp,
    /// How often the client has stayed.
    #[serde(default)]
    extensions: u8,
    iin_tries: u8,
    checks: u8,
    /// How many of the checks don't count.
    #[serde(default)]
    returned: u8,
    /// Solutions whose front part has failed in this session.
    #[serde(default)]
    failed: BTreeSet<String>,
    sms: u8,
    code_tries: u8,
    /// When the code was accepted.
    #[serde(default)]
    proved_at: Option<Timestamp>,
    /// Why the last check failed.
    #[serde(default)]
    last_refusal: Option<Problem>,
    #[serde(default)]
    handoff: Handoff,
    step: Step,
}

impl Session {
    pub fn start(purpose: Purpose, language: Language, now: Timestamp) -> Self {
        Self {
            purpose,
            language,
            ends_at: now + LIFETIME,
            extensions: 0,
            iin_tries: 0,
            checks: 0,
            returned: 0,
            failed: BTreeSet::new(),
            sms: 0,
            code_tries: 0,
            proved_at: None,
            last_refusal: None,
            handoff: Handoff::default(),
            step: Step::Agreement,
        }
    }

    /// Of a client who showed a passkey: over at once, as far as proving goes.
    pub fn opened_by_passkey(person: Person, language: Language, now: Timestamp) -> Self {
        let step = Step::Passed { person, at: now };
        Self { step, ..Self::start(Purpose::Cabinet, language, now) }
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

    /// The number of the newest check.
    pub fn checks(&self) -> u8 {
        self.checks
    }

    pub fn checks_left(&self) -> u8 {
        (CHECKS_MAX + self.returned).saturating_sub(self.checks)
    }

    /// The challenge that is open.
    pub fn challenge(&self) -> Option<&Challenge> {
        match &self.step {
            Step::Liveness { check: Some(Check::Asked { challenge, .. }), .. } => Some(challenge),
            Step::Liveness {
                check: Some(Check::Front(_) | Check::Judging { .. }) | None, ..
            }
            | Step::Agreement
            | Step::Iin
            | Step::Code { .. }
            | Step::Consent { .. }
            | Step::Passed { .. }
            | Step::Failed { .. } => None,
        }
    }

    /// Why a sign-in is back at its IIN, as a live person may learn.
    pub fn iin_refused(&self) -> Option<Problem> {
        let refused = self.purpose == Purpose::Cabinet && self.iin_tries > 0;
        refused.then_some(Problem::IdentityUnknown)
    }

    /// How many more IINs may be entered.
    pub fn iin_tries_left(&self) -> u8 {
        IIN_TRIES_MAX.saturating_sub(self.iin_tries)
    }

    pub fn sms_left(&self) -> u8 {
        SMS_MAX.saturating_sub(self.sms)
    }

    pub fn code_tries_left(&self) -> u8 {
        CODE_TRIES_MAX.saturating_sub(self.code_tries)
    }

    /// The session's person, once the Source has confirmed that they exist.
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

    /// When the identity was proved, while only the consent is left to be answered and after it.
    pub fn proved_at(&self) -> Option<Timestamp> {
        self.proved_at
    }

    /// The mark that the consumer gets (IDX-4): why the session failed. Where checks ran out it is what the last one failed by,
    /// and not the block that follows from it.
    pub fn mark(&self) -> Option<Problem> {
        self.failure().map(|why| match why {
            Failure::Blocked { .. } => self.last_refusal.unwrap_or(Problem::IdentityBlocked),
            Failure::Abandoned
            | Failure::AgreementRefused
            | Failure::AgreementWithdrawn
            | Failure::ConsentRefused
            | Failure::Expired
            | Failure::IinMismatch
            | Failure::Ineligible(_)
            | Failure::Locked
            | Failure::NoPhone
            | Failure::SmsExhausted
            | Failure::TooManyCodes
            | Failure::UnknownPerson
            | Failure::Withheld(_) => why.problem(),
        })
    }

    /// When the host should next feed [`Input::TimePassed`].
    pub fn deadline(&self) -> Option<Timestamp> {
        let own = match &self.step {
            Step::Agreement | Step::Iin | Step::Consent { .. } => None,
            Step::Liveness { check, .. } => check.as_ref().map(Check::until),
            Step::Code { digest, expires_at, .. } => digest.map(|_| *expires_at),
            Step::Passed { .. } | Step::Failed { .. } => return None,
        };
        Some(own.map_or(self.ends_at, |own| own.min(self.ends_at)))
    }

    /// Takes one step. `Err` means that nothing changed; a refusal that counts is an [`Effect::Refuse`].
    #[expect(clippy::too_many_lines, reason = "the table of moves, an arm each")]
    pub fn handle(self, input: Input, now: Timestamp) -> Result<(Self, Vec<Effect>), SessionError> {
        if self.ended_at().is_some() {
            return Err(SessionError::Ended);
        }
        let (session, effects) = self.pass_time(now);
        if session.ended_at().is_some() {
            return Ok((session, effects));
        }
        let step = session.step.clone();
        match (input, step) {
            (Input::TimePassed, _) => Ok((session, Vec::new())),
            (Input::LanguageChosen(language), _) => Ok((Self { language, ..session }, Vec::new())),
            (Input::Abandoned, _) => Ok(session.end(Failure::Abandoned, now)),
            (Input::Restarted, _) => Ok(session.take_back().0.at(Step::Agreement)),
            (Input::Stayed, _) => session.stay(now),
            (Input::Locked, _) => Ok(session.fail(Failure::Locked, now)),
            (Input::AgreementWithdrawn, _) => Ok(session.fail(Failure::AgreementWithdrawn, now)),

            (Input::AgreementAnswered { accept: true }, Step::Agreement) => {
                Ok(session.at(Step::Iin))
            }
            (Input::AgreementAnswered { accept: false }, Step::Agreement) => {
                Ok(session.fail(Failure::AgreementRefused, now))
            }

            (Input::IinEntered(iin), Step::Iin) => Ok(session.enter_iin(&iin, now)),
            (Input::PersonFound { iin, phone, eligible, blocked_until }, Step::Iin) => {
                session.meet_person((iin, phone), eligible, blocked_until, now)
            }
            (Input::PersonUnknown { iin, blocked_until }, Step::Iin) => match session.purpose {
                Purpose::Authorization { .. } => Ok(session.fail(Failure::UnknownPerson, now)),
                Purpose::Cabinet => {
                    Ok(session.go_to_camera(Person { iin, phone: None }, blocked_until, now))
                }
            },

            (
                Input::ChallengeAsked { seed, wishes, blocked_until, allowance },
                Step::Liveness { person, check, last_problem },
            ) => {
                if let Some(until) = blocked_until.filter(|until| *until > now) {
                    Ok(session.fail(Failure::Blocked { until }, now))
                } else {
                    let drawing = (seed, wishes, allowance);
                    session.ask(person, check.as_ref(), last_problem, drawing, now)
                }
            }
            (
                input @ (Input::FrontAsked { .. }
                | Input::FrontOpened { .. }
                | Input::FrontsFailed { .. }
                | Input::FrontStarted { .. }
                | Input::FrontFailed { .. }),
                step,
            ) => session.at_front(input, step, now),
            (
                Input::CheckStarted { nonce, blocked_until },
                Step::Liveness { person, check, last_problem },
            ) => {
                if let Some(until) = blocked_until.filter(|until| *until > now) {
                    return Ok(session.fail(Failure::Blocked { until }, now));
                }
                let open = check.is_some_and(|it| it.is_open(&nonce));
                session.start_check(person, open, last_problem, now)
            }
            (
                Input::CheckForged { nonce, problem },
                Step::Liveness { person, check, last_problem },
            ) => match check {
                Some(check) if check.is_open(&nonce) => Ok(session.refuse(person, problem, now)),
                _ => session.without_challenge(last_problem),
            },
            (
                Input::CheckJudged { check, judgement, code },
                Step::Liveness { person, check: Some(Check::Judging { .. }), .. },
            ) if session.checks == check => Ok(session.judge(person, judgement, code, now)),

            (Input::Phone(input), Step::Liveness { .. }) => session.hand_over(input, now),

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
                | Input::PersonUnknown { .. }
                | Input::ChallengeAsked { .. }
                | Input::CheckStarted { .. }
                | Input::CheckForged { .. }
                | Input::CheckJudged { .. }
                | Input::Phone(_)
                | Input::CodeAsked { .. }
                | Input::CodeEntered { .. }
                | Input::ConsentAnswered { .. }
                | Input::ApprovalWithheld(_),
                _,
            ) => Err(SessionError::OutOfOrder),
        }
    }

    /// Applies deadlines that have passed.
    fn pass_time(mut self, now: Timestamp) -> (Self, Vec<Effect>) {
        if now >= self.ends_at {
            return self.fail(Failure::Expired, now);
        }
        match &mut self.step {
            Step::Liveness { check, last_problem, .. } => {
                if let Some(over) = check.take_if(|it| now >= it.until()) {
                    *last_problem = Some(match over {
                        Check::Asked { .. } | Check::Front(_) => Problem::ChallengeExpired,
                        Check::Judging { .. } => Problem::Internal,
                    });
                    if self.checks_left() == 0 {
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
        self,
        (iin, confirmed): (Iin, Option<Phone>),
        eligible: Result<(), Ineligible>,
        blocked_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        if !self.may_be(&iin) {
            return Err(SessionError::OutOfOrder);
        }
        let phone = match (&self.purpose, eligible) {
            (Purpose::Authorization { .. }, Err(why)) => {
                return Ok(self.fail(Failure::Ineligible(why), now));
            }
            (Purpose::Authorization { phone, .. }, Ok(())) => Some(phone.clone()),
            (Purpose::Cabinet, _) => confirmed,
        };
        Ok(self.go_to_camera(Person { iin, phone }, blocked_until, now))
    }

    fn go_to_camera(
        mut self,
        person: Person,
        blocked_until: Option<Timestamp>,
        now: Timestamp,
    ) -> (Self, Vec<Effect>) {
        self.step = Step::Liveness { person, check: None, last_problem: None };
        match blocked_until.filter(|until| *until > now) {
            Some(until) => self.fail(Failure::Blocked { until }, now),
            None => (self, Vec::new()),
        }
    }

    fn ask(
        mut self,
        person: Person,
        check: Option<&Check>,
        last_problem: Option<Problem>,
        (seed, wishes, allowance): (Seed, Wishes, Allowance),
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        let none_left = self.checks_left() == 0;
        match check {
            // Changing the wishes draws a new challenge and uses up a check.
            Some(Check::Asked { wishes: before, .. }) if *before == wishes || none_left => {
                return Ok((self, Vec::new()));
            }
            // The last check is still being judged.
            Some(Check::Front(_) | Check::Judging { .. }) if none_left => {
                return Err(SessionError::OutOfOrder);
            }
            // None left after a restart.
            None if none_left => return Ok(self.block(now)),
            // Abandons a check that is being judged: it still counts, but its verdict will be ignored.
            Some(Check::Asked { .. } | Check::Front(_) | Check::Judging { .. }) | None => {}
        }
        if let Some(over) = self.spent(allowance, now) {
            return Ok(over);
        }
        self.checks += 1;
        let challenge = Challenge::draw(seed.0, wishes, now);
        let effects = vec![Effect::Challenged { check: self.checks }];
        let judged_by = challenge.expires_at + CHECK_TIME;
        let check = Some(Check::Asked { challenge, wishes });
        self.step = Step::Liveness { person, check, last_problem };
        Ok((self.lasting_until(judged_by), effects))
    }

    fn start_check(
        mut self,
        person: Person,
        open: bool,
        last_problem: Option<Problem>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        if !open {
            return self.without_challenge(last_problem);
        }
        let check = Some(Check::Judging { until: now + CHECK_TIME });
        self.step = Step::Liveness { person, check, last_problem };
        let judge = Effect::Judge { check: self.checks };
        Ok((self, vec![judge]))
    }

    /// Frames for a challenge that is not open.
    fn without_challenge(
        self,
        last_problem: Option<Problem>,
    ) -> Result<(Self, Vec<Effect>), SessionError> {
        match last_problem {
            Some(Problem::ChallengeExpired) => {
                Ok((self, vec![Effect::Refuse(Problem::ChallengeExpired)]))
            }
            _ => Err(SessionError::NoChallenge),
        }
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
            Judgement::Ineligible(why) => return self.fail(Failure::Ineligible(why), now),
            Judgement::Refused(Problem::IdentityUnknown) => return self.unknown(now),
            Judgement::Refused(problem) => problem,
        };
        if problem.fault().is_some() && self.returned < RETURNED_MAX {
            self.returned += 1;
        }
        self.refuse(person, problem, now)
    }

    /// The Source knows nobody with the IIN of this sign-in, as a live person may learn: a slip of the finger can be put
    /// right while checks are left.
    fn unknown(mut self, now: Timestamp) -> (Self, Vec<Effect>) {
        self.iin_tries += 1;
        if self.iin_tries_left() == 0 || self.checks_left() == 0 {
            return self.fail(Failure::UnknownPerson, now);
        }
        let (session, _) = self.take_back().0.at(Step::Iin);
        (session, vec![Effect::Refuse(Problem::IdentityUnknown)])
    }

    /// The check failed.
    fn refuse(mut self, person: Person, problem: Problem, now: Timestamp) -> (Self, Vec<Effect>) {
        self.last_refusal = Some(problem);
        if self.checks_left() == 0 {
            return self.block(now);
        }
        self.step = Step::Liveness { person, check: None, last_problem: Some(problem) };
        (self, vec![Effect::Refuse(problem)])
    }

    fn send(mut self, person: Person, code: CodeDigest, now: Timestamp) -> (Self, Vec<Effect>) {
        let Some(to) = person.phone.clone() else {
            return self.fail(Failure::NoPhone, now);
        };
        if self.sms >= SMS_MAX {
            return self.fail(Failure::SmsExhausted, now);
        }
        self.sms += 1;
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
            self.proved_at = Some(now);
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

    /// Whether this IIN fits the session.
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

    /// An end not chosen by the client.
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

#[cfg(test)]
mod tests;
