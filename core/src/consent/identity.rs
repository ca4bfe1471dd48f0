//! Authentication alone (IDX-14): what a consumer asks for, and what the client's consent to it allows.
//!
//! Without fields the consumer learns only that the client is who the request says. With fields (IDX-5) it may read them at the
//! userinfo endpoint: once, soon after the approval, or for as long as the term lasts.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Asked, AskedClient, ConsentError, Granted, Purpose, PurposeCode, TERM_DAYS_MAX};
use crate::Timestamp;
use crate::exchange::present;
use crate::id::{Bin, Phone, SessionId};
use crate::personal::Field;

/// The `type` (RFC 9396) of a request for authentication.
pub const IDENTITY_DETAILS_TYPE: &str = "identity";
/// How long after the approval what may be read once can be read, and how long an authentication without data lasts.
pub const ONCE_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// What a consumer asks for, in a request's `authorization_details` (RFC 9396 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "AskedIdentityDetails"))]
#[serde(deny_unknown_fields)]
pub struct AskedIdentity {
    /// [`IDENTITY_DETAILS_TYPE`].
    #[serde(rename = "type")]
    #[cfg_attr(test, schemars(extend("const" = IDENTITY_DETAILS_TYPE)))]
    pub kind: String,
    /// Whom to authenticate.
    pub client: AskedClient,
    /// The personal data that are asked for; absent: none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<Field>,
    /// `sign-in`, `identification` or `contract`.
    pub purpose: Purpose,
    /// 1 to [`TERM_DAYS_MAX`]; absent: the data are read once, within ten minutes.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = TERM_DAYS_MAX)))]
    pub term_days: Option<u32>,
}

impl AskedIdentity {
    /// Checks the request by itself. The error is the reason for `error_description`.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.kind != IDENTITY_DETAILS_TYPE {
            return Err("type must be identity");
        }
        if !self.purpose.code.is_of_identity() {
            return Err("purpose must be sign-in, identification or contract");
        }
        if self.term_days.is_some_and(|days| !(1..=TERM_DAYS_MAX).contains(&days)) {
            return Err("term_days must be 1 to 3650, or be left out for once");
        }
        if self.term_days.is_some() && self.claims.is_empty() {
            return Err("term_days has a meaning only beside claims");
        }
        Ok(())
    }
}

impl PurposeCode {
    /// Whether it is a purpose of authentication, and not of account information.
    pub fn is_of_identity(self) -> bool {
        match self {
            Self::SignIn | Self::Identification | Self::Contract => true,
            Self::AccountAggregation
            | Self::CreditDecision
            | Self::BudgetAdvice
            | Self::IncomeProof => false,
        }
    }
}

/// What one request asks for: exactly one element of `authorization_details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AskedFor {
    Accounts(Asked),
    Identity(AskedIdentity),
}

/// By the element's `type`, so that an error is about the fields of the right one.
impl<'de> Deserialize<'de> for AskedFor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let value = Value::deserialize(from)?;
        if value["type"] == IDENTITY_DETAILS_TYPE {
            AskedIdentity::deserialize(value).map(Self::Identity).map_err(D::Error::custom)
        } else {
            Asked::deserialize(value).map(Self::Accounts).map_err(D::Error::custom)
        }
    }
}

impl AskedFor {
    pub fn client(&self) -> &AskedClient {
        match self {
            Self::Accounts(asked) => &asked.client,
            Self::Identity(asked) => &asked.client,
        }
    }

    pub fn purpose(&self) -> &Purpose {
        match self {
            Self::Accounts(asked) => &asked.purpose,
            Self::Identity(asked) => &asked.purpose,
        }
    }

    /// None where no accounts are asked for.
    pub fn providers(&self) -> impl Iterator<Item = Bin> + '_ {
        let asked = match self {
            Self::Accounts(asked) => Some(asked),
            Self::Identity(_) => None,
        };
        asked.into_iter().flat_map(|it| it.providers.iter().copied())
    }
}

impl From<Asked> for AskedFor {
    fn from(asked: Asked) -> Self {
        Self::Accounts(asked)
    }
}

/// What a consent to authentication allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Empty: no personal data.
    pub fields: BTreeSet<Field>,
    /// The data may be read once, and not for as long as the consent lasts.
    pub once: bool,
    /// The number that the participant named and the client confirmed with a code.
    pub phone: Phone,
    /// In which the client authenticated.
    pub session: SessionId,
    /// When the client's code was accepted: the end of the authentication.
    pub authenticated_at: Timestamp,
}

impl Disclosure {
    /// When a consent given now ends by itself. One whose data are read once stands until it is withdrawn: it is the reason for
    /// which the consumer holds them.
    pub(super) fn expires_at(&self, term: Option<TimeDelta>, now: Timestamp) -> Option<Timestamp> {
        if self.fields.is_empty() { Some(now + ONCE_WITHIN) } else { term.map(|term| now + term) }
    }

