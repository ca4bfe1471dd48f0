//! A client's consent that one consumer reads some data of theirs at some providers (CNS-1..5).
//!
//! ```text
//! requested ──grant──▶ granted ──end──▶ ended (withdrawn or changed by the client, ended by the operator,
//!     ├─────refuse──▶ refused    └─narrow─▶ ended, and a new one granted    the platform or the consumer, superseded)
//!     └────abandon──▶ abandoned
//! ```
//!
//! Expiry is not a state: it is what `granted` becomes when read too late.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
#[cfg(test)]
use crate::exchange::AccountId;
use crate::exchange::{Day, present};
use crate::id::{Bin, ConsentId, Iin, Phone};
use crate::problem::Problem;
use crate::text::ShownText;

pub mod change;
pub mod document;
mod identity;
pub mod unattended;
pub mod view;
pub mod words;

pub use identity::{AskedFor, AskedIdentity, Disclosure, IDENTITY_DETAILS_TYPE, ONCE_WITHIN};
pub use unattended::Unattended;

/// The longest term; without one a consent lasts until withdrawn (CNS-1).
pub const TERM_DAYS_MAX: u32 = 3650;
pub const PROVIDERS_MAX: usize = 16;
pub const ACCOUNTS_MAX: usize = 100;
pub const PURPOSE_TEXT_MAX: usize = 300;

/// The `type` (RFC 9396) of a request for accounts; that for authentication is [`IDENTITY_DETAILS_TYPE`].
pub const DETAILS_TYPE: &str = "account_information";

/// What a consumer asks for, in a request's `authorization_details` (RFC 9396 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "AskedDetails"))]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// [`DETAILS_TYPE`].
    #[serde(rename = "type")]
    #[cfg_attr(test, schemars(extend("const" = DETAILS_TYPE)))]
    pub kind: String,
    pub client: AskedClient,
    /// 1 to [`PROVIDERS_MAX`] BINs.
    #[cfg_attr(test, schemars(length(min = 1, max = PROVIDERS_MAX)))]
    pub providers: BTreeSet<Bin>,
    #[serde(flatten)]
    pub limits: Limits,
    pub purpose: Purpose,
    /// 1 to [`TERM_DAYS_MAX`]; absent: until withdrawn.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = TERM_DAYS_MAX)))]
    pub term_days: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskedClient {
    pub iin: Iin,
    pub phone: Phone,
}

/// Which of the client's data, how far back, and whether without the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Limits {
    /// Not empty; balances and transactions include the list of accounts.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub data: BTreeSet<Data>,
    /// Only these accounts; absent: all of the client's.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "BTreeSet<AccountId>", length(min = 1, max = ACCOUNTS_MAX)))]
    pub accounts: Option<BTreeSet<String>>,
    /// The first day of transactions.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "chrono::NaiveDate"))]
    pub transactions_from: Option<Day>,
    /// Reading without the client; absent: only while they are there (OAPI-25).
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Unattended"))]
    pub unattended: Option<Unattended>,
}

/// The data sets of account information (OAPI-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Data {
    Accounts,
    Balances,
    Transactions,
}

/// Why the consumer asks: a code with a text in three languages, and the consumer's own sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub code: PurposeCode,
    /// Shown as a quotation of the consumer, never as the platform's text.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String", length(min = 1, max = PURPOSE_TEXT_MAX)))]
    pub text: Option<ShownText<PURPOSE_TEXT_MAX>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PurposeCode {
    AccountAggregation,
    CreditDecision,
    BudgetAdvice,
    IncomeProof,
    /// Of authentication, as are the next two.
    SignIn,
    Identification,
    Contract,
}

impl PurposeCode {
    /// Its spelling in requests, tokens and headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountAggregation => "account-aggregation",
            Self::CreditDecision => "credit-decision",
            Self::BudgetAdvice => "budget-advice",
            Self::IncomeProof => "income-proof",
            Self::SignIn => "sign-in",
            Self::Identification => "identification",
            Self::Contract => "contract",
        }
    }
}

impl Asked {
    /// Checks the request by itself. The error is the reason for `error_description`.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.kind != DETAILS_TYPE {
            return Err("type must be account_information");
        }
        if self.purpose.code.is_of_identity() {
            return Err("purpose must be one of account information");
        }
        if self.providers.is_empty() || self.providers.len() > PROVIDERS_MAX {
            return Err("providers must name 1 to 16 BINs");
        }
        if self.limits.data.is_empty() {
            return Err("data must name at least one of accounts, balances, transactions");
        }
        if let Some(accounts) = &self.limits.accounts {
            let readable = |it: &String| {
                (1..=64).contains(&it.len())
                    && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            if accounts.is_empty()
                || accounts.len() > ACCOUNTS_MAX
                || !accounts.iter().all(readable)
            {
                return Err("accounts must name 1 to 100 account ids, or be left out for all");
            }
        }
        if let Some(unattended) = self.limits.unattended {
            unattended.check()?;
        }
        if self.term_days.is_some_and(|days| !(1..=TERM_DAYS_MAX).contains(&days)) {
            return Err("term_days must be 1 to 3650, or be left out for until withdrawn");
        }
        Ok(())
    }
}

