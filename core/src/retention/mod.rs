//! What is kept of a person's data: why, for how long, who sees it and how it ends (IDX-8, IDX-12, DSP-1, DSP-2).
//!
//! One table. The host's sweep deletes by it, and every sentence that a client reads about their data is made from it.

pub mod words;

use chrono::{Months, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::calendar::month_beginning;

/// The shortest term of requests and results: five years from receipt (IDX-8).
pub const RECORDS_YEARS_MIN: u8 = 5;
pub const RECORDS_YEARS_MAX: u8 = 30;
/// How long a passkey opens the cabinet.
pub const PASSKEY_DAYS: u16 = 365;
/// An operator may hold evidence for a dispute or by law at most so long at a time, so that no hold lasts for ever
/// because somebody forgot it (DSP-2).
pub const HOLD_DAYS_MAX: u16 = 366;

/// The terms that the operator configures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Terms {
    /// How long frames of checks are kept: as long as a dispute may be filed (DSP-2).
    pub frames_days: u16,
    /// How long requests, results and what belongs to them are kept, in calendar years (IDX-8).
    pub records_years: u8,
    /// Whether checks may go to a solution whose own front part films (BIO-5).
    #[serde(default)]
    pub fronts: bool,
}

/// A kind of data about a person, or about what was done with such data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A participant's request and the session that answers it: IIN, phone, name, steps.
    Request,
    /// The outcome of each check: measurements, degree of match, checksums of the pictures.
    Result,
    Consent,
    /// One request through an edge under a consent.
    Use,
    /// The photo that a participant sends for photo matching (PHM-1).
    MatchedPhoto,
    /// The pictures of liveness checks.
    Frames,
    /// A text message, with a code or an alert: number, text, delivery (DSP-1).
    Message,
    /// A look into the state register.
    Look,
    /// The journal (OAPI-15).
    Log,
    /// Which edition of the user agreement was accepted, when and in which language (IDX-12).
    Agreement,
    /// What a client reported as not theirs, and what the operator noted on it.
    Case,
    /// What opens the cabinet without the camera: the public half of a key, whose cabinet it opens, when it did.
    Passkey,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::Request,
        Self::Result,
        Self::Consent,
        Self::Use,
        Self::MatchedPhoto,
        Self::Frames,
        Self::Message,
        Self::Look,
        Self::Log,
        Self::Agreement,
        Self::Case,
        Self::Passkey,
    ];
}

/// How long a kind is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Never stored: gone when the request has been answered.
    None,
    Days(u16),
    /// Calendar years from receipt.
    Years(u8),
    /// Calendar years from the end of what it records.
    YearsAfterEnd(u8),
    /// Calendar years from receipt, and then with all of its calendar month.
    YearsAndMonth(u8),
}

/// Why it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The rules of the identity exchange ask for it.
    Rules,
    /// It settles a dispute about a check.
    Dispute,
    /// It proves what the client allowed.
    Proof,
    /// It shows the client who read their data.
    Trace,
    /// It is needed for the match alone.
    Match,
    /// The client asked for it, to open the cabinet.
    Entry,
}

/// Who may see it, apart from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// The participant that asked, and the operator's staff for a dispute.
    ParticipantAndDispute,
    /// The operator's staff, for a dispute alone; each look is journalled (OPS-3).
    Dispute,
    /// Consumer and providers of the consent.
    Parties,
    /// The same, and the vendor of the solution to which the check went, whose own front part filmed (BIO-5).
    DisputeAndVendor,
    /// The solution that compares it.
    Solution,
    /// The operator's staff; it names nobody.
    Staff,
    /// Nobody else.
    Nobody,
}

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Deleted,
    /// The key that it is encrypted with is destroyed; the journal keeps which pack it was.
    KeyDestroyed,
    NotStored,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub term: Term,
    pub reason: Reason,
    /// The requirement that the term comes from.
    pub requirement: &'static str,
    pub seen_by: SeenBy,
    pub end: End,
}

impl Terms {
    /// The whole table, in the order in which people read it.
    pub fn table(self) -> [Line; Kind::ALL.len()] {
        Kind::ALL.map(|kind| self.of(kind))
    }

