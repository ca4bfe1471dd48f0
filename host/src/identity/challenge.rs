//! The challenge that the client performs before the camera: drawn, counted and returned here (IDX-2).

use axum::Json;
use senim_core::identity::session::{Input, Seed};
use senim_core::identity::view::ChallengeView;
use senim_core::liveness::challenge::{Ask, COLOUR_MS, Challenge, FADE_MS, Wishes};
use senim_core::problem::Problem;

use super::{dialogue, front, requester};
use crate::app::App;
use crate::caller::browser::Page;
use crate::http::body::JsonBody;
use crate::http::problem::Refusal;

/// `POST /api/identity/liveness/challenge`.
#[tracing::instrument(name = "identity.challenge", skip_all)]
pub async fn ask(
    app: App,
    page: Page,
    JsonBody(wishes): JsonBody<Wishes>,
) -> Result<Json<ChallengeView>, Refusal> {
    let now = app.now();
    let mut seed = [0; 32];
    app.rng.fill(&mut seed);
    let asked = app
        .store
        .transact("identity.challenge", async |tx| {
            let (dialogue, _) = dialogue::open_at_camera(tx, &app, &page).await?;
            front::is_ours(&app, &dialogue, now)?;
            let blocked_until = requester::blocked_until(tx, &dialogue, now).await?;
            let allowance = requester::allowance(tx, &dialogue, now).await?;
            let input =
                Input::ChallengeAsked { seed: Seed(seed), wishes, blocked_until, allowance };
            dialogue::advance(tx, &app, dialogue, input, None, now).await
        })
        .await?;
    let dialogue = dialogue::settle(&app, asked)?;
    let session = &dialogue.content.session;
    let challenge = session.challenge().ok_or(Problem::IdentityOutOfOrder)?;
    let left = (challenge.expires_at - now).num_milliseconds();
    Ok(Json(ChallengeView {
        nonce: challenge.nonce,
        steps: challenge.steps.clone(),
        colour_ms: COLOUR_MS,
        fade_ms: FADE_MS,
        expires_in_ms: u32::try_from(left).unwrap_or_default(),
        checks_left: session.checks_left(),
    }))
}

/// A summary for the journal, without the nonce.
pub(super) fn summary(challenge: &Challenge) -> String {
    let steps = challenge.steps.iter().map(|it| match &it.ask {
        Ask::Look => "look".to_owned(),
        Ask::Do(action) => word(action),
        Ask::Colours(colours) => colours.iter().map(word).collect::<Vec<_>>().join("-"),
        Ask::Fades(colours) => {
            format!("slowly {}", colours.iter().map(word).collect::<Vec<_>>().join("-"))
        }
    });
    steps.collect::<Vec<_>>().join(", ")
}

/// As it is on the wire.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
