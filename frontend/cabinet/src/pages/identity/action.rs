//! What the client can do in a session, each a `POST` that answers how the session stands.

use senim_core::identity::view::{
    AnswerAgreement, AnswerConsent, ChooseLanguage, ConfirmIin, EnterCode, IdentityView,
};
use senim_kit::api::{self, Nothing, Trouble};

#[derive(Clone)]
pub(crate) enum Action {
    Agreement(AnswerAgreement),
    Iin(ConfirmIin),
    Code(EnterCode),
    SendCode,
    Consent(AnswerConsent),
    Language(ChooseLanguage),
    Abandon,
}

impl Action {
    /// Tells apart which button is at work.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Agreement(answer) if answer.accept => "accept",
            Self::Agreement(_) => "refuse",
            Self::Iin(_) => "iin",
            Self::Code(_) => "code",
            Self::SendCode => "send-code",
            Self::Consent(answer) if answer.approve => "approve",
            Self::Consent(_) => "withhold",
            Self::Language(_) => "language",
            Self::Abandon => "abandon",
        }
    }

    pub(crate) async fn send(&self) -> Result<IdentityView, Trouble> {
        match self {
            Self::Agreement(answer) => api::post("/api/identity/agreement", answer).await,
            Self::Iin(iin) => api::post("/api/identity/iin", iin).await,
            Self::Code(code) => api::post("/api/identity/code", code).await,
            Self::SendCode => api::post("/api/identity/code/send", &Nothing {}).await,
            Self::Consent(answer) => api::post("/api/identity/consent", answer).await,
            Self::Language(choice) => api::post("/api/identity/language", choice).await,
            Self::Abandon => api::post("/api/identity/abandon", &Nothing {}).await,
        }
    }
}
