//! The standard's addresses: parsing of a request, and whether a consent covers it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::consent::{Data, Limits};
use crate::exchange::values::{AccountId, Cursor, Day, ValueError, parsed};
use crate::problem::Problem;

pub const BASE_PATH: &str = "/account-information/v1";
pub const LIMIT_MAX: u16 = 500;
/// Transactions on a page if the request has no limit.
pub const LIMIT_DEFAULT: u16 = 100;
const QUERY_MAX: usize = 1024;

/// A request of the standard, parsed strictly. Prints as its path and query in canonical form,
/// which is what the provider receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Accounts,
    Account(AccountId),
    Balances(AccountId),
    Transactions {
        id: AccountId,
        from: Option<Day>,
        /// The last day, inclusive.
        to: Option<Day>,
        /// 1 to [`LIMIT_MAX`].
        limit: Option<u16>,
        cursor: Option<Cursor>,
    },
}

impl Route {
    /// `query`: what follows `?`, or empty.
    pub fn parse(method: &str, path: &str, query: &str) -> Result<Self, RouteError> {
        let rest = path.strip_prefix(BASE_PATH).ok_or(RouteError::NotFound)?;
        let mut parts = rest.split('/');
        if parts.next() != Some("") || parts.next() != Some("accounts") {
            return Err(RouteError::NotFound);
        }
        let parts: Vec<&str> = parts.collect();
        let shape = match parts.as_slice() {
            [] => Shape::Accounts,
            [id] if !id.is_empty() => Shape::Account(id),
            [id, "balances"] if !id.is_empty() => Shape::Balances(id),
            [id, "transactions"] if !id.is_empty() => Shape::Transactions(id),
            _ => return Err(RouteError::NotFound),
        };
        if method != "GET" {
            return Err(RouteError::Method);
        }
        match shape {
            Shape::Accounts => no_query(query).map(|()| Self::Accounts),
            Shape::Account(id) => no_query(query).and_then(|()| account_id(id)).map(Self::Account),
            Shape::Balances(id) => {
                no_query(query).and_then(|()| account_id(id)).map(Self::Balances)
            }
            Shape::Transactions(id) => transactions(account_id(id)?, query),
        }
    }

    /// The kind of data that the consent must include.
    pub fn data(&self) -> Data {
        match self {
            Self::Accounts | Self::Account(_) => Data::Accounts,
            Self::Balances(_) => Data::Balances,
            Self::Transactions { .. } => Data::Transactions,
        }
    }

    /// The requested account.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Accounts => None,
            Self::Account(id) | Self::Balances(id) | Self::Transactions { id, .. } => Some(id),
        }
    }

    /// The request limited to the consent: if it has no start date, the
    /// consent's is used (CNS-4). A request for more is refused, not narrowed.
    pub fn within(self, limits: &Limits) -> Result<Self, Problem> {
        // Balances and transactions include the list of accounts.
        let covered = self.data() == Data::Accounts || limits.data.contains(&self.data());
        if !covered || limits.data.is_empty() {
            return Err(Problem::ConsentData);
        }
        if let (Some(id), Some(accounts)) = (self.account(), &limits.accounts)
            && !accounts.contains(id.as_str())
        {
            return Err(Problem::ConsentAccount);
        }
        let Some(earliest) = limits.transactions_from else { return Ok(self) };
        match self {
            Self::Transactions { from: Some(from), .. } if from < earliest => {
                Err(Problem::ConsentData)
            }
            Self::Transactions { to: Some(to), .. } if to < earliest => Err(Problem::ConsentData),
            Self::Transactions { id, from, to, limit, cursor } => {
                Ok(Self::Transactions { id, from: from.or(Some(earliest)), to, limit, cursor })
            }
            Self::Accounts | Self::Account(_) | Self::Balances(_) => Ok(self),
        }
    }

    /// The address with parameter names instead of values, for journals and metrics.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Accounts => "/accounts",
            Self::Account(_) => "/accounts/{accountId}",
            Self::Balances(_) => "/accounts/{accountId}/balances",
            Self::Transactions { .. } => "/accounts/{accountId}/transactions",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accounts => write!(f, "{BASE_PATH}/accounts"),
            Self::Account(id) => write!(f, "{BASE_PATH}/accounts/{id}"),
            Self::Balances(id) => write!(f, "{BASE_PATH}/accounts/{id}/balances"),
            Self::Transactions { id, from, to, limit, cursor } => {
                write!(f, "{BASE_PATH}/accounts/{id}/transactions")?;
                let mut mark = '?';
                let mut parameter = |name: &str, value: Option<String>| {
                    let Some(value) = value else { return Ok(()) };
                    write!(f, "{mark}{name}={value}")?;
                    mark = '&';
                    Ok(())
                };
                parameter("from", from.map(|it| it.to_string()))?;
                parameter("to", to.map(|it| it.to_string()))?;
                parameter("limit", limit.map(|it| it.to_string()))?;
                parameter("cursor", cursor.as_ref().map(ToString::to_string))
            }
        }
    }
}

