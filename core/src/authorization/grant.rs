//! Grant Management for OAuth 2.0 (OpenID FAPI WG): a consumer names a grant, asks what stands of it, gives it back, or has it
//! replaced or widened by a new dialogue with the client.
//!
//! A grant is what a client has given an application for one purpose: one consent, or several that took each other's place. Its
//! name is the first one's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::userinfo::GrantedIdentity;
use super::{Denial, OAuthError, Parameters};
use crate::consent::{Asked, Consent, Limits, Unattended};
use crate::id::{ConsentId, Iin};
use crate::problem::Problem;
use crate::routing::{Confirmation, GrantedDetails};

/// Scopes of access tokens for the grant endpoint, which an application gets for itself (RFC 6749 §4.4).
pub const QUERY_SCOPE: &str = "grant_management_query";
pub const REVOKE_SCOPE: &str = "grant_management_revoke";

/// What a pushed request does with a grant. Without a word of it: [`GrantAction::Create`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GrantAction {
    #[default]
    Create,
    /// The new consent takes the place of the grant's, whatever it covers.
    Replace(ConsentId),
    /// The new consent covers what the grant's does as well.
    Merge(ConsentId),
}

impl GrantAction {
    /// `grant_management_action` and `grant_id` of a pushed request.
    pub(super) fn read(form: &Parameters) -> Result<Self, Denial> {
        let named = form.get("grant_id").map(|it| it.parse().map_err(|_| unknown()));
        match (form.get("grant_management_action"), named) {
            (None | Some("create"), None) => Ok(Self::Create),
            (Some("replace"), Some(grant)) => grant.map(Self::Replace),
            (Some("merge"), Some(grant)) => grant.map(Self::Merge),
            (Some("replace" | "merge"), None) => Err(Denial::request("grant_id is missing")),
            (None | Some("create"), Some(_)) => {
                Err(Denial::request("grant_id goes with replace or merge alone"))
            }
            (Some(_), _) => {
                Err(Denial::request("grant_management_action must be create, replace or merge"))
            }
        }
    }

    pub fn grant(self) -> Option<ConsentId> {
        match self {
            Self::Create => None,
            Self::Replace(grant) | Self::Merge(grant) => Some(grant),
        }
    }

    /// What the client is asked for. `standing`: the grant's consent, which is this application's and holds now.
    pub fn asked(self, asked: Asked, standing: &Consent) -> Result<Asked, Denial> {
        if asked.client.iin != standing.iin {
            return Err(unknown());
        }
        match self {
            Self::Create | Self::Replace(_) => Ok(asked),
            Self::Merge(_) if asked.purpose.code != standing.purpose.code => {
                Err(Denial::details("a grant can only be merged with a request of its purpose"))
            }
            Self::Merge(_) => {
                let merged = Asked {
                    providers: asked.providers.union(&standing.providers).copied().collect(),
                    limits: merged(&asked.limits, &standing.limits),
                    ..asked
                };
                merged.check().map_err(Denial::details)?;
                Ok(merged)
            }
        }
    }
}

/// There is no such grant of this application and client that stands.
pub fn unknown() -> Denial {
    Denial::new(OAuthError::InvalidGrantId, Problem::GrantUnknown)
}

/// Everything that either covers.
fn merged(one: &Limits, other: &Limits) -> Limits {
    let accounts = match (&one.accounts, &other.accounts) {
        (Some(one), Some(other)) => Some(one.union(other).cloned().collect::<BTreeSet<_>>()),
        // All of the client's.
        (None, _) | (_, None) => None,
    };
    let from = |it: &Limits| {
        let transactions = it.data.contains(&crate::consent::Data::Transactions);
        transactions.then_some(it.transactions_from)
    };
    let transactions_from = match (from(one), from(other)) {
        (Some(Some(one)), Some(Some(other))) => Some(one.min(other)),
        // Without a first day: as far back as they are kept.
        (Some(None), _) | (_, Some(None)) | (None, None) => None,
        (Some(day), None) | (None, Some(day)) => day,
    };
    let unattended = match (one.unattended, other.unattended) {
        (Some(one), Some(other)) => {
            Some(Unattended { reads_a_day: one.reads_a_day.max(other.reads_a_day) })
        }
        (one, other) => one.or(other),
    };
    let data = one.data.union(&other.data).copied().collect();
    Limits { data, accounts, transactions_from, unattended }
}

/// The claims of an access token for the grant endpoint (RFC 9068): the application's own, of no client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantTokenClaims {
    pub iss: String,
    /// The application.
    pub sub: String,
    /// The grant endpoint.
    pub aud: String,
    pub client_id: String,
    /// Epoch seconds.
    pub exp: i64,
    /// Epoch seconds.
    pub iat: i64,
    pub jti: String,
    /// [`QUERY_SCOPE`], [`REVOKE_SCOPE`] or both.
    pub scope: String,
    pub cnf: Confirmation,
}

impl GrantTokenClaims {
    pub fn allows(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|it| it == scope)
    }

    /// The scopes that may be asked for, in one order and each once.
    pub fn scopes(asked: Option<&str>) -> Result<String, Denial> {
        let known = [QUERY_SCOPE, REVOKE_SCOPE];
        let asked: BTreeSet<&str> = asked.unwrap_or_default().split(' ').collect();
        if !asked.is_empty() && asked.iter().all(|it| known.contains(it)) {
            return Ok(asked.into_iter().collect::<Vec<_>>().join(" "));
        }
        let error = OAuthError::InvalidScope;
        let description = "scope must be grant_management_query, grant_management_revoke or both";
        Err(Denial { error, ..Denial::request(description) })
    }
}

