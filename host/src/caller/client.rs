//! The client who is signed in to the cabinet (CNS-3).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_core::Timestamp;
use senim_core::id::{Iin, PasskeyId, SessionId};
use senim_core::identity::cabinet::{Act, OpenedWith};
use senim_core::problem::Problem;
use senim_core::text::Language;
use senim_store as store;

use crate::app::App;
use crate::caller::browser::Browser;
use crate::callers::{Caller, Who};
use crate::http::problem::Refusal;

pub struct Client {
    pub session: SessionId,
    pub iin: Iin,
    pub name: String,
    /// Surname, name and patronymic.
    pub full_name: String,
    pub language: Language,
    /// What opened the session in place of the camera.
    pub passkey: Option<PasskeyId>,
    opened_with: OpenedWith,
    proved_at: Timestamp,
}

impl Client {
    /// Refuses what this session may not do (core/src/identity/cabinet).
    pub fn may(&self, act: Act, now: Timestamp) -> Result<(), Problem> {
        self.opened_with.check(act, self.proved_at, now)
    }
}

impl Caller for Client {
    const WHO: Who = Who::Client;
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let app = App::from_ref(state);
        let browser = Browser::of(&app.config, &parts.headers).ok_or(Problem::SignedOut)?;
        let dialogue = app
            .store
            .read("cabinet.client", async |tx| store::identity::by_secret(tx, &browser.0).await)
            .await?;
        let now = app.now();
        let signed_in = dialogue.filter(|it| it.cabinet_until.is_some_and(|until| now < until));
        let dialogue = signed_in.ok_or(Problem::SignedOut)?;
        let session = &dialogue.content.session;
        let person = session.person().ok_or(Problem::SignedOut)?;
        let proved_at = session.proved_at().or(session.ended_at()).ok_or(Problem::SignedOut)?;
        Ok(Self {
            session: dialogue.id,
            iin: person.iin.clone(),
            name: dialogue.content.client_name.clone().unwrap_or_default(),
            full_name: dialogue.content.full_name.clone().unwrap_or_default(),
            language: session.language(),
            passkey: dialogue.content.passkey,
            opened_with: dialogue.content.opened_with(),
            proved_at,
        })
    }
}
