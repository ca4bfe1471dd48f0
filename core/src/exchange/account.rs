//! Answers: accounts, their balances, their transactions.

use serde::{Deserialize, Serialize};

use super::route::{LIMIT_MAX, Next};
use super::values::{
    AccountId, AnyIban, Category, Currency, Day, Iban, List, Moment, Money, Text, present,
};

const ACCOUNTS_MAX: usize = 500;
const BALANCES_MAX: usize = 4;

/// The body of every answer with status 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Envelope<T, L = Links> {
    pub data: T,
    pub links: L,
}

/// The links of an answer without pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoLinks {}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Path and query of the next page: the same request with another cursor; absent on the last page.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// `GET /accounts`: each `accountId` occurs once.
pub type Accounts = List<Account, 0, ACCOUNTS_MAX>;

/// `GET /accounts/{accountId}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Text<70>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    Current,
    Card,
    Savings,
    Deposit,
    Loan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    Open,
    Blocked,
    Closed,
}

/// `GET /accounts/{accountId}/balances`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AccountBalances {
    pub account_id: AccountId,
    /// Each kind occurs once.
    pub balances: List<Balance, 1, BALANCES_MAX>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Balance {
    pub kind: BalanceKind,
    pub money: Money,
    pub at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BalanceKind {
    /// What the client can spend now.
    Available,
    /// What is booked.
    Booked,
    /// What is reserved for pending payments.
    Held,
    /// The credit limit included in `available`.
    Credit,
}

/// `GET /accounts/{accountId}/transactions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AccountTransactions {
    pub account_id: AccountId,
    /// Newest first by `bookedOn`; each `transactionId` occurs once; at most `limit`.
    pub transactions: List<Transaction, 0, { LIMIT_MAX as usize }>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Transaction {
    pub transaction_id: AccountId,
    pub status: TransactionStatus,
    /// The day to which `from` and `to` refer, in the provider's time zone.
    pub booked_on: Day,
    pub at: Moment,
    /// A negative amount left the account.
    pub money: Money,
    pub description: Text<300>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Counterparty>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TransactionStatus {
    Booked,
    Pending,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Counterparty {
    pub name: Text<140>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub iban: Option<AnyIban>,
}
