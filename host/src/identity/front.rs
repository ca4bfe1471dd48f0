//! A check that goes to a solution with a front part of its own is opened here, and counted as a challenge is (BIO-5, IDX-2).
//!
//! The solution is asked before anything is counted, one request at a time for a session: where it fails or is slow, the next one
//! is asked at once, and the client has lost some seconds.

use axum::Json;
use senim_core::Timestamp;
use senim_core::identity::dialogue::Dialogue;
use senim_core::identity::session::{Input, Session, Step};
use senim_core::identity::view::{FrontView, IdentityView, OpenFrontView};
use senim_core::liveness::challenge::Wishes;
use senim_core::problem::Problem;

use super::{dialogue, requester, view};
use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;
use crate::solution::{self, Checker};

/// `POST /api/identity/{session}/liveness/front`. Answers the session: with an open front part, or without one where the next
/// check goes to the widget after all.
#[tracing::instrument(name = "identity.front", skip_all)]
pub async fn open(
    app: App,
    page: Page,
    JsonBody(wishes): JsonBody<Wishes>,
) -> Result<Json<IdentityView>, Refusal> {
    let one_at_a_time = app.budgets.fronts_of_session.take(&page.session, 1)?;
    // In a task of its own: a browser that disconnects would else get a vendor asked without being counted.
    let task = tokio::spawn(async move {
        let _held = one_at_a_time;
        opened(&app, &page, wishes).await
    });
    task.await.map_err(Refusal::internal)?
}

async fn opened(app: &App, page: &Page, wishes: Wishes) -> Result<Json<IdentityView>, Refusal> {
    let now = app.now();
    let asked = app
        .store
        .transact("identity.front.ask", async |tx| {
            let (dialogue, device) = dialogue::open_at_camera(tx, app, page).await?;
            let blocked_until = requester::blocked_until(tx, &dialogue, now).await?;
            let allowance = requester::allowance(tx, &dialogue, now).await?;
            let input = Input::FrontAsked { blocked_until, allowance };
            let asked = dialogue::advance(tx, app, dialogue, input, None, now).await?;
            Ok::<_, Refusal>((asked, device))
        })
        .await?;
    let (asked, device) = asked;
    let open = asked.open_front;
    let dialogue = dialogue::settle(app, asked)?;
    let session = &dialogue.content.session;
    let Some(person) = session.person().filter(|_| open) else {
        // Opened before.
        return Ok(Json(view::on(app, device, &dialogue, now)));
    };
    let participant = dialogue.content.request.as_ref().map(|it| it.consumer.bin);
    let opened = solution::open_front(app, session, (&person.iin, participant), wishes).await?;
    let now = app.now();
    let (front, failed, nobody) = match opened {
        Ok(opened) => (opened.front, opened.failed, false),
        Err(failed) => (None, failed, true),
    };
    let advanced = app
        .store
        .transact("identity.front", async |tx| {
            let (dialogue, _) = dialogue::open_at_camera(tx, app, page).await?;
            let input = match front.clone() {
                Some(front) => {
                    let blocked_until = requester::blocked_until(tx, &dialogue, now).await?;
                    let allowance = requester::allowance(tx, &dialogue, now).await?;
                    let failed = failed.clone();
                    Input::FrontOpened { front, failed, blocked_until, allowance }
                }
                None => Input::FrontsFailed { failed: failed.clone() },
            };
            dialogue::advance(tx, app, dialogue, input, None, now).await
        })
        .await?;
    let dialogue = dialogue::settle(app, advanced)?;
    if nobody {
        return Err(Problem::SolutionNone.into());
    }
    Ok(Json(view::on(app, device, &dialogue, now)))
}

/// Refuses a challenge of the widget's where the check is another solution's.
pub(super) fn is_ours(app: &App, dialogue: &Dialogue, now: Timestamp) -> Result<(), Refusal> {
    // An end that time has brought is the dialogue's own to say.
    let Ok((session, _)) = dialogue.content.session.clone().handle(Input::TimePassed, now) else {
        return Ok(());
    };
    if session.front().is_some() {
        return Err(Problem::ChallengeElsewhere.into());
    }
    let Step::Liveness { person, .. } = session.step() else { return Ok(()) };
    if session.challenge().is_some() {
        return Ok(());
    }
    match solution::next_checker(app, &session, &person.iin, now) {
        Checker::Builtin => Ok(()),
        Checker::Front { .. } => Err(Problem::ChallengeElsewhere.into()),
        Checker::Nobody => Err(Problem::SolutionNone.into()),
    }
}

/// Which front part the session's page shows, if any.
pub(super) fn view(app: &App, session: &Session, now: Timestamp) -> Option<FrontView> {
    if session.challenge().is_some() {
        return None;
    }
    let front = session.front();
    let checker = match front {
        Some(front) => solution::checked(app, front)?,
        None => solution::next_checker(app, session, &session.person()?.iin, now),
    };
    let Checker::Front { solution, page, origin, vendor } = checker else { return None };
    let open = front.map(|it| OpenFrontView {
        session: it.session.clone(),
        challenge: it.challenge.clone(),
        expires_in_ms: u32::try_from((it.expires_at - now).num_milliseconds()).unwrap_or_default(),
    });
    let (solution, page, vendor) = (solution.to_owned(), page.to_owned(), vendor.to_owned());
    Some(FrontView { solution, vendor, page, origin, open })
}