    pub fn of(self, kind: Kind) -> Line {
        let years = Term::Years(self.records_years);
        let (term, reason, requirement, seen_by, end) = match kind {
            Kind::Request => {
                (years, Reason::Rules, "IDX-8", SeenBy::ParticipantAndDispute, End::Deleted)
            }
            Kind::Result => (years, Reason::Rules, "IDX-8", SeenBy::Dispute, End::Deleted),
            Kind::Consent => (
                Term::YearsAfterEnd(self.records_years),
                Reason::Proof,
                "IDX-8, CNS-1",
                SeenBy::Parties,
                End::Deleted,
            ),
            Kind::Use => (years, Reason::Trace, "IDX-8, CNS-3", SeenBy::Parties, End::Deleted),
            Kind::MatchedPhoto => {
                (Term::None, Reason::Match, "PHM-8", SeenBy::Solution, End::NotStored)
            }
            Kind::Frames => (
                Term::Days(self.frames_days),
                Reason::Dispute,
                "DSP-1, DSP-2",
                if self.fronts { SeenBy::DisputeAndVendor } else { SeenBy::Dispute },
                End::KeyDestroyed,
            ),
            Kind::Message | Kind::Case => {
                (years, Reason::Dispute, "IDX-8, DSP-1", SeenBy::Dispute, End::Deleted)
            }
            Kind::Look | Kind::Log => (
                Term::YearsAndMonth(self.records_years),
                Reason::Trace,
                "IDX-8, OAPI-15",
                SeenBy::Staff,
                End::Deleted,
            ),
            Kind::Passkey => {
                (Term::Days(PASSKEY_DAYS), Reason::Entry, "CNS-3", SeenBy::Nobody, End::Deleted)
            }
            Kind::Agreement => {
                (years, Reason::Proof, "IDX-8, IDX-12", SeenBy::Dispute, End::Deleted)
            }
        };
        Line { kind, term, reason, requirement, seen_by, end }
    }

    /// What was received (or, of a consent, ended) before is over and must go; `None`: nothing of this kind ever is.
    pub fn over_before(self, kind: Kind, now: Timestamp) -> Option<Timestamp> {
        match self.of(kind).term {
            Term::None => None,
            Term::Days(days) => Some(now - TimeDelta::days(days.into())),
            Term::Years(years) | Term::YearsAfterEnd(years) => years_before(now, years),
            Term::YearsAndMonth(years) => years_before(now, years).map(month_beginning),
        }
    }

    /// When frames that arrive now are destroyed.
    pub fn frames_until(self, now: Timestamp) -> Timestamp {
        now + TimeDelta::days(self.frames_days.into())
    }

    /// Frames are kept no longer than results, and results at least as long as the rules say.
    pub fn check(self) -> Result<(), (&'static str, &'static str)> {
        if !(RECORDS_YEARS_MIN..=RECORDS_YEARS_MAX).contains(&self.records_years) {
            return Err(("records_years", "must be 5 to 30 (IDX-8)"));
        }
        if self.frames_days == 0 || self.frames_days > u16::from(self.records_years) * 365 {
            return Err((
                "evidence_frames_days",
                "must be at least 1, and no longer than records_years",
            ));
        }
        Ok(())
    }
}

fn years_before(now: Timestamp, years: u8) -> Option<Timestamp> {
    now.checked_sub_months(Months::new(u32::from(years) * 12))
}

/// Why evidence is kept beyond its term, and beyond the client's withdrawal (IDX-13, DSP-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HeldFor {
    /// A dispute is open.
    Dispute,
    /// A law asks for it, such as that against money laundering.
    Law,
}

impl HeldFor {
    pub fn code(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::Law => "law",
        }
    }

    pub fn by_code(code: &str) -> Option<Self> {
        [Self::Dispute, Self::Law].into_iter().find(|it| it.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms { frames_days: 90, records_years: 5, fronts: false };

    #[test]
    fn years_are_calendar_years() {
        let now = at("2032-03-01T12:00:00Z");
        assert_eq!(TERMS.over_before(Kind::Result, now), Some(at("2027-03-01T12:00:00Z")));
        assert_eq!(TERMS.over_before(Kind::Frames, now), Some(at("2031-12-02T12:00:00Z")));
        // A month goes as a whole: March 2027 begins in Kazakhstan on 28 February at 19:00 UTC.
        assert_eq!(TERMS.over_before(Kind::Log, now), Some(at("2027-02-28T19:00:00Z")));
        let before = at("2032-02-29T18:59:59Z");
        assert_eq!(TERMS.over_before(Kind::Log, before), Some(at("2027-01-31T19:00:00Z")));
        assert_eq!(TERMS.over_before(Kind::MatchedPhoto, now), None);
    }

    #[test]
    fn nothing_is_kept_for_ever() {
        let now = at("2032-03-01T12:00:00Z");
        for line in TERMS.table() {
            let over = TERMS.over_before(line.kind, now);
            assert_eq!(over.is_none(), line.term == Term::None, "{line:?}");
            assert_eq!(line.term == Term::None, line.end == End::NotStored, "{line:?}");
            assert!(!line.requirement.is_empty());
        }
    }

    #[test]
    fn terms_shorter_than_the_rules_are_refused_by_their_key() {
        assert_eq!(TERMS.check(), Ok(()));
        for (frames_days, records_years, key) in [
            (0, 5, "evidence_frames_days"),
            (1826, 5, "evidence_frames_days"),
            (90, 4, "records_years"),
            (90, 31, "records_years"),
        ] {
            let terms = Terms { frames_days, records_years, fronts: false };
            assert_eq!(terms.check().map_err(|it| it.0), Err(key));
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }
}