/// Path and query of the next page of transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next(String);

impl Next {
    pub(super) const LENGTH_MAX: usize = 1024;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Next {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let rest = text.strip_prefix(BASE_PATH).and_then(|it| it.strip_prefix("/accounts/"));
        let id = rest.and_then(|it| it.split_once("/transactions?")).map(|(id, _)| id);
        let of_an_account = id.is_some_and(|it| it.parse::<AccountId>().is_ok());
        if of_an_account && text.chars().count() <= Self::LENGTH_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(ValueError)
        }
    }
}

impl<'de> Deserialize<'de> for Next {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parsed(from)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    #[error("the standard has no such address")]
    NotFound,
    #[error("the standard's addresses accept only GET")]
    Method,
    #[error("accountId must be 1 to 64 letters, digits or hyphens")]
    Account,
    #[error("from and to must be dates as YYYY-MM-DD, and from not after to")]
    Range,
    #[error("limit must be 1 to 500")]
    Limit,
    #[error("cursor must come from a previous answer")]
    Cursor,
    #[error("a parameter is unknown, repeated or malformed")]
    Parameter,
}

impl RouteError {
    pub fn problem(self) -> Problem {
        match self {
            Self::NotFound => Problem::NotFound,
            Self::Method => Problem::MethodNotAllowed,
            Self::Account | Self::Range | Self::Limit | Self::Cursor | Self::Parameter => {
                Problem::RequestMalformed
            }
        }
    }
}

enum Shape<'a> {
    Accounts,
    Account(&'a str),
    Balances(&'a str),
    Transactions(&'a str),
}

fn account_id(text: &str) -> Result<AccountId, RouteError> {
    decoded(text).and_then(|id| id.parse().ok()).ok_or(RouteError::Account)
}

fn no_query(query: &str) -> Result<(), RouteError> {
    if query.is_empty() { Ok(()) } else { Err(RouteError::Parameter) }
}

fn transactions(id: AccountId, query: &str) -> Result<Route, RouteError> {
    if query.len() > QUERY_MAX {
        return Err(RouteError::Parameter);
    }
    let (mut from, mut to, mut limit, mut cursor) = (None, None, None, None);
    for pair in query.split('&').filter(|_| !query.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(RouteError::Parameter)?;
        let value = decoded(value).ok_or(RouteError::Parameter)?;
        let twice = match name {
            "from" => from.replace(value.parse().map_err(|_| RouteError::Range)?).is_some(),
            "to" => to.replace(value.parse().map_err(|_| RouteError::Range)?).is_some(),
            "limit" => limit.replace(page_limit(&value)?).is_some(),
            "cursor" => cursor.replace(value.parse().map_err(|_| RouteError::Cursor)?).is_some(),
            _ => true,
        };
        if twice {
            return Err(RouteError::Parameter);
        }
    }
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(RouteError::Range);
    }
    Ok(Route::Transactions { id, from, to, limit, cursor })
}

fn page_limit(text: &str) -> Result<u16, RouteError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let limit: u16 = text.parse().map_err(|_| RouteError::Limit)?;
    if plain && (1..=LIMIT_MAX).contains(&limit) { Ok(limit) } else { Err(RouteError::Limit) }
}

