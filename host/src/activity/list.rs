//! `GET /api/cabinet/activity`: sessions, messages, accepted editions, and what the client reported.

use std::collections::BTreeMap;

use axum::Json;
use senim_core::Timestamp;
use senim_core::activity::Case;
use senim_core::activity::view::{
    ActivityView, CaseSummaryView, SessionOutcome, SessionPurpose, SessionSummaryView,
};
use senim_core::consent::AskedFor;
use senim_core::id::SessionId;
use senim_core::identity::dialogue::Dialogue;

use crate::agreement;
use crate::app::App;
use crate::caller::Client;
use crate::http::problem::Refusal;
use crate::messages;
use crate::passkey;
use senim_store as store;

const PASSED_SHOWN: u64 = 100;
const ATTEMPTS_SHOWN: u64 = 50;
const MESSAGES_SHOWN: u64 = 100;

#[tracing::instrument(name = "activity.list", skip_all)]
pub(super) async fn list(app: App, client: Client) -> Result<Json<ActivityView>, Refusal> {
    let now = app.now();
    app.store
        .read("activity.list", async |tx| {
            let iin = &client.iin;
            let cases: BTreeMap<SessionId, Case> = store::activity::cases_of(tx, iin)
                .await?
                .into_iter()
                .map(|it| (it.session, it))
                .collect();
            let in_force = store::consent::in_force_by_session(tx, iin, now).await?;
            let about = |(dialogue, started_at): (Dialogue, Timestamp)| {
                let id = dialogue.id;
                SessionSummaryView {
                    own: id == client.session,
                    in_force: in_force.get(&id).copied().unwrap_or_default(),
                    case: cases.get(&id).map(summary),
                    ..view(dialogue, started_at, now)
                }
            };
            let passed = store::identity::of_person(tx, iin, true, PASSED_SHOWN).await?;
            let others = store::identity::of_person(tx, iin, false, ATTEMPTS_SHOWN).await?;
            Ok(Json(ActivityView {
                sessions: passed.into_iter().map(about).collect(),
                attempts: others.into_iter().map(about).collect(),
                messages: messages::of_person(tx, &app, iin, MESSAGES_SHOWN).await?,
                passkeys: passkey::shown(tx, iin, client.passkey).await?,
                agreements: agreement::accepted(tx, iin).await?,
                alerts: app.config.alerts.clone(),
                locked_until: store::activity::locked_until(tx, iin, now).await?,
                lock_hours: app.config.disown_lock_hours,
            }))
        })
        .await
}

fn summary(case: &Case) -> CaseSummaryView {
    let closed_at = case.closed.as_ref().map(|it| it.at);
    CaseSummaryView { id: case.id, opened_at: case.opened_at, closed_at }
}

/// What the session itself says.
fn view(dialogue: Dialogue, started_at: Timestamp, now: Timestamp) -> SessionSummaryView {
    let Dialogue { id, content, cabinet_until } = dialogue;
    let opened_with = content.opened_with();
    let purpose = match content.request.as_ref().map(|it| &it.asked) {
        None => SessionPurpose::Cabinet,
        Some(AskedFor::Accounts(_)) => SessionPurpose::Accounts,
        Some(AskedFor::Identity(_)) => SessionPurpose::Authentication,
    };
    let outcome = match (content.session.ended_at(), content.session.failure()) {
        (None, _) => SessionOutcome::Open,
        (Some(_), None) => SessionOutcome::Passed,
        (Some(_), Some(why)) => SessionOutcome::Failed { problem: why.problem().code().to_owned() },
    };
    SessionSummaryView {
        id,
        started_at,
        ended_at: content.session.ended_at(),
        purpose,
        opened_with,
        consumer: content.request.map(|it| it.consumer),
        device: content.device,
        outcome,
        own: false,
        signed_in: cabinet_until.is_some_and(|until| now < until),
        in_force: 0,
        case: None,
    }
}
