//! New secrets for a browser, when an identity has been proved and at the end of the session. A cookie that an attacker
//! set or saw before is useless after that (session fixation).

use axum::Json;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Response};
use senim_core::Timestamp;
use senim_core::identity::session::{Input, Step};

use super::dialogue::{self, Advanced};
use super::view;
use crate::app::App;
use crate::caller::browser::{Browser, Page, Visitor, hash};
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_core::identity::dialogue::Dialogue;
use senim_store::{self as store, Tx};

/// The cookies that replace the ones that the browser sent.
#[derive(Default)]
pub struct Renewed {
    session: Option<String>,
    /// Identifies the browser from now on.
    known: Option<String>,
}

/// Moves the session on, and renews cookies where that proved an identity or ended the session.
pub async fn advance(
    tx: &mut Tx,
    app: &App,
    (page, visitor): (&Page, &Visitor),
    dialogue: Dialogue,
    input: Input,
    now: Timestamp,
) -> Result<(Advanced, Renewed), Refusal> {
    let before = dialogue.content.session.step().clone();
    let advanced = dialogue::advance(tx, app, dialogue, input, None, now).await?;
    let whose = (&page.browser, visitor);
    let renewed = renew(tx, app, whose, &before, &advanced.dialogue, now).await?;
    Ok((advanced, renewed))
}

/// Called in the transaction that moved the session on from `before`.
async fn renew(
    tx: &mut Tx,
    app: &App,
    (browser, visitor): (&Browser, &Visitor),
    before: &Step,
    dialogue: &Dialogue,
    now: Timestamp,
) -> Result<Renewed, Refusal> {
    let mut renewed = Renewed::default();
    let session = &dialogue.content.session;
    let after = session.step();
    let proved = matches!(before, Step::Code { .. })
        && matches!(after, Step::Consent { .. } | Step::Passed { .. });
    let ended = matches!(before, Step::Consent { .. }) && matches!(after, Step::Passed { .. });
    if proved || ended {
        let secret = app.rng.token();
        // The response with the redirect may be lost; it can then be read once more.
        let former = ended.then_some(browser.0.as_str());
        store::identity::change_secret(tx, dialogue.id, &hash(&secret), former).await?;
        renewed.session = Some(secret);
    }
    if let Some(person) = session.person().filter(|_| proved) {
        let secret = app.rng.token();
        let (former, hash) = (visitor.known.as_deref(), hash(&secret));
        let person = &person.iin;
        store::identity::know_browser(tx, former, &hash, person, now).await?;
        renewed.known = Some(secret);
    }
    Ok(renewed)
}

impl Renewed {
    pub fn answer(self, app: &App, dialogue: &Dialogue) -> Response {
        let config = &app.config;
        let session = self.session.map(|it| (SET_COOKIE, cookie::SESSION.set(config, &it)));
        let known = self.known.map(|it| (SET_COOKIE, cookie::BROWSER.set(config, &it)));
        let cookies = AppendHeaders(session.into_iter().chain(known).collect::<Vec<_>>());
        (cookies, Json(view::of(app, dialogue, app.now()))).into_response()
    }
}
