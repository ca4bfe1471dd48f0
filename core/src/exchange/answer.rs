//! Checks that a provider's answer conforms to the standard and the consent (OAPI-3, OAPI-12).

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::account::{
    Account, AccountBalances, AccountTransactions, Accounts, Envelope, NoLinks, Transaction,
};
use super::route::{LIMIT_DEFAULT, Route};
use super::values::{AccountId, Day};
use crate::consent::Limits;
use crate::json;
use crate::problem::Problem;

/// The largest accepted answer, in bytes: 500 transactions with every text at its longest.
pub const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Accepts only an answer that can be passed on unchanged. `route` is the request as sent to the
/// provider: [`Route::within`]. A provider's body with a status other than 200 is never passed on.
pub fn check_answer(
    route: &Route,
    limits: &Limits,
    status: u16,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<(), Fault> {
    match status {
        200 => {}
        404 if route.account().is_some() => return Err(Fault::NoSuchAccount),
        400 if matches!(route, Route::Transactions { cursor: Some(_), .. }) => {
            return Err(Fault::NoSuchPage);
        }
        429 => return Err(Fault::RateLimited),
        503 => return Err(Fault::Unavailable),
        500..=599 => return Err(Fault::Failed),
        _ => return Err(Fault::Status),
    }
    if !content_type.is_some_and(is_json) {
        return Err(Fault::ContentType);
    }
    if body.len() > ANSWER_BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    match route {
        Route::Accounts => {
            let answer: Envelope<Accounts, NoLinks> = read(body)?;
            check_accounts(&answer.data, limits)
        }
        Route::Account(id) => {
            let answer: Envelope<Account, NoLinks> = read(body)?;
            same_account(id, &answer.data.account_id)
        }
        Route::Balances(id) => {
            let answer: Envelope<AccountBalances, NoLinks> = read(body)?;
            same_account(id, &answer.data.account_id)?;
            each_once(answer.data.balances.iter().map(|it| it.kind))
        }
        Route::Transactions { id, from, to, limit, .. } => {
            let answer: Envelope<AccountTransactions> = read(body)?;
            same_account(id, &answer.data.account_id)?;
            let earliest = limits.transactions_from.max(*from);
            check_transactions(
                &answer.data.transactions,
                earliest,
                *to,
                limit.unwrap_or(LIMIT_DEFAULT),
            )?;
            check_next(route, &answer)
        }
    }
}

/// What is wrong with an answer. The message is safe to show: it never quotes the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    #[error("the provider knows no such account of this client")]
    NoSuchAccount,
    #[error("the provider does not know this cursor")]
    NoSuchPage,
    #[error("the provider is limiting requests")]
    RateLimited,
    #[error("the provider is unavailable")]
    Unavailable,
    #[error("the provider responded with a 5xx status")]
    Failed,
    #[error("the standard does not allow this status here")]
    Status,
    #[error("the content type is not application/json")]
    ContentType,
    #[error("the answer is larger than 2 MiB")]
    TooLarge,
    #[error("the body is not JSON")]
    NotJson,
    #[error("the body does not match the standard's schema")]
    Schema,
    #[error("the answer names an account that the consent does not cover")]
    BeyondConsent,
    #[error("the answer is about another account than the requested one")]
    AnotherAccount,
    #[error("a transaction lies outside the requested dates")]
    OutOfRange,
    #[error("transactions are not sorted newest first")]
    Order,
    #[error("the page holds more transactions than the requested limit")]
    PageTooLarge,
    #[error("links.next is not the same request with another cursor")]
    Next,
    #[error("an identifier or a kind occurs twice in the answer")]
    Twice,
}

