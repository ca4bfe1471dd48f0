//! The client who is signed in to the cabinet (CNS-3).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_core::id::{Iin, SessionId};
use senim_core::problem::Problem;
use senim_store as store;

use crate::app::App;
use crate::caller::browser::Browser;
use crate::callers::{Caller, Who};
use crate::http::problem::Refusal;

pub struct Client {
    pub session: SessionId,
    pub iin: Iin,
    pub name: String,
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
        let person = dialogue.content.session.person().ok_or(Problem::SignedOut)?;
        Ok(Self {
            session: dialogue.id,
            iin: person.iin.clone(),
            name: dialogue.content.client_name.clone().unwrap_or_default(),
        })
    }
}
