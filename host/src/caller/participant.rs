//! The calling participant's system, identified by its certificate alone (PHM-4).

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use senim_channel::PeerCertificate;
use senim_core::jose::Jwk;
use senim_core::journal::Actor;
use senim_core::participant::{Kind, Participant, Standing};
use senim_core::problem::Problem;

use crate::app::App;
use crate::callers::{self, Who};
use crate::http::peer::Certificate;
use crate::http::problem::Refusal;
use senim_store as store;

/// Extracted before the body, so that an unknown caller's photo is not read.
pub struct Caller {
    pub participant: Participant,
    pub kind: Kind,
    /// The certificate's common name.
    pub system: String,
    /// The certificate's key; `None` if JOSE has no algorithm for it.
    pub key: Option<Jwk>,
}

impl callers::Caller for Caller {
    const WHO: Who = Who::Participant;
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    /// An active participant.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Shown { participant, kind, certificate } = shown(parts, state).await?;
        let PeerCertificate { common_name, key, .. } = certificate;
        if let Standing::Suspended { .. } = participant.standing {
            return Err(Problem::ParticipantSuspended.into());
        }
        Ok(Self { participant, kind, system: common_name.unwrap_or_default(), key })
    }
}

/// Whose certificate the connection has, whatever its standing.
pub(super) struct Shown {
    pub(super) participant: Participant,
    pub(super) kind: Kind,
    pub(super) certificate: PeerCertificate,
}

pub(super) async fn shown<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Shown, Refusal>
where
    App: FromRef<S>,
{
    let app = App::from_ref(state);
    let Ok(Certificate(certificate)) = Certificate::from_request_parts(parts, state).await;
    let certificate = certificate.ok_or(Problem::ClientCertificate)?;
    let found = app
        .store
        .read("participant.shown", async |tx| {
            store::participant::by_certificate(tx, &certificate.thumbprint).await
        })
        .await?;
    let (participant, kind) = found.ok_or(Problem::ParticipantUnknown)?;
    Ok(Shown { participant, kind, certificate })
}

impl Caller {
    /// PHM-4.
    pub fn check_username(&self, username: &str) -> Result<(), Problem> {
        let same = !username.is_empty() && username == self.system;
        if same { Ok(()) } else { Err(Problem::PhotoUsername) }
    }

    pub fn actor(&self) -> Actor {
        Actor::Participant(self.participant.bin)
    }
}
