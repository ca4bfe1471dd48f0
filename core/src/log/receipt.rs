//! A record's receipt: a `.tlog-proof` file whose extra data are the log's entry and the record itself.

use super::LogError;
use super::entry::{Entry, Pseudonym};
use super::policy::{Policy, Trusted};
use super::proof::Proof;

/// What a receipt shows once it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in the log.
    pub number: u64,
    /// Its written form.
    pub record: String,
    pub client: Option<Pseudonym>,
    pub trusted: Trusted,
}

/// A receipt's extra data.
pub fn extra(entry: &Entry, record: &str) -> Vec<u8> {
    [&entry.encode(), record.as_bytes()].concat()
}

/// Reads a receipt's file and verifies all of it, offline.
pub fn verify(file: &str, policy: &Policy) -> Result<Receipt, LogError> {
    let proof: Proof = file.parse()?;
    let extra = proof.extra.as_deref().ok_or(LogError::Proof("it has no record"))?;
    let (entry, record) = Entry::read(extra)?;
    let record = str::from_utf8(record).map_err(|_| LogError::Proof("its record is not a text"))?;
    let Entry::Record { client, .. } = entry else {
        return Err(LogError::Refuted("the entry is not of a record"));
    };
    if entry != Entry::of_record(record, client) {
        return Err(LogError::Refuted("the record is not the one that the log's entry is of"));
    }
    let trusted = proof.verify(&entry.encode(), policy)?;
    Ok(Receipt { number: proof.index, record: record.to_owned(), client, trusted })
}
