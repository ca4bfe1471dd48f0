//! What happened in a client's name, and what they report as not theirs ("it wasn't me").
//!
//! ```text
//! a session or consent ──reported──▶ case open ──operator, after a check offline──▶ closed
//!                                      │ other cabinet sessions, open sessions and passkeys end, consents of that session are
//!                                      │ withdrawn if the client says so
//!                                      └ locked: no session for a participant, for a configured time or until it is closed
//! ```
//!
//! Signing in to the cabinet stays possible to who passes face and code: nothing can be given there, only taken back.
//! Only a client in the cabinet can report, so that nobody locks another.

pub mod view;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{Bin, CaseId, ConsentId, SessionId};
use crate::text::ShownText;

/// Reports of one client within [`REPORTS_WITHIN`].
pub const REPORTS_MOST: u64 = 10;
pub const REPORTS_WITHIN: TimeDelta = TimeDelta::days(1);
/// The longest lock, in hours.
pub const LOCK_HOURS_MAX: u16 = 24 * 14;
pub const NOTE_MAX: usize = 500;

/// What the client says was not theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Disowned {
    Session(SessionId),
    /// The session in which it was given.
    Consent(ConsentId),
}

/// `POST /api/cabinet/disown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disown {
    pub what: Disowned,
    /// Withdraw the consents that were given in that session.
    pub withdraw: bool,
}

/// `POST /api/console/cases/{id}/close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseCase {
    /// What was found.
    #[cfg_attr(test, schemars(with = "String", length(min = 1, max = NOTE_MAX)))]
    pub note: ShownText<NOTE_MAX>,
    /// Take sessions again before the lock's own end.
    pub lift: bool,
}

/// What a client reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    /// The session that was not the client's.
    pub session: SessionId,
    /// Whose request that session served; absent in a sign-in to the cabinet.
    pub consumer: Option<Bin>,
    pub opened_at: Timestamp,
    /// Consents withdrawn by it.
    pub withdrawn: u64,
    /// Sessions ended by it.
    pub sessions: u64,
    pub locked_until: Timestamp,
    pub closed: Option<Closed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Closed {
    pub at: Timestamp,
    /// The operator's name.
    pub by: String,
    pub note: String,
}

impl Case {
    /// `None`: it is closed already.
    pub fn close(self, closed: Closed, lift: bool) -> Option<Self> {
        if self.closed.is_some() {
            return None;
        }
        let locked_until = if lift { self.locked_until.min(closed.at) } else { self.locked_until };
        Some(Self { locked_until, closed: Some(closed), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_closes_once_and_only_lifting_ends_its_lock() {
        let at = |second: i64| Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap();
        let case = Case {
            id: CaseId(1),
            session: SessionId(2),
            consumer: None,
            opened_at: at(0),
            withdrawn: 1,
            sessions: 2,
            locked_until: at(100),
            closed: None,
        };
        let closed = Closed { at: at(10), by: "aigul".to_owned(), note: "a mistake".to_owned() };
        let kept = case.clone().close(closed.clone(), false).unwrap();
        assert_eq!(kept.locked_until, at(100));
        let lifted = case.clone().close(closed.clone(), true).unwrap();
        assert_eq!(lifted.locked_until, at(10));
        assert_eq!(lifted.close(closed.clone(), true), None);
        let late = Closed { at: at(200), ..closed };
        assert_eq!(case.close(late, true).unwrap().locked_until, at(100), "never longer");
    }

    #[test]
    fn a_report_names_one_thing() {
        let read = |text: &str| serde_json::from_str::<Disown>(text);
        let session =
            r#"{"what":{"session":"ids_00000000000000000000000000000001"},"withdraw":true}"#;
        assert_eq!(read(session).unwrap().what, Disowned::Session(SessionId(1)));
        assert!(read(&session.replace("session", "consent")).is_err());
        assert!(read(r#"{"what":{},"withdraw":true}"#).is_err());
    }
}
