//! What the client can do in a session, each a `POST` that answers how the session stands.

use senim_core::id::SessionId;
use senim_core::identity::view::{
    AnswerAgreement, AnswerConsent, ChooseLanguage, CompareNumbers, ConfirmIin, EnterCode,
    IdentityView,
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
    /// The number on the phone was compared with the one here.
    Compare(CompareNumbers),
    TakeBack,
    Stay,
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
            Self::Compare(answer) if answer.same => "same",
            Self::Compare(_) => "other",
            Self::TakeBack => "take-back",
            Self::Stay => "stay",
            Self::Abandon => "abandon",
        }
    }

    /// In this session, whichever the browser's cookie belongs to by now.
    pub(crate) async fn send(&self, session: SessionId) -> Result<IdentityView, Trouble> {
        let path = |step: &str| format!("/api/identity/{session}/{step}");
        match self {
            Self::Agreement(answer) => api::post(&path("agreement"), answer).await,
            Self::Iin(iin) => api::post(&path("iin"), iin).await,
            Self::Code(code) => api::post(&path("code"), code).await,
            Self::SendCode => api::post(&path("code/send"), &Nothing {}).await,
            Self::Consent(answer) => api::post(&path("consent"), answer).await,
            Self::Language(choice) => api::post(&path("language"), choice).await,
            Self::Compare(answer) => api::post(&path("phone/confirm"), answer).await,
            Self::TakeBack => api::post(&path("phone/take-back"), &Nothing {}).await,
            Self::Stay => api::post(&path("stay"), &Nothing {}).await,
            Self::Abandon => api::post(&path("abandon"), &Nothing {}).await,
        }
    }
}