/// One entry of the register (CNS-1).
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    pub id: ConsentId,
    /// The first consent of those that took each other's place: the grant's name for the consumer, whose refresh token
    /// goes on with the last.
    pub grant: ConsentId,
    /// The consent whose place this one took, changed by the client or superseded (CNS-7).
    pub replaces: Option<ConsentId>,
    /// The application that pushed the request.
    pub application: String,
    pub consumer: Bin,
    pub iin: Iin,
    pub providers: BTreeSet<Bin>,
    pub limits: Limits,
    /// In a consent to authentication, which has neither providers nor accounts' data.
    pub identity: Option<Disclosure>,
    pub purpose: Purpose,
    pub term_days: Option<u32>,
    pub requested_at: Timestamp,
    pub state: ConsentState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ConsentState {
    Requested,
    Refused { refused_at: Timestamp },
    Abandoned { abandoned_at: Timestamp },
    Granted(Granted),
    Ended { granted: Granted, ended_at: Timestamp, by: EndedBy },
}

/// What was true when the client approved; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub granted_at: Timestamp,
    /// Absent: until withdrawn.
    pub expires_at: Option<Timestamp>,
    /// Its place in the status list: `core/src/status/mod.rs`.
    pub index: u64,
    /// The hash of the exact texts that the client saw: [`words::Agreed::hash`].
    pub text_hash: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    Client,
    Operator,
    /// The platform itself, for example when a code was replayed.
    Platform,
    /// The consumer revoked a token (RFC 7009).
    Consumer,
    /// Superseded by a newer consent of the same parties and purpose.
    Superseded,
    /// The client changed it; a narrower one has taken its place.
    Changed,
}

impl Consent {
    pub fn grant(
        self,
        index: u64,
        text_hash: String,
        now: Timestamp,
    ) -> Result<Self, ConsentError> {
        let ConsentState::Requested = self.state else { return Err(ConsentError::NotPossible) };
        let term = self.term_days.map(|days| TimeDelta::days(i64::from(days)));
        if term.is_some_and(|term| term > TimeDelta::days(i64::from(TERM_DAYS_MAX))) {
            return Err(ConsentError::TooLong);
        }
        let expires_at = match &self.identity {
            Some(disclosure) => disclosure.expires_at(term, now),
            None => term.map(|term| now + term),
        };
        let granted = Granted { granted_at: now, expires_at, index, text_hash };
        Ok(Self { state: ConsentState::Granted(granted), ..self })
    }

    pub fn refuse(self, now: Timestamp) -> Result<Self, ConsentError> {
        let ConsentState::Requested = self.state else { return Err(ConsentError::NotPossible) };
        Ok(Self { state: ConsentState::Refused { refused_at: now }, ..self })
    }

    /// The session ended before the client could answer.
    pub fn abandon(self, now: Timestamp) -> Result<Self, ConsentError> {
        let ConsentState::Requested = self.state else { return Err(ConsentError::NotPossible) };
        Ok(Self { state: ConsentState::Abandoned { abandoned_at: now }, ..self })
    }

    pub fn end(self, by: EndedBy, now: Timestamp) -> Result<Self, ConsentError> {
        let ConsentState::Granted(granted) = self.state else {
            return Err(ConsentError::NotPossible);
        };
        if granted.expired(now) {
            return Err(ConsentError::Expired);
        }
        Ok(Self { state: ConsentState::Ended { granted, ended_at: now, by }, ..self })
    }

    /// Whether data may flow under this consent at `now` (CNS-4).
    pub fn check(&self, now: Timestamp) -> Result<&Granted, ConsentError> {
        match &self.state {
            ConsentState::Granted(granted) if !granted.expired(now) => Ok(granted),
            ConsentState::Granted(_) => Err(ConsentError::Expired),
            ConsentState::Ended { by, .. } => Err(ConsentError::Ended(*by)),
            ConsentState::Requested
            | ConsentState::Refused { .. }
            | ConsentState::Abandoned { .. } => Err(ConsentError::NotPossible),
        }
    }

    /// Whether this new consent supersedes `older`.
    pub fn supersedes(&self, older: &Self) -> bool {
        self.id != older.id
            && self.iin == older.iin
            && self.consumer == older.consumer
            && self.application == older.application
            && self.providers == older.providers
            && self.purpose.code == older.purpose.code
            && match (&self.identity, &older.identity) {
                (None, None) => true,
                (Some(newer), Some(older)) => newer.supersedes(older),
                (Some(_), None) | (None, Some(_)) => false,
            }
    }
}