/// `GET /grants/{grant_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantView {
    pub scopes: Vec<GrantScope>,
    /// Of the consent that stands.
    pub authorization_details: Vec<GrantDetails>,
}

/// What stands of a grant, by its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GrantDetails {
    Accounts(GrantedDetails),
    Identity(GrantedIdentity),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantScope {
    pub scope: String,
}

/// `POST /grants/search`: does a consent of this client stand with me (CNS-9)? In a body, for an IIN has no place in an address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FindGrants {
    pub iin: Iin,
}

/// The application's own grants of that client that stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGrants {
    pub grants: Vec<FoundGrant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGrant {
    pub grant_id: ConsentId,
    pub authorization_details: Vec<GrantDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::consent::{AskedClient, ConsentState, DETAILS_TYPE, Data, Purpose, PurposeCode};

    const GRANT: &str = "cns_000000000000000000000000000000ab";

    #[test]
    fn an_action_and_its_grant_go_together() {
        let read = |action: &str, grant: &str| {
            let pairs = [("grant_management_action", action), ("grant_id", grant)];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            GrantAction::read(&Parameters::from_pairs(pairs.into_iter()).unwrap())
                .map_err(|it| it.error)
        };
        let grant = ConsentId(0xab);
        for (action, named, expected) in [
            ("", "", Ok(GrantAction::Create)),
            ("create", "", Ok(GrantAction::Create)),
            ("replace", GRANT, Ok(GrantAction::Replace(grant))),
            ("merge", GRANT, Ok(GrantAction::Merge(grant))),
            ("replace", "", Err(OAuthError::InvalidRequest)),
            ("merge", "", Err(OAuthError::InvalidRequest)),
            ("create", GRANT, Err(OAuthError::InvalidRequest)),
            ("", GRANT, Err(OAuthError::InvalidRequest)),
            ("update", GRANT, Err(OAuthError::InvalidRequest)),
            ("merge", "cns_1", Err(OAuthError::InvalidGrantId)),
        ] {
            assert_eq!(read(action, named), expected, "{action} {named}");
        }
    }

    #[test]
    fn a_merge_asks_for_what_either_covers_and_a_replacement_for_what_is_new() {
        let new = asked(&[Data::Transactions], Some("2026-03-01"), None);
        let old = consent(asked(&[Data::Accounts], None, Some(4)));
        let replaced = GrantAction::Replace(ConsentId(1)).asked(new.clone(), &old).unwrap();
        assert_eq!(replaced, new);
        let merged = GrantAction::Merge(ConsentId(1)).asked(new.clone(), &old).unwrap();
        assert_eq!(merged.limits.data, [Data::Accounts, Data::Transactions].into());
        assert_eq!(merged.limits.transactions_from, new.limits.transactions_from);
        assert_eq!(merged.limits.unattended, Some(Unattended { reads_a_day: 4 }));
        let whole = consent(asked(&[Data::Transactions], None, None));
        let merged = GrantAction::Merge(ConsentId(1)).asked(new.clone(), &whole).unwrap();
        assert_eq!(merged.limits.transactions_from, None, "as far back as before");

        let purpose = Purpose { code: PurposeCode::IncomeProof, text: None };
        let other = Asked { purpose, ..new.clone() };
        let refused = GrantAction::Merge(ConsentId(1)).asked(other, &old).unwrap_err();
        assert_eq!(refused.error, OAuthError::InvalidAuthorizationDetails);
        let somebody = Consent { iin: "850614300420".parse().unwrap(), ..old };
        let refused = GrantAction::Replace(ConsentId(1)).asked(new, &somebody).unwrap_err();
        assert_eq!(refused.error, OAuthError::InvalidGrantId);
    }

    #[test]
    fn only_scopes_of_the_grant_endpoint_are_given() {
        let both = GrantTokenClaims::scopes(Some("grant_management_revoke grant_management_query"));
        assert_eq!(both.as_deref(), Ok("grant_management_query grant_management_revoke"));
        for wrong in [None, Some(""), Some("accounts"), Some("accounts grant_management_query")] {
            assert!(GrantTokenClaims::scopes(wrong).is_err(), "{wrong:?}");
        }
    }

    fn asked(data: &[Data], from: Option<&str>, reads: Option<u16>) -> Asked {
        Asked {
            kind: DETAILS_TYPE.to_owned(),
            client: AskedClient {
                iin: "900101300017".parse().unwrap(),
                phone: "+77010000001".parse().unwrap(),
            },
            providers: ["960440000151".parse().unwrap()].into(),
            limits: Limits {
                data: data.iter().copied().collect(),
                accounts: None,
                transactions_from: from.map(|it| it.parse().unwrap()),
                unattended: reads.map(|reads_a_day| Unattended { reads_a_day }),
            },
            purpose: Purpose { code: PurposeCode::AccountAggregation, text: None },
            term_days: None,
        }
    }

    fn consent(asked: Asked) -> Consent {
        Consent {
            id: ConsentId(1),
            grant: ConsentId(1),
            replaces: None,
            identity: None,
            application: "app".to_owned(),
            consumer: "960440000151".parse().unwrap(),
            iin: asked.client.iin,
            providers: asked.providers,
            limits: asked.limits,
            purpose: asked.purpose,
            term_days: asked.term_days,
            requested_at: Timestamp::UNIX_EPOCH,
            state: ConsentState::Requested,
        }
    }
}
