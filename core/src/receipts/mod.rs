//! What a client's own browser, or `senim verify`, finds in the history that the platform has given.
//!
//! ```text
//! history + policy + the checkpoint seen last ──log──▶ records, all of them and unaltered
//!                                             └──consents──▶ for each use: was there a consent for it at that moment?
//! ```
//!
//! Nothing is believed but the policy and the older checkpoint, which the browser has kept.

mod consents;
pub mod restart;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use consents::Uncovered;
pub use restart::Restarted;

use crate::Timestamp;
use crate::id::{ConsentId, SessionId, UseId};
use crate::journal::{Record, Subject};
use crate::log::LogError;
use crate::log::entry::Month;
use crate::log::history::History;
use crate::log::note::Note;
use crate::log::policy::Policy;

/// What was kept from an earlier time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// The note of the last verified checkpoint.
    pub checkpoint: Option<&'a str>,
    /// The month with which that history began, such as `2026-11`.
    pub from: Option<&'a str>,
}

/// What the platform offers now, where it is another policy than the one that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered<'a> {
    pub policy: &'a str,
    /// The receipt of its log's first record, which tells of a former log.
    pub restart: &'a str,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Findings {
    Holds(Proven),
    Fails(Failure),
}

/// The answer of the browser's worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    pub findings: Findings,
    /// What each event of the records means, in Kazakh, Russian and English.
    pub said: BTreeMap<String, [String; 3]>,
}

/// All that a history proves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proven {
    /// Every record that the log has of the client, in its order.
    pub records: Vec<ProvenRecord>,
    /// The month with which the history begins.
    pub from: String,
    /// The log has nothing before that any more: its term is over.
    #[serde(default)]
    pub pruned: bool,
    /// Nothing is left out up to this moment, in Unix seconds.
    pub until: u64,
    pub origin: String,
    /// Of the checkpoint, in entries.
    pub size: u64,
    /// Of the older checkpoint that the log continues; absent: none was known.
    pub older: Option<u64>,
    /// The witnesses' names, and when they cosigned, in Unix seconds.
    pub witnessed: Vec<(String, u64)>,
    /// The note, to be kept.
    pub checkpoint: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProvenRecord {
    /// In the log.
    pub number: u64,
    /// When it was done; absent in a record that this version can't read, as are all others.
    pub at: Option<Timestamp>,
    /// Such as `data.read`.
    pub event: String,
    pub consent: Option<ConsentId>,
    pub session: Option<SessionId>,
    /// Of a use.
    pub interaction: Option<UseId>,
    /// Of a use that was answered: whether a consent of this history allowed it at that moment.
    pub uncovered: Option<Uncovered>,
    /// A use whose consent is older than the pruned log's beginning: nothing here says whether it was allowed.
    #[serde(default)]
    pub unjudged: bool,
}

/// Why a history is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub fault: Fault,
    /// In English, for who looks closer.
    pub why: String,
    /// Of [`Fault::Restarted`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restarted: Option<Restarted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A record is not the one that the log has.
    Altered,
    /// The log has more records than were shown.
    Missing,
    /// The log does not continue what was seen before.
    Rewritten,
    /// Too few witnesses cosigned.
    Unwitnessed,
    /// Signed by keys that the policy does not name.
    Stranger,
    /// The same, and the witnesses vouch for it that another log was begun after the former one was lost.
    Restarted,
    Unreadable,
}

impl Fault {
    pub const ALL: [Self; 7] = [
        Self::Altered,
        Self::Missing,
        Self::Rewritten,
        Self::Unwitnessed,
        Self::Stranger,
        Self::Restarted,
        Self::Unreadable,
    ];

    fn of(error: &LogError) -> Self {
        match error {
            LogError::Altered(_) | LogError::Refuted(_) => Self::Altered,
            LogError::Missing(_) => Self::Missing,
            LogError::Rewritten(_) => Self::Rewritten,
            LogError::Quorum => Self::Unwitnessed,
            LogError::BadSignature(_) | LogError::UnknownLog => Self::Stranger,
            LogError::Checkpoint(_)
            | LogError::Entry(_)
            | LogError::Key(_)
            | LogError::Note(_)
            | LogError::Policy(..)
            | LogError::Proof(_)
            | LogError::Segment(_)
            | LogError::Tile(_) => Self::Unreadable,
        }
    }
}

