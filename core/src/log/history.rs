//! A client's whole history: all records that the log has of them, with the proof that none is left out.

use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::entry::{ClientKey, Entry, Month, Pruned};
use super::index::{Chain, IndexProof};
use super::note::Note;
use super::policy::{Policy, Trusted};
use super::tree::{consistent, included, leaf_hash};
use super::{Hash, LogError, hash_from_base64, to_base64};
use crate::json;
use crate::retention::RECORDS_YEARS_MIN;

/// The only form so far.
pub const FORMAT: &str = "senim-history@v1";

/// The file that a client downloads, and what the cabinet verifies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct History {
    /// `senim-history@v1`.
    pub format: String,
    /// What makes the client's pseudonyms; who has it can tell the client's entries in the log.
    pub client_key: String,
    /// The note of the checkpoint, with its signatures.
    pub checkpoint: String,
    /// The entry of the index that the checkpoint ends with.
    pub index: IndexEntry,
    /// Every month since the log began, those without records as well. A pruned log begins with a later month.
    pub months: Vec<HistoryMonth>,
    /// Where the log begins since it was pruned; absent: nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned: Option<PrunedEntry>,
    /// That the log only grew since an older checkpoint, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IndexEntry {
    pub number: u64,
    /// Unix seconds.
    pub at: u64,
    pub root: String,
    /// Its inclusion in the checkpoint's tree.
    pub proof: Vec<String>,
}

/// The log's own entry that gave up what its term was over for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PrunedEntry {
    pub number: u64,
    /// The first entry that the log still has.
    pub minimum: u64,
    /// The first month that the log still has.
    pub from: String,
    /// Its inclusion in the checkpoint's tree.
    pub proof: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryMonth {
    /// Such as `2026-11`, in Kazakhstan.
    pub month: String,
    pub siblings: Vec<String>,
    /// What the index has of the client in this month; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnChain>,
    /// Absent where the client has records, and in an empty place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<OtherClient>,
    /// In the order of the log.
    pub records: Vec<HistoryRecord>,
}

/// Count and hash chain of the client's records, as the index has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OwnChain {
    pub records: u64,
    pub head: String,
}

/// Whose entry stands where the client's would, in a month without records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OtherClient {
    pub pseudonym: String,
    pub records: u64,
    pub head: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryRecord {
    /// In the log.
    pub number: u64,
    /// Its written form, byte by byte.
    pub record: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Since {
    /// Of the older checkpoint.
    pub size: u64,
    pub proof: Vec<String>,
}

/// What a history shows once it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete {
    pub records: Vec<HistoryRecord>,
    pub from: Month,
    /// The log was pruned: it has nothing before `from` any more.
    pub pruned: bool,
    /// Nothing is left out up to this moment, in Unix seconds.
    pub until: u64,
    pub trusted: Trusted,
}

impl History {
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let history: Self =
            json::read(text.as_bytes()).map_err(|_| LogError::Proof("it is not a history"))?;
        if history.format != FORMAT {
            return Err(LogError::Proof("its form is not senim-history@v1"));
        }
        Ok(history)
    }

    /// Verifies all of it: signatures, the index's place in the log, and that the records are all that the index has.
    /// With an older checkpoint also that the log only grew since.
    pub fn verify(&self, policy: &Policy, older: Option<&Note>) -> Result<Complete, LogError> {
        let trusted = policy.check(&Note::parse(&self.checkpoint)?)?;
        let root = self.index_root(&trusted.checkpoint)?;
        let key = ClientKey(hash(&self.client_key)?);
        let last = Month::of_seconds(self.index.at)
            .ok_or(LogError::Proof("the moment of its index is beyond the calendar"))?;
        let first: Month = self
            .months
            .first()
            .ok_or(LogError::Missing("the history has no month"))?
            .month
            .parse()?;
        if let Some(pruned) = &self.pruned {
            pruned.verify(&trusted.checkpoint, (first, last))?;
        }
        let (mut expected, mut records) = (first, Vec::new());
        for month in &self.months {
            if month.month.parse() != Ok(expected) {
                return Err(LogError::Missing("a month is missing in the history"));
            }
            month.verify(key, expected, &root)?;
            records.extend(month.records.iter().cloned());
            expected = expected.next();
        }
        if expected != last.next() {
            return Err(LogError::Missing("the history's last month is missing"));
        }
        if !records.is_sorted_by(|a, b| a.number < b.number) {
            return Err(LogError::Altered("the history's records are not in the order of the log"));
        }
        if let Some(older) = older {
            self.verify_since(policy, older, &trusted.checkpoint)?;
        }
        let pruned = self.pruned.is_some();
        Ok(Complete { records, from: first, pruned, until: self.index.at, trusted })
    }

    /// The index's root, if the checkpoint's last entry says so.
    fn index_root(&self, checkpoint: &Checkpoint) -> Result<Hash, LogError> {
        let IndexEntry { number, at, ref root, ref proof } = self.index;
        let root = hash(root)?;
        let entry = Entry::Index { size: number, at, root };
        let leaf = leaf_hash(&entry.encode());
        let (size, hashes) = (checkpoint.size, hashes(proof)?);
        // Only the last entry covers all others.
        if number.checked_add(1) != Some(size)
            || !included(&leaf, number, size, &hashes, &checkpoint.root)
        {
            return Err(LogError::Altered(
                "the index is not the one that the checkpoint ends with",
            ));
        }
        Ok(root)
    }

    pub(super) fn verify_since(
        &self,
        policy: &Policy,
        older: &Note,
        newer: &Checkpoint,
    ) -> Result<(), LogError> {
        let older = policy.signed(older)?;
        if older.origin != newer.origin {
            return Err(LogError::Rewritten("the older checkpoint is of another log"));
        }
        if older.size > newer.size {
            return Err(LogError::Rewritten("the log is shorter than the older checkpoint"));
        }
        let since = self.since.as_ref().filter(|it| it.size == older.size);
        let proof = match since {
            Some(since) => hashes(&since.proof)?,
            // The same checkpoint needs no proof.
            None if older.size == newer.size => Vec::new(),
            None => {
                return Err(LogError::Rewritten(
                    "nothing shows that the log continues the older checkpoint",
                ));
            }
        };
        if !consistent(older.size, newer.size, &older.root, &newer.root, &proof) {
            return Err(LogError::Rewritten("the log was changed since the older checkpoint"));
        }
        Ok(())
    }
}

