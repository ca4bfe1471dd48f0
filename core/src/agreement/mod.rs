//! The texts that a client agrees to, in editions: which held when, who accepted which, and how it is taken back
//! (IDX-12, IDX-13, OPS-8, OPS-9).
//!
//! Kazakh and Russian are what is agreed to, and both are hashed; English stands beside them as a help. The host
//! publishes an edition when the text that it makes from its configuration differs from the last one, so a published
//! edition never changes.

pub mod view;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::jose::sha256_base64;
use crate::text::Language;

/// A rule text that has editions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleText {
    UserAgreement,
    /// The form of a consent, filled in for each request.
    #[default]
    Consent,
    /// The form of a change by which a client leaves less of a consent (CNS-7).
    ConsentChange,
}

impl RuleText {
    pub const ALL: [Self; 3] = [Self::UserAgreement, Self::Consent, Self::ConsentChange];

    pub fn code(self) -> &'static str {
        match self {
            Self::UserAgreement => "user-agreement",
            Self::Consent => "consent",
            Self::ConsentChange => "consent-change",
        }
    }

    pub fn by_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// Paragraphs in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub kk: Vec<String>,
    pub ru: Vec<String>,
    /// A help; it is not agreed to (OPS-8).
    pub en: Vec<String>,
}

/// SHA-256 of the paragraphs with an empty line between them, in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hashes {
    pub kk: String,
    pub ru: String,
}

impl Texts {
    pub fn of(mut text: impl FnMut(Language) -> Vec<String>) -> Self {
        Self { kk: text(Language::Kk), ru: text(Language::Ru), en: text(Language::En) }
    }

    pub fn language(&self, language: Language) -> &[String] {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }

    pub fn hashes(&self) -> Hashes {
        let hash = |text: &[String]| sha256_base64(text.join("\n\n").as_bytes());
        Hashes { kk: hash(&self.kk), ru: hash(&self.ru) }
    }
}

/// A published edition. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub rule: RuleText,
    /// From 1, without gaps.
    pub number: u32,
    /// Until the next one holds.
    pub holds_from: Timestamp,
    pub texts: Texts,
}

/// The editions that this host shows and has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editions {
    pub agreement: Edition,
    pub consent: Edition,
    pub change: Edition,
}

/// The client accepted the user agreement, as a whole and by one press (IDX-12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    pub edition: u32,
    pub holds_from: Timestamp,
    /// The language that was read.
    pub language: Language,
    /// Of the edition.
    pub hashes: Hashes,
    pub accepted_at: Timestamp,
}

impl Edition {
    pub fn accepted(&self, language: Language, now: Timestamp) -> Acceptance {
        Acceptance {
            edition: self.number,
            holds_from: self.holds_from,
            language,
            hashes: self.texts.hashes(),
            accepted_at: now,
        }
    }
}

/// Why pictures stay although the client took the consent to processing back (IDX-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KeptFor {
    /// They prove who gave a consent that is in force.
    Consent,
    /// A dispute is open.
    Dispute,
    /// A law asks for them.
    Law,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kazakh_and_russian_are_hashed_and_english_is_not() {
        let texts = Texts::of(|language| vec![language.code().to_owned(), "x".to_owned()]);
        let hashes = texts.hashes();
        assert_eq!(hashes.kk, sha256_base64(b"kk\n\nx"));
        assert_ne!(hashes.kk, hashes.ru);
        let other = Texts { en: vec!["another".to_owned()], ..texts.clone() };
        assert_eq!(other.hashes(), hashes);
        let other = Texts { kk: vec!["another".to_owned()], ..texts };
        assert_ne!(other.hashes(), hashes);
    }

    #[test]
    fn codes_read_back() {
        for rule in RuleText::ALL {
            assert_eq!(RuleText::by_code(rule.code()), Some(rule));
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.code());
        }
        assert_eq!(RuleText::by_code("x"), None);
    }
}