impl Fault {
    pub fn problem(self) -> Problem {
        match self {
            Self::NoSuchAccount => Problem::NotFound,
            Self::NoSuchPage => Problem::RequestMalformed,
            Self::RateLimited => Problem::ProviderRateLimited,
            Self::Unavailable => Problem::ProviderUnavailable,
            Self::Failed => Problem::ProviderFailed,
            Self::Status
            | Self::ContentType
            | Self::TooLarge
            | Self::NotJson
            | Self::Schema
            | Self::BeyondConsent
            | Self::AnotherAccount
            | Self::OutOfRange
            | Self::Order
            | Self::PageTooLarge
            | Self::Next
            | Self::Twice => Problem::ProviderAnswer,
        }
    }
}

/// RFC 9110 §8.3.1. The only charset of JSON is UTF-8 (RFC 8259 §8.1), and other parameters say nothing of it (§11).
fn is_json(content_type: &str) -> bool {
    let Some((kind, mut rest)) = split_at_token(content_type.trim_matches([' ', '\t'])) else {
        return false;
    };
    if !kind.eq_ignore_ascii_case("application/json") {
        return false;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return true;
        }
        let Some(after) = rest.strip_prefix(';') else { return false };
        let after = after.trim_start_matches([' ', '\t']);
        if after.is_empty() || after.starts_with(';') {
            // There may be nothing between two semicolons.
            rest = after;
            continue;
        }
        let Some((name, after)) = split_at_token(after) else { return false };
        let Some(after) = after.strip_prefix('=') else { return false };
        let Some((value, after)) = quoted(after)
            .or_else(|| split_at_token(after).map(|(value, after)| (value.to_owned(), after)))
        else {
            return false;
        };
        if name.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return false;
        }
        rest = after;
    }
}