impl PrunedEntry {
    /// Whether the log says so itself, and what is gone was older than any term may be short.
    fn verify(
        &self,
        checkpoint: &Checkpoint,
        (first, last): (Month, Month),
    ) -> Result<(), LogError> {
        let from: Month = self.from.parse()?;
        let entry = Entry::Pruned(Pruned { minimum: self.minimum, from }).encode();
        let (size, proof) = (checkpoint.size, hashes(&self.proof)?);
        if !included(&leaf_hash(&entry), self.number, size, &proof, &checkpoint.root) {
            return Err(LogError::Altered("the log does not say that it was pruned so"));
        }
        if from != first {
            return Err(LogError::Missing("the history begins with another month than the log"));
        }
        if from > last.years_before(RECORDS_YEARS_MIN) {
            return Err(LogError::Missing("the log was pruned before the term of its records"));
        }
        Ok(())
    }
}

impl HistoryMonth {
    /// `own` is what the index has of the client in this month.
    pub fn new(
        month: Month,
        own: Option<Chain>,
        proof: &IndexProof,
        records: Vec<HistoryRecord>,
    ) -> Self {
        let own = own.map(|it| OwnChain { records: it.records, head: to_base64(&it.head) });
        let other = proof.other.map(|(pseudonym, chain)| OtherClient {
            pseudonym: to_base64(&pseudonym.0),
            records: chain.records,
            head: to_base64(&chain.head),
        });
        let siblings = proof.siblings.iter().map(|it| to_base64(it)).collect();
        Self { month: month.to_string(), siblings, own, other, records }
    }

    /// First what the index says, then that the records are exactly that.
    fn verify(&self, key: ClientKey, month: Month, root: &Hash) -> Result<(), LogError> {
        let pseudonym = key.pseudonym(month);
        let own = self.own.as_ref().map_or(Ok(Chain::NEW), OwnChain::read)?;
        let other = self.other.as_ref().map(OtherClient::read).transpose()?;
        let proof = IndexProof { siblings: hashes(&self.siblings)?, other };
        if !proof.holds(pseudonym, own, root) {
            return Err(LogError::Altered("the index has something else of a month"));
        }
        let found = self.records.iter().fold(Chain::NEW, |chain, it| {
            let entry = Entry::of_record(&it.record, Some(pseudonym));
            chain.with(it.number, &leaf_hash(&entry.encode()))
        });
        if found.records < own.records {
            return Err(LogError::Missing("the log has more records of a month"));
        }
        if found != own {
            return Err(LogError::Altered("a record of a month is not the one that the log has"));
        }
        Ok(())
    }
}

impl OwnChain {
    fn read(&self) -> Result<Chain, LogError> {
        Ok(Chain { records: self.records, head: hash(&self.head)? })
    }
}

impl OtherClient {
    fn read(&self) -> Result<(super::entry::Pseudonym, Chain), LogError> {
        let chain = Chain { records: self.records, head: hash(&self.head)? };
        Ok((super::entry::Pseudonym(hash(&self.pseudonym)?), chain))
    }
}

fn hash(text: &str) -> Result<Hash, LogError> {
    hash_from_base64(text).ok_or(LogError::Proof("a hash can't be read"))
}

fn hashes(texts: &[String]) -> Result<Vec<Hash>, LogError> {
    texts.iter().map(|it| hash(it)).collect()
}
