//! The calling participant's system whatever its standing: who is suspended still owes deletion (OAPI-5).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_core::jose::Jwk;
use senim_core::journal::Actor;
use senim_core::participant::Participant;

use super::participant::{Shown, shown};
use crate::app::App;
use crate::callers::{self, Who};
use crate::http::problem::Refusal;

pub struct Party {
    pub participant: Participant,
    /// The certificate's key; `None` if JOSE has no algorithm for it.
    pub key: Option<Jwk>,
}

impl callers::Caller for Party {
    const WHO: Who = Who::Participant;
}

impl<S: Send + Sync> FromRequestParts<S> for Party
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Shown { participant, certificate, .. } = shown(parts, state).await?;
        let key = certificate.key;
        Ok(Self { participant, key })
    }
}

impl Party {
    pub fn actor(&self) -> Actor {
        Actor::Participant(self.participant.bin)
    }
}
