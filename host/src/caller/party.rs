//! The calling participant's system whatever its standing: who is suspended still owes deletion (OAPI-5).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_channel::PeerCertificate;
use senim_core::jose::Jwk;
use senim_core::journal::Actor;
use senim_core::participant::Participant;
use senim_core::problem::Problem;

use crate::app::App;
use crate::callers::{self, Who};
use crate::http::peer::Certificate;
use crate::http::problem::Refusal;
use senim_store as store;

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
        let app = App::from_ref(state);
        let Ok(Certificate(shown)) = Certificate::from_request_parts(parts, state).await;
        let PeerCertificate { thumbprint, key, .. } = shown.ok_or(Problem::ClientCertificate)?;
        let found = app
            .store
            .read("signals.party", async |tx| {
                store::participant::by_certificate(tx, &thumbprint).await
            })
            .await?;
        let (participant, _) = found.ok_or(Problem::ParticipantUnknown)?;
        Ok(Self { participant, key })
    }
}

impl Party {
    pub fn actor(&self) -> Actor {
        Actor::Participant(self.participant.bin)
    }
}
