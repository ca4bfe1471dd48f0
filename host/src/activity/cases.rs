//! Cases at the console: what clients reported as not theirs, and how the operator closes one.

use axum::Json;
use axum::extract::Path;
use senim_core::activity::view::CaseView;
use senim_core::activity::{Case, CloseCase, Closed};
use senim_core::id::CaseId;
use senim_core::journal::{Event, Subject};
use senim_core::participant::view::ParticipantName;
use senim_core::problem::Problem;

use crate::app::App;
use crate::caller::Operator;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use senim_store::{self as store, Tx};

/// Open ones first.
const SHOWN: u64 = 200;

/// `GET /api/console/cases`.
#[tracing::instrument(name = "activity.cases", skip_all)]
pub(super) async fn list(app: App, _operator: Operator) -> Result<Json<Vec<CaseView>>, Refusal> {
    app.store
        .read("activity.cases", async |tx| {
            let mut views = Vec::new();
            for case in store::activity::cases(tx, SHOWN).await? {
                views.push(view(tx, case).await?);
            }
            Ok(Json(views))
        })
        .await
}

/// `POST /api/console/cases/{id}/close`.
#[tracing::instrument(name = "activity.close", skip_all)]
pub(super) async fn close(
    app: App,
    operator: Operator,
    Path(id): Path<String>,
    JsonBody(CloseCase { note, lift }): JsonBody<CloseCase>,
) -> Result<Json<CaseView>, Refusal> {
    let now = app.now();
    let id: CaseId = id.parse().map_err(|_| Problem::NotFound)?;
    app.store
        .transact("activity.close", async |tx| {
            let case = store::activity::case(tx, id).await?.ok_or(Problem::NotFound)?;
            let note = note.to_string();
            let closed = Closed { at: now, by: operator.name.clone(), note: note.clone() };
            let case = case.close(closed, lift).ok_or(Problem::CaseClosed)?;
            store::activity::save_case(tx, &case).await?;
            let event = Event::CaseClosed { case: id, note, lifted: lift };
            let subject = Subject::Session(case.session);
            store::journal::append(tx, operator.actor(), subject, event, now).await?;
            Ok(Json(view(tx, case).await?))
        })
        .await
}

async fn view(tx: &mut Tx, case: Case) -> Result<CaseView, Refusal> {
    let consumer = match case.consumer {
        Some(bin) => {
            let name = store::participant::name(tx, bin).await?;
            Some(name.unwrap_or_else(|| ParticipantName { bin, name: bin.to_string() }))
        }
        None => None,
    };
    Ok(CaseView {
        id: case.id,
        session: case.session,
        consumer,
        opened_at: case.opened_at,
        withdrawn: case.withdrawn,
        sessions: case.sessions,
        locked_until: case.locked_until,
        closed: case.closed,
    })
}