impl Granted {
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    #[error("the consent has expired")]
    Expired,
    #[error("the consent has ended")]
    Ended(EndedBy),
    #[error("the consent is in another state")]
    NotPossible,
    #[error("a change may only leave less of a consent")]
    NotNarrower,
    #[error("a term is at most 3650 days")]
    TooLong,
    #[error("what could be read once has been read, or its time is over")]
    UsedUp,
}

impl ConsentError {
    pub fn problem(self) -> Problem {
        match self {
            Self::Expired => Problem::ConsentExpired,
            Self::Ended(EndedBy::Client) => Problem::ConsentWithdrawn,
            Self::Ended(EndedBy::Consumer) => Problem::ConsentGivenBack,
            Self::Ended(EndedBy::Operator) => Problem::ConsentEndedByOperator,
            Self::Ended(EndedBy::Platform) => Problem::ConsentEndedByPlatform,
            Self::Ended(EndedBy::Superseded) => Problem::ConsentSuperseded,
            Self::Ended(EndedBy::Changed) => Problem::ConsentChanged,
            Self::NotNarrower => Problem::ConsentNotNarrower,
            Self::NotPossible => Problem::ConsentEnded,
            Self::TooLong => Problem::ConsentTooLong,
            Self::UsedUp => Problem::ConsentUsedUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_flows_only_while_granted_and_unexpired() {
        let consent = requested().grant(7, "hash".to_owned(), at(0)).unwrap();
        let end = 86_400;
        assert!(consent.check(at(end - 1)).is_ok());
        assert_eq!(consent.check(at(end)), Err(ConsentError::Expired));
        assert_eq!(consent.clone().end(EndedBy::Client, at(end)), Err(ConsentError::Expired));
        let consent = consent.end(EndedBy::Client, at(30)).unwrap();
        assert_eq!(consent.check(at(31)), Err(ConsentError::Ended(EndedBy::Client)));
    }

    #[test]
    fn each_end_has_its_own_problem() {
        let ends = [
            (EndedBy::Client, "consent.withdrawn"),
            (EndedBy::Consumer, "consent.given-back"),
            (EndedBy::Operator, "consent.ended-by-operator"),
            (EndedBy::Platform, "consent.ended-by-platform"),
            (EndedBy::Superseded, "consent.superseded"),
            (EndedBy::Changed, "consent.changed"),
        ];
        for (by, code) in ends {
            let consent = requested().grant(7, "hash".to_owned(), at(0)).unwrap();
            let error = consent.end(by, at(30)).unwrap().check(at(31)).unwrap_err();
            assert_eq!(error.problem().code(), code);
        }
    }

    /// Every sequence of five moves: an ended consent never becomes valid again.
    #[test]
    fn an_ended_consent_stays_ended() {
        type Move = fn(Consent) -> Result<Consent, ConsentError>;
        let moves: [Move; 4] = [
            |consent| consent.grant(1, String::new(), at(1)),
            |consent| consent.refuse(at(2)),
            |consent| consent.abandon(at(3)),
            |consent| consent.end(EndedBy::Client, at(4)),
        ];
        for sequence in 0..moves.len().pow(5) {
            let mut consent = requested();
            let mut ended = false;
            for turn in 0..5 {
                let choice = sequence / moves.len().pow(turn) % moves.len();
                if let Ok(next) = moves[choice](consent.clone()) {
                    consent = next;
                }
                ended |= matches!(
                    consent.state,
                    ConsentState::Refused { .. }
                        | ConsentState::Abandoned { .. }
                        | ConsentState::Ended { .. }
                );
                assert!(!(ended && consent.check(at(5)).is_ok()), "sequence {sequence}");
            }
        }
    }

    #[test]
    fn only_valid_authorization_details_are_parsed() {
        let text = r#"{"type":"account_information","client":{"iin":"900101300017","phone":"+77010000001"},
            "providers":["960440000151"],"data":["accounts","balances"],"purpose":{"code":"account-aggregation"}}"#;
        let asked: Asked = serde_json::from_str(text).unwrap();
        assert_eq!(asked.check(), Ok(()));
        assert_eq!(asked.term_days, None);
        let none = text.replace(r#"["accounts","balances"]"#, "[]");
        assert!(serde_json::from_str::<Asked>(&none).unwrap().check().is_err());
        let wrong = text.replace("900101300017\",\"phone", "900101300018\",\"phone");
        assert!(serde_json::from_str::<Asked>(&wrong).is_err());
    }

    fn requested() -> Consent {
        Consent {
            id: ConsentId(1),
            grant: ConsentId(1),
            replaces: None,
            application: "app".to_owned(),
            consumer: "960440000151".parse().unwrap(),
            iin: "900101300017".parse().unwrap(),
            providers: BTreeSet::from(["960440000151".parse().unwrap()]),
            limits: Limits {
                data: BTreeSet::from([Data::Accounts]),
                accounts: None,
                transactions_from: None,
                unattended: None,
            },
            identity: None,
            purpose: Purpose { code: PurposeCode::AccountAggregation, text: None },
            term_days: Some(1),
            requested_at: at(0),
            state: ConsentState::Requested,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
