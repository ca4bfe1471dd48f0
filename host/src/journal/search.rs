//! The operator searches the journal (OAPI-15).

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use senim_core::journal::view::JournalView;
use senim_core::problem::Problem;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Operator;
use crate::http::problem::Refusal;
use senim_store as store;

const PAGE: u64 = 50;
const PAGE_MAX: u64 = 200;
const SEARCH_LENGTH_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchJournal {
    #[serde(default)]
    search: String,
    /// `next` of the previous page.
    before: Option<u64>,
    limit: Option<u64>,
}

#[tracing::instrument(name = "journal.search", skip_all)]
pub(super) async fn search(
    app: App,
    _operator: Operator,
    asked: Result<Query<SearchJournal>, QueryRejection>,
) -> Result<Json<JournalView>, Refusal> {
    let Query(asked) = asked.map_err(|_| Problem::RequestMalformed)?;
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&limit) || asked.search.chars().count() > SEARCH_LENGTH_MAX {
        let detail = "limit is 1 to 200, search at most 100 characters";
        return Err(Refusal::detailed(Problem::RequestMalformed, detail));
    }
    app.store
        .read("journal.search", async |tx| {
            // Loads one more than it shows, to know whether there is a next page.
            let mut records =
                store::journal::search(tx, &asked.search, asked.before, limit + 1).await?;
            let shown = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = records.len() > shown;
            records.truncate(shown);
            let next = records.last().map(|it| it.arrival).filter(|_| more);
            Ok(Json(JournalView { records, next }))
        })
        .await
}