/// Verifies all of a history.
pub fn examine(
    history: &str,
    policy: &str,
    known: Known<'_>,
    offered: Option<Offered<'_>>,
) -> Findings {
    let error = match proven(history, policy, known) {
        Ok(proven) => return Findings::Holds(proven),
        Err(error) => error,
    };
    let (fault, why) = (Fault::of(&error), error.to_string());
    let failure = Failure { fault, why, restarted: None };
    let offered = offered.filter(|_| fault == Fault::Stranger);
    Findings::Fails(match offered.map(|it| restarted(policy, known, it)) {
        Some(Ok(restarted)) => Failure {
            fault: Fault::Restarted,
            why: format!("{} took the place of {}", restarted.origin, restarted.former),
            restarted: Some(restarted),
        },
        Some(Err(_)) | None => failure,
    })
}

fn restarted(policy: &str, known: Known<'_>, offered: Offered<'_>) -> Result<Restarted, LogError> {
    let (kept, offers): (Policy, Policy) = (policy.parse()?, offered.policy.parse()?);
    let seen = known.checkpoint.map(Note::parse).transpose()?;
    restart::verify(offered.restart, (&kept, &offers), seen.as_ref())
}

/// The same, for who has parsed a policy already.
pub fn prove(history: &History, policy: &Policy, older: Option<&Note>) -> Result<Proven, LogError> {
    let complete = history.verify(policy, older)?;
    let read: Vec<Option<Record>> =
        complete.records.iter().map(|it| Record::decode(&it.record).ok()).collect();
    let terms = consents::terms(read.iter().flatten());
    let records = complete
        .records
        .iter()
        .zip(&read)
        .map(|(it, record)| of_record(it.number, record.as_ref(), &terms, complete.pruned))
        .collect();
    let older = older.map(|it| policy.signed(it)).transpose()?;
    Ok(Proven {
        records,
        from: complete.from.to_string(),
        pruned: complete.pruned,
        until: complete.until,
        origin: complete.trusted.checkpoint.origin,
        size: complete.trusted.checkpoint.size,
        older: older.map(|it| it.size),
        witnessed: complete.trusted.witnessed,
        checkpoint: history.checkpoint.clone(),
    })
}

fn proven(history: &str, policy: &str, known: Known<'_>) -> Result<Proven, LogError> {
    let policy: Policy = policy.parse()?;
    let older = known.checkpoint.map(Note::parse).transpose()?;
    let proven = prove(&History::parse(history)?, &policy, older.as_ref())?;
    // A history that begins later than it did before leaves out its beginning, unless the log itself says so.
    if let Some(from) = known.from.map(str::parse::<Month>).transpose()?
        && !proven.pruned
        && proven.from.parse::<Month>()? > from
    {
        return Err(LogError::Missing("the history begins later than it did before"));
    }
    Ok(proven)
}

fn of_record(
    number: u64,
    record: Option<&Record>,
    terms: &consents::Terms,
    pruned: bool,
) -> ProvenRecord {
    let Some(record) = record else {
        return ProvenRecord {
            number,
            at: None,
            event: String::new(),
            consent: None,
            session: None,
            interaction: None,
            uncovered: None,
            unjudged: false,
        };
    };
    let consent = if let Subject::Consent(id) = record.subject { Some(id) } else { None };
    let session = if let Subject::Session(id) = record.subject { Some(id) } else { None };
    let uncovered = consents::judge(record, terms).err();
    let unjudged = pruned && consent.is_some() && uncovered == Some(Uncovered::NoConsent);
    ProvenRecord {
        number,
        at: Some(record.at),
        event: record.event.name().to_owned(),
        consent,
        session,
        interaction: consents::interaction(&record.event),
        uncovered: uncovered.filter(|_| !unjudged),
        unjudged,
    }
}
