//! A gate as the operator releases it: a component's version and digest in a signed note (C2SP signed-note, Ed25519).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::jose::is_sha256;
use crate::log::LogError;
use crate::log::note::{KeyKind, Note, SigningKey, VerifierKey};

/// The first line of a release's note.
const ORIGIN: &str = "senim gate";
/// Bytes of a note that are read.
pub const NOTE_BYTES_MAX: u64 = 4096;

/// A gate's version. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

/// Which gate decided, for records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateName {
    /// Absent where the node was given a file that nobody signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// SHA-256 of the component's file, in hexadecimal.
    pub digest: String,
}

/// What the operator signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub version: Version,
    /// SHA-256 of the component's file, in hexadecimal.
    pub digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    #[error("a version is three numbers, such as 1.4.0")]
    Version,
    #[error("it is not a note about a gate")]
    Form,
    #[error("none of the operator's keys signed it")]
    Unsigned,
    #[error(transparent)]
    Note(#[from] LogError),
}

impl Release {
    /// The note, signed.
    pub fn sign(&self, key: &SigningKey) -> String {
        let text = self.text();
        let signatures = vec![key.sign(&text, 0)];
        Note { text, signatures }.to_string()
    }

    /// The release in a note that one of the keys signed.
    pub fn verify(note: &str, keys: &[VerifierKey]) -> Result<Self, ReleaseError> {
        let note = Note::parse(note)?;
        let mut signed = false;
        for key in keys.iter().filter(|it| it.kind == KeyKind::Log) {
            signed |= note.signed_by(key)?.is_some();
        }
        if !signed {
            return Err(ReleaseError::Unsigned);
        }
        let lines: Vec<&str> = note.text.lines().collect();
        let [ORIGIN, version, digest] = lines.as_slice() else { return Err(ReleaseError::Form) };
        let release = Self { version: version.parse()?, digest: (*digest).to_owned() };
        if is_sha256(&release.digest) && release.text() == note.text {
            Ok(release)
        } else {
            Err(ReleaseError::Form)
        }
    }

    fn text(&self) -> String {
        format!("{ORIGIN}\n{}\n{}\n", self.version, self.digest)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = ReleaseError;

    fn from_str(text: &str) -> Result<Self, ReleaseError> {
        let mut numbers = text.split('.').map(|it| it.parse().map_err(|_| ReleaseError::Version));
        let mut next = || numbers.next().unwrap_or(Err(ReleaseError::Version));
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        if version.to_string() == text { Ok(version) } else { Err(ReleaseError::Version) }
    }
}

impl TryFrom<String> for Version {
    type Error = ReleaseError;

    fn try_from(text: String) -> Result<Self, ReleaseError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_release_reads_back_and_no_other() {
        let (key, stranger) = (key("operator", 1), key("operator", 2));
        let release = release();
        let note = release.sign(&key);
        let trusted = [stranger.public().clone(), key.public().clone()];
        assert_eq!(Release::verify(&note, &trusted), Ok(release.clone()));
        assert_eq!(Release::verify(&note, &[]), Err(ReleaseError::Unsigned));
        let by_stranger = release.sign(&stranger);
        assert_eq!(
            Release::verify(&by_stranger, &[key.public().clone()]),
            Err(ReleaseError::Unsigned)
        );
        for (from, to) in [("1.4.0", "1.4.1"), ("aaaa", "aaab")] {
            let altered = note.replacen(from, to, 1);
            assert!(matches!(Release::verify(&altered, &trusted), Err(ReleaseError::Note(_))));
        }
        // A cosignature of a key of the same bytes says nothing about gates.
        let witness = SigningKey::new("operator", KeyKind::Witness, &[1; 32]).unwrap();
        let cosigned = release.sign(&witness);
        let keys = [witness.public().clone()];
        assert_eq!(Release::verify(&cosigned, &keys), Err(ReleaseError::Unsigned));
    }

    #[test]
    fn a_signed_note_about_something_else_is_no_release() {
        let key = key("operator", 1);
        let digest = "a".repeat(64);
        for text in [
            format!("another\n1.4.0\n{digest}\n"),
            format!("senim gate\n1.4\n{digest}\n"),
            format!("senim gate\n01.4.0\n{digest}\n"),
            format!("senim gate\n1.4.0\n{}\n", &digest[1..]),
            format!("senim gate\n1.4.0\n{}\n", "A".repeat(64)),
            format!("senim gate\n1.4.0\n{digest}\nmore\n"),
            "senim gate\n".to_owned(),
        ] {
            let signatures = vec![key.sign(&text, 0)];
            let note = Note { text: text.clone(), signatures }.to_string();
            assert!(Release::verify(&note, &[key.public().clone()]).is_err(), "{text}");
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let version = |text: &str| text.parse::<Version>();
        assert!(version("1.10.0").unwrap() > version("1.9.9").unwrap());
        for wrong in ["", "1", "1.2", "1.2.3.4", "1.2.x", "1.-2.3", "+1.2.3", "1.2.03"] {
            assert_eq!(version(wrong), Err(ReleaseError::Version), "{wrong}");
        }
    }

    fn release() -> Release {
        Release { version: "1.4.0".parse().unwrap(), digest: "a".repeat(64) }
    }

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::new(name, KeyKind::Log, &[seed; 32]).unwrap()
    }
}
