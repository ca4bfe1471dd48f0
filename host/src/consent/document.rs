//! `GET /api/cabinet/consents/{id}/document?language=kk`: a consent as PDF, to keep (CNS-3).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use senim_core::consent::document::{Of, document};
use senim_core::problem::Problem;
use senim_core::text::Language;
use serde::Deserialize;

use super::list::{self, About, Names};
use super::show;
use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use crate::paper;
use senim_store as store;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Of the headings; absent: the session's. Both texts that were agreed to stand on it whole.
    language: Option<Language>,
}

#[tracing::instrument(name = "consent.document", skip_all)]
pub(super) async fn download(
    app: App,
    client: Client,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let now = app.now();
    let Query(asked) = asked.map_err(|_| Problem::RequestMalformed)?;
    app.budgets.documents.take(client.session, 1, now)?;
    let (consent, text) = app
        .store
        .read("consent.document", async |tx| {
            let consent = show::own(tx, &client.iin, &id).await?;
            let id = consent.id;
            let replaced_by = store::consent::replaced_by(tx, id).await?;
            let about = About { used: None, replaced_by };
            let view = list::view(tx, &mut Names::default(), consent, about, now).await?;
            Ok::<_, Refusal>((view.ok_or(Problem::NotFound)?, show::text(tx, id).await?))
        })
        .await?;
    let made = document(
        asked.language.unwrap_or(client.language),
        Of {
            consent: &consent,
            text: &text,
            client: &client.full_name,
            iin: &client.iin,
            made_at: now,
        },
    );
    let name = format!("attachment; filename=\"{}.pdf\"", consent.id);
    let headers =
        [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, paper::pdf(&made)).into_response())
}
