//! The gate's check of a provider's answer (OAPI-3, OAPI-12).

use super::decide::Refusal;
use super::wire::AnswerAbout;
use crate::exchange::{self, Route};

/// Accepts only an answer that can be passed on unchanged.
pub fn check_answer(about: &AnswerAbout<'_>, body: &[u8]) -> Result<(), Refusal> {
    let (path, query) = about.path_and_query.split_once('?').unwrap_or((about.path_and_query, ""));
    let route = Route::parse("GET", path, query)
        .map_err(|error| Refusal { problem: error.problem(), detail: Some(error.to_string()) })?;
    exchange::check_answer(&route, &about.limits, about.status, about.content_type, body)
        .map_err(|fault| Refusal { problem: fault.problem(), detail: Some(fault.to_string()) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::consent::{Data, Limits};
    use crate::problem::Problem;

    #[test]
    fn an_answer_is_passed_on_or_rejected_with_a_fault() {
        let problem = |status, content_type, body: &[u8]| {
            let limits = Limits {
                data: BTreeSet::from([Data::Accounts]),
                accounts: None,
                transactions_from: None,
                unattended: None,
            };
            let path_and_query = "/account-information/v1/accounts";
            let about = AnswerAbout { path_and_query, limits, status, content_type };
            check_answer(&about, body).err().map(|it| it.problem)
        };
        let (json, empty) = (Some("application/json"), br#"{"data":[],"links":{}}"#.as_slice());
        assert_eq!(problem(200, json, empty), None);
        assert_eq!(problem(200, json, b"{}"), Some(Problem::ProviderAnswer));
        assert_eq!(problem(200, Some("text/html"), empty), Some(Problem::ProviderAnswer));
        assert_eq!(problem(302, json, empty), Some(Problem::ProviderAnswer));
        assert_eq!(problem(500, json, empty), Some(Problem::ProviderFailed));
    }
}
