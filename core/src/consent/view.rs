//! Consents as the client's cabinet and the approval page show them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::words::{Agreed, Paragraph, Shown};
use super::{Data, EndedBy, Purpose, Unattended};
use crate::Timestamp;
use crate::agreement::RuleText;
use crate::exchange::Day;
use crate::id::{ConsentId, UseId};
use crate::participant::view::ParticipantName;
use crate::personal::Field;
use crate::text::Language;

/// `GET /api/cabinet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CabinetView {
    /// Name and first letter of the patronymic, from the Source.
    pub client_name: String,
    pub iin_masked: String,
    /// Newest first, including ended ones (CNS-3).
    pub consents: Vec<ConsentView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConsentView {
    pub id: ConsentId,
    pub consumer: ParticipantName,
    pub providers: Vec<ParticipantName>,
    pub data: BTreeSet<Data>,
    pub accounts: Option<BTreeSet<String>>,
    pub transactions_from: Option<Day>,
    /// Absent: only while the client is there.
    pub unattended: Option<Unattended>,
    /// In a consent to authentication, which has neither providers nor accounts' data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<DisclosureView>,
    pub purpose: Purpose,
    pub granted_at: Timestamp,
    /// Absent: until withdrawn.
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the text that the client approved, in base64url.
    pub text_hash: String,
    pub status: ConsentStatus,
    /// The consent whose place it took, and the one that took its own (CNS-7).
    pub replaces: Option<ConsentId>,
    pub replaced_by: Option<ConsentId>,
    pub uses: u64,
    pub last_used_at: Option<Timestamp>,
}

/// What a consent to authentication allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DisclosureView {
    /// Empty: no personal data.
    pub fields: BTreeSet<Field>,
    /// The data may be read once, and not for as long as the consent lasts.
    pub once: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum ConsentStatus {
    Active,
    Expired,
    Ended { ended_at: Timestamp, by: EndedBy },
}

/// `GET /api/cabinet/consents/{id}`; `POST …/withdraw` with `{}` answers the same, `POST …/change` that of the new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConsentDetailsView {
    pub consent: ConsentView,
    /// Newest first, at most 500.
    #[cfg_attr(test, schemars(length(max = 500)))]
    pub uses: Vec<UseView>,
    /// What has become of the data that the consumer received; absent while the consent holds.
    pub deletion: Option<DeletionView>,
    pub text: ConsentTextView,
    /// It was given in the session that asks.
    pub own_session: bool,
    /// The client has reported the session in which it was given as not theirs.
    pub reported: bool,
    /// For how long such a report locks, in hours.
    pub lock_hours: u16,
}

/// The texts as the client had them before their eyes, whole (CNS-3, OPS-8, OPS-9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConsentTextView {
    /// Whose edition it is: the form of a consent, or that of a change.
    pub rule: RuleText,
    /// Absent in changes made before these had a published form.
    pub edition: Option<FormEditionView>,
    /// That was read, where it is known.
    pub language: Option<Language>,
    /// What was agreed to, and hashed.
    pub agreed: Agreed,
    /// The help beside it; empty where it was not kept.
    pub english: Vec<Paragraph>,
}

/// The edition of a consent's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FormEditionView {
    pub edition: u32,
    pub holds_from: Timestamp,
}

impl ConsentTextView {
    /// `holds_from`: of the edition, where there is one.
    pub fn of(shown: Shown, holds_from: Option<Timestamp>) -> Self {
        let Shown { rule, edition, language, agreed, english } = shown;
        let edition = edition
            .zip(holds_from)
            .map(|(edition, holds_from)| FormEditionView { edition, holds_from });
        Self { rule, edition, language, agreed, english }
    }

    /// Whether these are the very texts of the consent: made anew from what is shown, and not taken on trust.
    pub fn is_of(&self, consent: &ConsentView) -> bool {
        self.agreed.hash() == consent.text_hash
    }
}

/// How far the deletion of what a consumer received has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DeletionView {
    /// When the consumer was asked for it, which is when the consent ended.
    pub asked_at: Timestamp,
    pub delete_by: Timestamp,
    pub acknowledged_at: Option<Timestamp>,
    /// As the consumer attested.
    pub deleted_at: Option<Timestamp>,
    /// It is not attested, and should be by now.
    pub overdue: bool,
}

/// One request under this consent, answered or refused: through an edge, or for personal data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UseView {
    /// As its record in the log names it.
    pub id: UseId,
    pub at: Timestamp,
    /// Absent, as `data` is: the platform answered, with personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ParticipantName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// Whether the request said that the client was there; absent: it was refused before that was looked at (OAPI-25).
    pub attended: Option<bool>,
    pub status: u16,
    /// The problem's code if it was refused.
    pub problem: Option<String>,
}

/// What the client is asked to approve (CNS-5). The page must show `agreed` unchanged: its hash is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConsentRequestView {
    pub consumer: ParticipantName,
    pub providers: Vec<ParticipantName>,
    pub data: BTreeSet<Data>,
    pub accounts: Option<BTreeSet<String>>,
    pub transactions_from: Option<Day>,
    /// Absent: only while the client is there.
    pub unattended: Option<Unattended>,
    /// In a consent to authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<DisclosureView>,
    pub purpose: Purpose,
    pub term_days: Option<u32>,
    /// What is agreed to, and hashed: both texts have equal force (OPS-8).
    pub agreed: Agreed,
    /// Paragraphs in the session's language: core/src/consent/words.rs. English is a help.
    pub text: Vec<Paragraph>,
}