    /// Whether the consumer may renew its access.
    pub fn is_renewable(&self) -> bool {
        !self.once && !self.fields.is_empty()
    }

    /// Whether the data may be read now, under a consent that stands. `reads`: how often they were.
    pub fn check(&self, granted: &Granted, reads: u64, now: Timestamp) -> Result<(), ConsentError> {
        let over = self.once && (reads > 0 || now >= granted.granted_at + ONCE_WITHIN);
        if over && !self.fields.is_empty() { Err(ConsentError::UsedUp) } else { Ok(()) }
    }

    /// Whether a consent to this takes the place of one to `older`. A sign-in without data ends nothing, and data that
    /// are read once do not end what was given for a term.
    pub(super) fn supersedes(&self, older: &Self) -> bool {
        !self.fields.is_empty() && !older.fields.is_empty() && self.once == older.once
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reads_by_its_type() {
        let identity = r#"{"type":"identity","client":{"iin":"900101300017","phone":"+77010000001"},
            "claims":["given_name","birthdate"],"purpose":{"code":"identification"},"term_days":30}"#;
        let asked: AskedFor = serde_json::from_str(identity).unwrap();
        let AskedFor::Identity(read) = &asked else { panic!("another type") };
        assert_eq!(read.check(), Ok(()));
        assert_eq!(asked.providers().count(), 0);
        let again = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<AskedFor>(&again).unwrap(), asked);
        let accounts = r#"{"type":"account_information","client":{"iin":"900101300017","phone":"+77010000001"},
            "providers":["960440000151"],"data":["accounts"],"purpose":{"code":"account-aggregation"}}"#;
        assert!(matches!(serde_json::from_str(accounts), Ok(AskedFor::Accounts(_))));
        assert!(serde_json::from_str::<AskedFor>(&identity.replace("claims", "data")).is_err());
        assert!(
            serde_json::from_str::<AskedFor>(&identity.replace("given_name", "photo")).is_err()
        );
    }

    #[test]
    fn a_request_that_makes_no_sense_is_refused() {
        let good = r#"{"type":"identity","client":{"iin":"900101300017","phone":"+77010000001"},
            "claims":["iin"],"purpose":{"code":"sign-in"},"term_days":1}"#;
        let check = |text: &str| serde_json::from_str::<AskedIdentity>(text).unwrap().check();
        assert_eq!(check(good), Ok(()));
        for (from, to) in [
            ("\"type\":\"identity\"", "\"type\":\"account_information\""),
            ("sign-in", "income-proof"),
            ("\"term_days\":1", "\"term_days\":0"),
            ("\"term_days\":1", "\"term_days\":3651"),
            ("[\"iin\"]", "[]"),
        ] {
            assert!(check(&good.replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn data_for_once_are_read_once_and_soon() {
        let granted = |expires_at| Granted {
            granted_at: at(0),
            expires_at,
            index: 0,
            text_hash: String::new(),
        };
        let once = disclosure(&[Field::Name], true);
        assert_eq!(once.expires_at(None, at(0)), None);
        assert_eq!(once.check(&granted(None), 0, at(599)), Ok(()));
        assert_eq!(once.check(&granted(None), 1, at(1)), Err(ConsentError::UsedUp));
        assert_eq!(once.check(&granted(None), 0, at(600)), Err(ConsentError::UsedUp));
        let term = disclosure(&[Field::Name], false);
        assert_eq!(term.expires_at(Some(TimeDelta::days(1)), at(0)), Some(at(86_400)));
        assert_eq!(term.check(&granted(Some(at(86_400))), 99, at(80_000)), Ok(()));
        let bare = disclosure(&[], true);
        assert_eq!(bare.expires_at(None, at(0)), Some(at(600)));
        assert_eq!(bare.check(&granted(Some(at(600))), 5, at(10)), Ok(()));
    }

    #[test]
    fn a_sign_in_without_data_takes_nothings_place() {
        let (once, term, bare) = (
            disclosure(&[Field::Name], true),
            disclosure(&[Field::Iin], false),
            disclosure(&[], true),
        );
        assert!(once.supersedes(&once) && term.supersedes(&term));
        for (newer, older) in [(&bare, &term), (&bare, &bare), (&once, &term), (&term, &bare)] {
            assert!(!newer.supersedes(older));
        }
    }

    fn disclosure(fields: &[Field], once: bool) -> Disclosure {
        Disclosure {
            fields: fields.iter().copied().collect(),
            once,
            phone: "+77010000001".parse().unwrap(),
            session: SessionId(1),
            authenticated_at: at(0),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
