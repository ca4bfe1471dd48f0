//! What an answer holds: accounts, their balances, their transactions.

use serde::{Deserialize, Serialize};

use super::values::{AccountId, Category, Currency, Day, Iban, Moment, Money, Text};

/// Every answer with status 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<T> {
    pub data: T,
    pub links: Links,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// The path and query of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `GET /accounts` answers a list of these, `GET /accounts/{accountId}` one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Account {
    pub account_id: AccountId,
    pub iban: Iban,
    pub currency: Currency,
    pub kind: AccountKind,
    pub status: AccountStatus,
    /// The provider's name for the product.
    pub product: Text<140>,
    /// The client's own name for the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Text<70>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    Current,
    Card,
    Savings,
    Deposit,
    Loan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    Open,
    Blocked,
    Closed,
}

/// `GET /accounts/{accountId}/balances`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AccountBalances {
    pub account_id: AccountId,
    /// One to four, each kind once.
    pub balances: Vec<Balance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    pub kind: BalanceKind,
    pub money: Money,
    pub at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BalanceKind {
    /// What the client can spend now.
    Available,
    /// What is booked.
    Booked,
    /// What is held for payments under way.
    Held,
    /// The limit of a credit that `available` counts in.
    Credit,
}

/// `GET /accounts/{accountId}/transactions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AccountTransactions {
    pub account_id: AccountId,
    /// Newest first.
    pub transactions: Vec<Transaction>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Transaction {
    pub transaction_id: AccountId,
    pub status: TransactionStatus,
    /// The day that a request's `from` and `to` go by, in the provider's time zone.
    pub booked_on: Day,
    pub at: Moment,
    /// Negative: it left the account.
    pub money: Money,
    pub description: Text<300>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Counterparty>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransactionStatus {
    Booked,
    Pending,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counterparty {
    pub name: Text<140>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<Iban>,
}
