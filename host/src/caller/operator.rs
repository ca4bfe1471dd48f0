//! The operator who is signed in to the console.

use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_core::jose::sha256_base64;
use senim_core::journal::Actor;
use senim_core::operator::session_holds;
use senim_core::operator::view::OperatorView;
use senim_core::problem::Problem;

use crate::app::App;
use crate::callers::{Caller, Who};
use crate::http::cookie;
use crate::http::problem::Refusal;
use senim_store as store;

/// How often an operator's presence is saved.
const SEEN_EVERY_MS: i64 = 60_000;

#[derive(Clone, Debug)]
pub struct Operator {
    pub name: String,
}

impl Operator {
    /// Their name in the journal.
    pub fn actor(&self) -> Actor {
        Actor::Operator(self.name.clone())
    }
}

impl Caller for Operator {
    const WHO: Who = Who::Operator;
}

impl<S: Send + Sync> FromRequestParts<S> for Operator
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let app = App::from_ref(state);
        let secret = cookie::CONSOLE.read(&app.config, &parts.headers).ok_or(Problem::SignedOut)?;
        let hash = sha256_base64(secret.as_bytes());
        let now = app.now();
        let session = app
            .store
            .read("operator.session", async |tx| store::operator::session(tx, &hash).await)
            .await?;
        let session = session.filter(|it| session_holds(it.opened_at, it.seen_at, now));
        let session = session.ok_or(Problem::SignedOut)?;
        app.budgets.browsers.found(&hash);
        if (now - session.seen_at).num_milliseconds() >= SEEN_EVERY_MS {
            app.store
                .transact("operator.seen", async |tx| store::operator::seen(tx, &hash, now).await)
                .await?;
        }
        Ok(Self { name: session.name })
    }
}

pub async fn me(operator: Operator) -> Json<OperatorView> {
    Json(OperatorView { name: operator.name })
}