/// A token of at least one letter (RFC 9110 §5.6.2), with the slash of a media type, and the rest.
fn split_at_token(text: &str) -> Option<(&str, &str)> {
    let is_token = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(it);
    let end = text.find(|it| !is_token(it)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The content of a quoted string (RFC 9110 §5.6.4), and the rest.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.strip_prefix('"')?.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[place + 2..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    json::read(body).map_err(|error| if error.is_data() { Fault::Schema } else { Fault::NotJson })
}

fn check_accounts(accounts: &[Account], limits: &Limits) -> Result<(), Fault> {
    each_once(accounts.iter().map(|it| &it.account_id))?;
    let covered =
        |id: &AccountId| limits.accounts.as_ref().is_none_or(|it| it.contains(id.as_str()));
    if accounts.iter().all(|it| covered(&it.account_id)) {
        Ok(())
    } else {
        Err(Fault::BeyondConsent)
    }
}

fn check_transactions(
    transactions: &[Transaction],
    from: Option<Day>,
    to: Option<Day>,
    limit: u16,
) -> Result<(), Fault> {
    if transactions.len() > usize::from(limit) {
        return Err(Fault::PageTooLarge);
    }
    each_once(transactions.iter().map(|it| &it.transaction_id))?;
    let inside = |day: Day| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to);
    if !transactions.iter().all(|it| inside(it.booked_on)) {
        return Err(Fault::OutOfRange);
    }
    if transactions.is_sorted_by(|one, next| one.booked_on >= next.booked_on) {
        Ok(())
    } else {
        Err(Fault::Order)
    }
}

/// The next page must be the same request with another cursor.
fn check_next(asked: &Route, answer: &Envelope<AccountTransactions>) -> Result<(), Fault> {
    let Some(next) = &answer.links.next else { return Ok(()) };
    let (path, query) = next.as_str().split_once('?').ok_or(Fault::Next)?;
    let next = Route::parse("GET", path, query).map_err(|_| Fault::Next)?;
    let without_cursor = |route: &Route| match route.clone() {
        Route::Transactions { id, from, to, limit, .. } => Some((id, from, to, limit)),
        Route::Accounts | Route::Account(_) | Route::Balances(_) => None,
    };
    let moves_on = matches!(next, Route::Transactions { cursor: Some(_), .. }) && next != *asked;
    let same = without_cursor(&next) == without_cursor(asked);
    // Empty pages with a next link could be followed forever.
    if moves_on && same && !answer.data.transactions.is_empty() { Ok(()) } else { Err(Fault::Next) }
}

fn same_account(asked: &AccountId, told: &AccountId) -> Result<(), Fault> {
    if asked == told { Ok(()) } else { Err(Fault::AnotherAccount) }
}

fn each_once<T: Ord>(mut values: impl Iterator<Item = T>) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    if values.all(|it| seen.insert(it)) { Ok(()) } else { Err(Fault::Twice) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::consent::Data;

    #[test]
    fn good_answers_pass() {
        for (address, body) in answers() {
            assert_eq!(judge(&address, &body), Ok(()), "{address}");
        }
        assert_eq!(judge("/accounts", &json!({ "data": [], "links": {} })), Ok(()));
        let none = json!({ "data": { "accountId": "a-1", "transactions": [] }, "links": {} });
        assert_eq!(judge("/accounts/a-1/transactions", &none), Ok(()));
    }

    #[test]
    fn each_violation_of_the_standard_is_named() {
        type Spoil = fn(&mut Value);
        let rows: [(&str, Fault, Spoil); 29] = [
            ("/accounts", Fault::Schema, |it| it["extra"] = json!(1)),
            ("/accounts", Fault::Schema, |it| it["data"] = json!({})),
            ("/accounts", Fault::Schema, |it| it["links"] = Value::Null),
            ("/accounts", Fault::Schema, |it| it["links"] = json!([])),
            ("/accounts/a-1/balances", Fault::Schema, |it| {
                it["data"]["balances"][0]["money"] = json!(["10.50", "KZT"]);
            }),
            ("/accounts", Fault::Schema, |it| it["data"][0]["holder"] = json!("a name")),
            ("/accounts", Fault::Schema, |it| it["data"][0]["currency"] = json!("kzt")),
            ("/accounts", Fault::Schema, |it| it["data"][0]["kind"] = json!("crypto")),
            ("/accounts", Fault::Schema, |it| it["data"][0]["product"] = json!("a\u{0}b")),
            ("/accounts", Fault::Schema, |it| it["data"][0]["product"] = json!("a".repeat(141))),
            ("/accounts", Fault::Schema, |it| {
                it["data"][0]["iban"] = json!("KZ87125KZT5004100100");
            }),
            ("/accounts", Fault::Twice, |it| it["data"][1]["accountId"] = json!("a-1")),
            ("/accounts", Fault::BeyondConsent, |it| it["data"][1]["accountId"] = json!("c-3")),
            ("/accounts", Fault::Schema, |it| {
                it["links"]["next"] = json!("/account-information/v1/accounts");
            }),
            ("/accounts/a-1", Fault::AnotherAccount, |it| it["data"]["accountId"] = json!("b-2")),
            ("/accounts/a-1/balances", Fault::AnotherAccount, |it| {
                it["data"]["accountId"] = json!("b-2");
            }),
            ("/accounts/a-1/balances", Fault::Schema, |it| it["data"]["balances"] = json!([])),
            ("/accounts/a-1/balances", Fault::Twice, |it| {
                it["data"]["balances"][1]["kind"] = json!("available");
            }),
            ("/accounts/a-1/balances", Fault::Schema, |it| {
                it["data"]["balances"][0]["money"]["amount"] = json!(10.5);
            }),
            (ASKED, Fault::AnotherAccount, |it| it["data"]["accountId"] = json!("b-2")),
            (ASKED, Fault::OutOfRange, |it| at(it, 0)["bookedOn"] = json!("2026-02-01")),
            (ASKED, Fault::OutOfRange, |it| at(it, 1)["bookedOn"] = json!("2025-12-31")),
            (ASKED, Fault::Order, |it| at(it, 0)["bookedOn"] = json!("2026-01-01")),
            (ASKED, Fault::Twice, |it| at(it, 1)["transactionId"] = json!("t-2")),
            (ASKED, Fault::PageTooLarge, |it| {
                let extra = at(it, 1).clone();
                it["data"]["transactions"].as_array_mut().unwrap().push(extra);
            }),
            (ASKED, Fault::Schema, |it| {
                it["links"]["next"] = json!("https://elsewhere.example/next");
            }),
            (ASKED, Fault::Next, |it| {
                it["links"]["next"] =
                    json!("/account-information/v1/accounts/b-2/transactions?cursor=n");
            }),
            (ASKED, Fault::Next, |it| {
                it["links"]["next"] = json!(format!("/account-information/v1{ASKED}"));
            }),
            (ASKED, Fault::Next, |it| it["data"]["transactions"] = json!([])),
        ];
        for (number, (address, fault, spoil)) in rows.into_iter().enumerate() {
            let (_, mut body) = answers().into_iter().find(|(it, _)| it == address).unwrap();
            spoil(&mut body);
            assert_eq!(judge(address, &body), Err(fault), "row {number}: {address}");
            assert_eq!(fault.problem(), Problem::ProviderAnswer);
        }
    }

    #[test]
    fn the_consents_first_day_binds_even_where_the_request_names_none() {
        let (_, mut body) = answers().pop().unwrap();
        body["links"] = json!({});
        let limits =
            Limits { transactions_from: Some("2026-01-15".parse().unwrap()), ..two_accounts() };
        let route =
            Route::parse("GET", "/account-information/v1/accounts/a-1/transactions", "").unwrap();
        let text = body.to_string();
        let judged = check_answer(&route, &limits, 200, Some("application/json"), text.as_bytes());
        assert_eq!(judged, Err(Fault::OutOfRange));
    }

    #[test]
    fn statuses_types_and_sizes_are_judged_before_the_body() {
        let accounts = Route::Accounts;
        let one = Route::Account("a-1".parse().unwrap());
        let page =
            Route::parse("GET", "/account-information/v1/accounts/a-1/transactions", "cursor=x")
                .unwrap();
        let json = Some("application/json");
        let good = br#"{"data":[],"links":{}}"#;
        let limits = two_accounts();
        let huge = vec![b' '; ANSWER_BYTES_MAX + 1];
        for (route, status, content_type, body, fault) in [
            (&one, 404, None, &b""[..], Fault::NoSuchAccount),
            (&accounts, 404, json, good, Fault::Status),
            (&page, 400, None, b"", Fault::NoSuchPage),
            (&one, 400, None, b"", Fault::Status),
            (&accounts, 500, None, b"", Fault::Failed),
            (&accounts, 503, json, good, Fault::Unavailable),
            (&accounts, 429, json, good, Fault::RateLimited),
            (&accounts, 504, json, good, Fault::Failed),
            (&accounts, 204, None, b"", Fault::Status),
            (&accounts, 301, json, good, Fault::Status),
            (&accounts, 200, None, good, Fault::ContentType),
            (&accounts, 200, Some("text/html"), good, Fault::ContentType),
            (&accounts, 200, Some("application/json; charset=koi8-r"), good, Fault::ContentType),
            (&accounts, 200, json, &huge, Fault::TooLarge),
            (&accounts, 200, json, b"{\"data\":[],\"links\":{},\"links\":{}}", Fault::Schema),
            (&accounts, 200, json, b"", Fault::NotJson),
            (&accounts, 200, json, b"{\"data\":[],\"links\":{}} {}", Fault::NotJson),
            (&accounts, 200, json, b"\xff\xfe", Fault::NotJson),
        ] {
            assert_eq!(check_answer(route, &limits, status, content_type, body), Err(fault));
        }
        for (content_type, is_json) in [
            ("application/JSON; charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json;charset=\"\\utf-8\" ; v=1", true),
            ("application/json ;; ", true),
            ("application/json; profile=\"a; charset=koi8-r\"", true),
            ("application/json; charset=\"koi8-r\"", false),
            ("application/json; charset=utf-8; charset=koi8-r", false),
            ("application/json; charset=\"utf-8", false),
            ("application/json; charset", false),
            ("application/json charset=utf-8", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            let judged = check_answer(&accounts, &limits, 200, Some(content_type), good);
            assert_eq!(judged.is_ok(), is_json, "{content_type}");
        }
    }

    #[test]
    fn a_deep_body_is_refused_and_overflows_nothing() {
        let deep = "[".repeat(100_000);
        let judged = check_answer(
            &Route::Accounts,
            &two_accounts(),
            200,
            Some("application/json"),
            deep.as_bytes(),
        );
        assert!(judged.is_err());
    }

    proptest! {
        #[test]
        fn no_answer_makes_judging_panic(
            status in any::<u16>(), kind in any::<Option<String>>(), body in any::<Vec<u8>>(),
        ) {
            for (address, _) in answers() {
                let route = route(&address);
                let _ = check_answer(&route, &two_accounts(), status, kind.as_deref(), &body);
                let judged = check_answer(&route, &two_accounts(), 200, Some("application/json"), &body);
                prop_assert!(judged.is_err());
            }
        }

        /// With any one byte changed, an answer passes or is rejected, without a panic.
        #[test]
        fn a_changed_byte_never_panics(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            for (address, body) in answers() {
                let mut text = body.to_string().into_bytes();
                let at = place.index(text.len());
                text[at] = byte;
                let _ = check_answer(&route(&address), &two_accounts(), 200, Some("application/json"), &text);
            }
        }
    }

    const ASKED: &str = "/accounts/a-1/transactions?from=2026-01-01&to=2026-01-31&limit=2";

    fn answers() -> Vec<(String, Value)> {
        let account = |id: &str| {
            json!({ "accountId": id, "iban": "KZ86125KZT5004100100", "currency": "KZT", "kind": "current",
                "status": "open", "product": "Ағымдағы шот", "openedOn": "2020-05-01" })
        };
        let money = json!({ "amount": "10.50", "currency": "KZT" });
        let balance =
            |kind: &str| json!({ "kind": kind, "money": money, "at": "2026-01-31T10:00:00+05:00" });
        let transaction = |id: &str, day: &str| {
            json!({ "transactionId": id, "status": "booked", "bookedOn": day, "at": format!("{day}T10:00:00Z"),
                "money": { "amount": "-10.50", "currency": "KZT" }, "description": "Дүкен",
                "counterparty": { "name": "Дүкен" }, "category": "5411" })
        };
        vec![
            (
                "/accounts".to_owned(),
                json!({ "data": [account("a-1"), account("b-2")], "links": {} }),
            ),
            ("/accounts/a-1".to_owned(), json!({ "data": account("a-1"), "links": {} })),
            (
                "/accounts/a-1/balances".to_owned(),
                json!({ "data": { "accountId": "a-1", "balances": [balance("available"), balance("booked")] },
                    "links": {} }),
            ),
            (
                ASKED.to_owned(),
                json!({ "data": { "accountId": "a-1",
                    "transactions": [transaction("t-2", "2026-01-31"), transaction("t-1", "2026-01-02")] },
                    "links": { "next": format!("/account-information/v1{ASKED}&cursor=dC0x") } }),
            ),
        ]
    }

    fn at(body: &mut Value, number: usize) -> &mut Value {
        &mut body["data"]["transactions"][number]
    }

    fn judge(address: &str, body: &Value) -> Result<(), Fault> {
        let text = body.to_string();
        check_answer(
            &route(address),
            &two_accounts(),
            200,
            Some("application/json"),
            text.as_bytes(),
        )
    }

    fn route(address: &str) -> Route {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Route::parse("GET", &format!("/account-information/v1{path}"), query).unwrap()
    }

    fn two_accounts() -> Limits {
        Limits {
            data: BTreeSet::from([Data::Accounts, Data::Balances, Data::Transactions]),
            accounts: Some(BTreeSet::from(["a-1".to_owned(), "b-2".to_owned()])),
            transactions_from: None,
            unattended: None,
        }
    }
}