/// Percent-decoding (RFC 3986 §2.1). `None` if the result is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        if *byte == b'%' {
            let [high, low, tail @ ..] = tail else { return None };
            let digit =
                |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
            bytes.push(digit(*high)? * 16 + digit(*low)?);
            rest = tail;
        } else {
            bytes.push(*byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_standards_addresses_parse_and_print_the_same() {
        for text in [
            "/account-information/v1/accounts",
            "/account-information/v1/accounts/a-1",
            "/account-information/v1/accounts/a-1/balances",
            "/account-information/v1/accounts/a-1/transactions",
            "/account-information/v1/accounts/a-1/transactions?from=2026-01-01&to=2026-01-31&limit=500&cursor=Ab_-",
        ] {
            assert_eq!(get(text).unwrap().to_string(), text);
        }
        let encoded =
            get("/account-information/v1/accounts/a%2D1/transactions?to=2026%2d01-31").unwrap();
        assert_eq!(
            encoded.to_string(),
            "/account-information/v1/accounts/a-1/transactions?to=2026-01-31"
        );
    }

    #[test]
    fn addresses_outside_the_standard_are_refused() {
        let base = "/account-information/v1";
        for (rest, error) in [
            ("", RouteError::NotFound),
            ("/", RouteError::NotFound),
            ("/accounts/", RouteError::NotFound),
            ("/accounts//balances", RouteError::NotFound),
            ("/accounts/a/balances/", RouteError::NotFound),
            ("/accounts/a/b", RouteError::NotFound),
            ("x/accounts", RouteError::NotFound),
            ("/Accounts", RouteError::NotFound),
            ("/accounts/a%2F..%2Fb", RouteError::Account),
            ("/accounts/..", RouteError::Account),
            ("/accounts/a%0", RouteError::Account),
            ("/accounts/a%ff", RouteError::Account),
            ("/accounts?limit=1", RouteError::Parameter),
            ("/accounts/a/transactions?from=2026-02-30", RouteError::Range),
            ("/accounts/a/transactions?from=2026-02-02&to=2026-02-01", RouteError::Range),
            ("/accounts/a/transactions?limit=0", RouteError::Limit),
            ("/accounts/a/transactions?limit=501", RouteError::Limit),
            ("/accounts/a/transactions?limit=%2B5", RouteError::Limit),
            ("/accounts/a/transactions?limit=05", RouteError::Limit),
            ("/accounts/a/transactions?cursor=", RouteError::Cursor),
            ("/accounts/a/transactions?cursor=a%26limit=500", RouteError::Cursor),
            ("/accounts/a/transactions?limit=1&limit=1", RouteError::Parameter),
            ("/accounts/a/transactions?iin=1", RouteError::Parameter),
            ("/accounts/a/transactions?&", RouteError::Parameter),
        ] {
            assert_eq!(get(&format!("{base}{rest}")), Err(error), "{rest}");
        }
        assert_eq!(
            Route::parse("POST", "/account-information/v1/accounts", ""),
            Err(RouteError::Method)
        );
        assert_eq!(
            Route::parse("POST", "/account-information/v1/loans", ""),
            Err(RouteError::NotFound)
        );
    }

    #[test]
    fn a_consent_covers_what_it_names_and_no_more() {
        let limits = |data: &[Data], accounts: Option<&str>, from: Option<&str>| Limits {
            data: data.iter().copied().collect(),
            accounts: accounts.map(|id| BTreeSet::from([id.to_owned()])),
            transactions_from: from.map(|day| day.parse().unwrap()),
            unattended: None,
        };
        let judged = |rest: &str, limits: &Limits| {
            let route = get(&format!("/account-information/v1/accounts{rest}")).unwrap();
            route.within(limits).map(|it| it.to_string().split_off(BASE_PATH.len() + 9))
        };
        let only_balances = limits(&[Data::Balances], None, None);
        assert_eq!(judged("", &only_balances), Ok(String::new()));
        assert_eq!(judged("/a/balances", &only_balances), Ok("/a/balances".to_owned()));
        assert_eq!(judged("/a/transactions", &only_balances), Err(Problem::ConsentData));
        assert_eq!(judged("", &limits(&[], None, None)), Err(Problem::ConsentData));
        let one = limits(&[Data::Accounts, Data::Balances], Some("a"), None);
        assert_eq!(judged("/b", &one), Err(Problem::ConsentAccount));
        assert_eq!(judged("/b/balances", &one), Err(Problem::ConsentAccount));
        assert!(judged("/a", &one).is_ok());
        let since = limits(&[Data::Transactions], None, Some("2026-03-01"));
        assert_eq!(
            judged("/a/transactions", &since),
            Ok("/a/transactions?from=2026-03-01".to_owned())
        );
        assert_eq!(judged("/a/transactions?from=2026-02-28", &since), Err(Problem::ConsentData));
        assert_eq!(judged("/a/transactions?to=2026-02-28", &since), Err(Problem::ConsentData));
        assert!(judged("/a/transactions?from=2026-03-01&to=2026-03-01", &since).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_makes_reading_a_request_panic(path in any::<String>(), query in any::<String>()) {
            let _ = Route::parse("GET", &path, &query);
            let path = format!("{BASE_PATH}/accounts/{path}");
            let _ = Route::parse("GET", &path, &query);
            let _ = Route::parse("GET", &format!("{BASE_PATH}/accounts/a/transactions"), &query);
        }

        /// The canonical form parses back to the same request.
        #[test]
        fn a_parsed_route_prints_as_itself(
            id in "[A-Za-z0-9%-]{1,8}", limit in 0u16..600, cursor in "[A-Za-z0-9_%/-]{0,8}",
        ) {
            let query = format!("limit={limit}&cursor={cursor}");
            if let Ok(route) = Route::parse("GET", &format!("{BASE_PATH}/accounts/{id}/transactions"), &query) {
                prop_assert_eq!(get(&route.to_string()), Ok(route));
            }
        }
    }

    fn get(address: &str) -> Result<Route, RouteError> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Route::parse("GET", path, query)
    }
}
