//! Another log in the place of one that was lost: who says so, and what was lost with it.
//!
//! A log can't be continued from an older backup: that would fork it. So another one begins, under a name and a key of its own,
//! whose first entry is a record with the last checkpoint of the former log and the reason. Whoever trusts the former log
//! learns it from that record, if the same witnesses have cosigned the new one.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::journal::{Event, Record};
use crate::log::note::Note;
use crate::log::policy::Policy;
use crate::log::{LogError, receipt};

/// What the first entry of another log says, once all of it is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restarted {
    /// The new log's name.
    pub origin: String,
    /// The former log's name.
    pub former: String,
    /// Entries of the former log's last checkpoint, as the new log states it.
    pub size: u64,
    /// Entries of the former log that were seen beyond that: nobody will show them again.
    pub lost: u64,
    pub at: Timestamp,
    /// In the operator's words.
    pub reason: String,
    /// The witnesses of the new log and when they cosigned, in Unix seconds.
    pub witnessed: Vec<(String, u64)>,
}

/// `file`: the receipt of the new log's first record (`/log/restart`); `kept`: the policy with the former log; `offered`: the one
/// with the new log; `seen`: a checkpoint of the former log. The witnesses and their quorum have to be the same.
pub fn verify(
    file: &str,
    (kept, offered): (&Policy, &Policy),
    seen: Option<&Note>,
) -> Result<Restarted, LogError> {
    let [log] = offered.logs.as_slice() else {
        return Err(LogError::Refuted("the offered policy has not one log"));
    };
    let trusted = kept.of_readers(log);
    if trusted != offered.of_readers(log) {
        return Err(LogError::Refuted("the offered policy has other witnesses"));
    }
    let shown = receipt::verify(file, &trusted)?;
    if shown.number != 0 {
        return Err(LogError::Refuted("it is not the first entry of the log"));
    }
    let record =
        Record::decode(&shown.record).map_err(|_| LogError::Proof("its record can't be read"))?;
    let Event::LogRestarted { checkpoint, reason } = record.event else {
        return Err(LogError::Refuted("the log's first entry tells of no former log"));
    };
    let former = kept.signed(&Note::parse(&checkpoint)?)?;
    let seen = seen.map(|it| kept.signed(it)).transpose()?;
    let lost = seen.map_or(0, |it| it.size.saturating_sub(former.size));
    Ok(Restarted {
        origin: shown.trusted.checkpoint.origin,
        former: former.origin,
        size: former.size,
        lost,
        at: record.at,
        reason,
        witnessed: shown.trusted.witnessed,
    })
}
