//! The account-information standard, version 1: its addresses, its answers, and the faults of
//! an answer that violates it (OAPI-2, OAPI-12). Its document is in core/openapi.

mod account;
mod answer;
#[cfg(test)]
mod published;
mod route;
mod values;

pub use account::{
    Account, AccountBalances, AccountKind, AccountStatus, AccountTransactions, Accounts, Balance,
    BalanceKind, Counterparty, Envelope, Links, NoLinks, Transaction, TransactionStatus,
};
pub use answer::{ANSWER_BYTES_MAX, Fault, check_answer};
pub use route::{BASE_PATH, LIMIT_DEFAULT, LIMIT_MAX, Next, Route, RouteError};
pub(crate) use values::present;
pub use values::{
    AccountId, Amount, AnyIban, Category, Currency, Cursor, Day, Iban, List, Moment, Money, Text,
    ValueError,
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::problem::Problem;

    const DOCUMENT: &str = include_str!("../../openapi/account-information-v1.yaml");

    #[test]
    fn every_problem_of_the_document_is_in_the_catalogue_with_that_status() {
        let document = DOCUMENT.split("\n  responses:\n").nth(1).unwrap();
        let document = document.split("\n  schemas:\n").next().unwrap();
        let mut told = BTreeSet::new();
        for answer in document.split("status: { const: ").skip(1) {
            let status: u16 = answer[..3].parse().unwrap();
            let codes = answer.split("examples:").next().unwrap();
            for word in codes.split(|c: char| !(c.is_ascii_lowercase() || ".-".contains(c))) {
                let known = Problem::by_code(word);
                let prose = word.trim_matches('.').split('.').count() < 2;
                assert!(known.is_some() || prose, "{word} is not in the catalogue");
                if let Some(problem) = known {
                    assert_eq!(problem.status(), status, "{word}");
                    told.insert(problem);
                }
            }
        }
        let of_the_edge = |it: &&Problem| {
            ["dpop.", "edge.", "provider.", "token."].iter().any(|room| it.code().starts_with(room))
        };
        for problem in Problem::ALL.iter().filter(of_the_edge) {
            assert!(told.contains(problem), "{} is missing from the document", problem.code());
        }
    }

    #[test]
    fn the_document_and_the_code_have_the_same_limits() {
        assert!(DOCUMENT.contains(&format!(
            "minimum: 1, maximum: {}, default: {}",
            super::LIMIT_MAX,
            super::LIMIT_DEFAULT
        )));
        assert!(DOCUMENT.contains(&format!("localhost:9443{}", super::BASE_PATH)));
    }
}
