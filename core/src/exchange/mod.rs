//! The account-information standard, version 1: its addresses, what its answers hold, and what is
//! wrong with an answer that breaks it (OAPI-2, OAPI-12). For people: core/openapi.

mod account;
mod answer;
mod route;
mod values;

pub use account::{
    Account, AccountBalances, AccountKind, AccountStatus, AccountTransactions, Balance,
    BalanceKind, Counterparty, Envelope, Links, Transaction, TransactionStatus,
};
pub use answer::{ANSWER_BYTES_MAX, Fault, check_answer};
pub use route::{BASE_PATH, LIMIT_DEFAULT, LIMIT_MAX, Route, RouteError};
pub use values::{
    AccountId, Amount, Category, Currency, Cursor, Day, Iban, Moment, Money, Text, ValueError,
};
