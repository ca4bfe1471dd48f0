//! Rule texts and acceptances as pages show them.

use serde::{Deserialize, Serialize};

use super::{Edition, Hashes, KeptFor, RuleText, Texts};
use crate::Timestamp;
use crate::retention::Terms;
use crate::text::Language;

/// `GET /api/rules`: open to anyone (IDX-12, OPS-9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RulesView {
    /// The configured terms of what is kept: core/src/retention has the table.
    pub terms: Terms,
    /// Of each rule text, the newest first. The first of each is in force.
    pub editions: Vec<EditionSummaryView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EditionSummaryView {
    pub rule: RuleText,
    pub edition: u32,
    pub holds_from: Timestamp,
    pub hashes: Hashes,
}

/// `GET /api/rules/{rule}/{edition}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EditionView {
    pub rule: RuleText,
    pub edition: u32,
    pub holds_from: Timestamp,
    pub hashes: Hashes,
    pub texts: Texts,
}

impl EditionView {
    pub fn of(edition: &Edition) -> Self {
        Self {
            rule: edition.rule,
            edition: edition.number,
            holds_from: edition.holds_from,
            hashes: edition.texts.hashes(),
            texts: edition.texts.clone(),
        }
    }
}

/// `GET /api/cabinet/agreement`; `POST …/withdraw` with `{}` answers the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgreementView {
    /// Newest first, at most 100.
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub accepted: Vec<AcceptanceView>,
    /// Present while no acceptance is newer.
    pub withdrawn: Option<WithdrawalView>,
    /// What a withdrawal leaves, or has left, of the pictures.
    pub pictures: PicturesView,
    pub terms: Terms,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AcceptanceView {
    pub edition: u32,
    pub holds_from: Timestamp,
    /// The language that was read.
    pub language: Language,
    pub accepted_at: Timestamp,
    pub hashes: Hashes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WithdrawalView {
    pub withdrawn_at: Timestamp,
    /// How many checks' pictures were destroyed then.
    pub destroyed: u64,
}

/// The checks whose pictures are kept now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PicturesView {
    /// Destroyed by a withdrawal.
    pub free: u64,
    /// Kept in spite of it.
    pub kept: Vec<KeptView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KeptView {
    pub why: KeptFor,
    pub checks: u64,
    /// The latest moment until which one of them is kept.
    pub until: Timestamp,
}
