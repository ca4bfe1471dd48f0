//! Whether each use had a consent, judged by the client's own records alone (OAPI-15).

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{Bin, ConsentId, UseId};
use crate::journal::{Event, Record, Subject};
use crate::usage::AHEAD_MAX;

/// Edges know of an end within five seconds, or refuse by themselves (CNS-4).
const BOUND: TimeDelta = TimeDelta::seconds(5);

/// What the records say of each consent.
pub(super) type Terms = BTreeMap<ConsentId, Term>;

pub(super) struct Term {
    consumer: Bin,
    /// Absent in a consent to authentication: the platform answers.
    providers: Option<BTreeSet<Bin>>,
    /// Whether it may be read without the client.
    unattended: bool,
    from: Timestamp,
    /// Its term; absent: until it is withdrawn.
    until: Option<Timestamp>,
    ended: Option<Timestamp>,
}

/// Why a use should not have been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uncovered {
    /// The log has no consent for it.
    NoConsent,
    /// The consent is another organisation's.
    OtherConsumer,
    /// The consent does not name the organisation that the data came from.
    OtherProvider,
    /// The consent is for reading while the client is there.
    WithoutClient,
    /// The consent came later.
    Early,
    /// The consent was over.
    Late,
}

pub(super) fn terms<'a>(records: impl Iterator<Item = &'a Record> + Clone) -> Terms {
    let mut terms: Terms =
        of_consents(records.clone()).filter_map(|(it, id)| Some((id, given(it)?))).collect();
    // In a pass of its own: a consent's records are in the order in which they were numbered.
    for (record, id) in of_consents(records) {
        let ended = if let Event::ConsentEnded { .. } = record.event {
            record.at
        } else if let Event::ConsentExpired { expired_at, .. } = record.event {
            expired_at
        } else {
            continue;
        };
        if let Some(term) = terms.get_mut(&id) {
            term.ended = Some(term.ended.map_or(ended, |it| it.min(ended)));
        }
    }
    terms
}

fn given(record: &Record) -> Option<Term> {
    let from = record.at;
    let after = |days: Option<u32>| days.map(|it| from + TimeDelta::days(i64::from(it)));
    let (consumer, providers, unattended, until) =
        if let Event::ConsentGranted { consumer, providers, term_days, reads_a_day, .. } =
            &record.event
        {
            (consumer, Some(providers), reads_a_day.is_some(), after(*term_days))
        } else if let Event::ConsentChanged {
            consumer, providers, expires_at, reads_a_day, ..
        } = &record.event
        {
            (consumer, Some(providers), reads_a_day.is_some(), *expires_at)
        } else if let Event::ConsentIdentityGranted { consumer, term_days, .. } = &record.event {
            (consumer, None, true, after(*term_days))
        } else {
            return None;
        };
    let (consumer, providers) = (*consumer, providers.cloned());
    Some(Term { consumer, providers, unattended, from, until, ended: None })
}

/// Of a use, answered or refused.
pub(super) fn interaction(event: &Event) -> Option<UseId> {
    let (Event::DataRead { interaction, .. }
    | Event::DataRefused { interaction, .. }
    | Event::PersonalDataGiven { interaction, .. }
    | Event::PersonalDataRefused { interaction, .. }) = event
    else {
        return None;
    };
    Some(*interaction)
}

/// Anything but a use that was answered is right.
pub(super) fn judge(record: &Record, terms: &Terms) -> Result<(), Uncovered> {
    let (at, consumer, provider, attended) =
        if let Event::DataRead { at, consumer, provider, attended, .. } = &record.event {
            (*at, *consumer, *provider, *attended == Some(true))
        } else if let Event::PersonalDataGiven { consumer, .. } = &record.event {
            (record.at, Some(*consumer), None, true)
        } else {
            return Ok(());
        };
    let Subject::Consent(id) = record.subject else { return Err(Uncovered::NoConsent) };
    let term = terms.get(&id).ok_or(Uncovered::NoConsent)?;
    if consumer != Some(term.consumer) {
        return Err(Uncovered::OtherConsumer);
    }
    let named = match (&term.providers, provider) {
        (Some(named), Some(provider)) => named.contains(&provider),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if !named {
        return Err(Uncovered::OtherProvider);
    }
    if !attended && !term.unattended {
        return Err(Uncovered::WithoutClient);
    }
    // An edge's clock may be off by as much.
    if at + AHEAD_MAX < term.from {
        return Err(Uncovered::Early);
    }
    let over = [term.until, term.ended].into_iter().flatten().min();
    if over.is_some_and(|over| at > over + AHEAD_MAX + BOUND) {
        return Err(Uncovered::Late);
    }
    Ok(())
}

fn of_consents<'a>(
    records: impl Iterator<Item = &'a Record>,
) -> impl Iterator<Item = (&'a Record, ConsentId)> {
    records.filter_map(|it| {
        let Subject::Consent(id) = it.subject else { return None };
        Some((it, id))
    })
}
