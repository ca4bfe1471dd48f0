//! What the identity session's pages and the host say to each other.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::consent::view::ConsentRequestView;
use crate::id::SessionId;
use crate::liveness::challenge::{Nonce, Step};
use crate::participant::view::ParticipantName;
use crate::text::Language;

/// The parts of a session, in the order in which the client meets them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum StepView {
    /// The user agreement: core/src/consent/words.rs.
    Agreement {
        /// For how long the pictures of checks are kept.
        pictures_days: u16,
    },
    /// The client types their IIN.
    Iin {
        /// Absent in a sign-in to the cabinet, where nobody has named one yet.
        iin_masked: Option<String>,
    },
    /// The camera: liveness and match.
    Liveness {
        checks_left: u8,
        /// Why the last check failed: a problem code. Of a failed match the degree is never told.
        last_problem: Option<String>,
    },
    /// The code from the text message.
    Code {
        phone_masked: String,
        expires_at: Timestamp,
        tries_left: u8,
        /// Further messages that may be asked for.
        sms_left: u8,
    },
    /// Approve or refuse.
    Consent { consent: ConsentRequestView },
    /// Done; `redirect` leads back to the consumer, or into the cabinet.
    Passed { redirect: String },
    /// Over; `problem` says why, `redirect` leads back to the consumer with its error.
    Failed {
        problem: String,
        redirect: Option<String>,
        /// When liveness is blocked: until when (IDX-2).
        blocked_until: Option<Timestamp>,
    },
}

/// `GET /api/identity`, and the answer to every `POST` below that did what was asked.
///
/// A `POST` that was refused (a wrong code, a failed check) answers a problem with its code and status;
/// what it changed (tries left, the session's end) is then read with `GET`. Not approving the consent and
/// giving up are no refusals: they answer `Failed` with the way back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IdentityView {
    /// What the page names in the address of each `POST`: the cookie of a browser may meanwhile be another session's.
    pub session: SessionId,
    /// Who asks; absent in a sign-in to the cabinet.
    pub consumer: Option<ParticipantName>,
    pub language: Language,
    #[serde(flatten)]
    pub step: StepView,
    /// The server's moment, so that a page's countdown does not depend on the device's clock.
    pub now: Timestamp,
}

/// `POST /api/identity/{session}/agreement`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerAgreement {
    pub accept: bool,
    /// The language the client reads; the consent's text is made in it.
    pub language: Language,
}

/// `POST /api/identity/{session}/iin`. Text, so that a wrong check digit gets its own problem.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmIin {
    pub iin: String,
}

/// `POST /api/identity/{session}/code`. (`POST /api/identity/{session}/code/send` takes `{}` and sends another.)
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterCode {
    pub code: String,
}

/// `POST /api/identity/{session}/consent`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerConsent {
    pub approve: bool,
    /// Of the paragraphs that the page showed: [`crate::consent::words::hash`].
    pub text_hash: String,
}

/// `POST /api/identity/open`: what the link of the consumer says (RFC 9126 §4). Answers `IdentityView`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    pub client_id: String,
    pub request_uri: String,
    /// Take the session over from the browser that it is open in; it then starts again, with its counters as they are.
    #[serde(default)]
    pub take_over: bool,
}

/// The answer to `POST /api/identity/{session}/liveness/challenge`, whose body are the client's `Wishes`. Asked again while
/// it is open, the same one with less time left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChallengeView {
    pub nonce: Nonce,
    pub steps: Vec<Step>,
    /// How long each colour stands on the screen.
    pub colour_ms: u16,
    /// How long each of `fades` takes to come before.
    pub fade_ms: u16,
    /// Until then the last byte of the frames has arrived.
    pub expires_in_ms: u32,
    /// Further challenges that may be asked for.
    pub checks_left: u8,
}

// `POST /api/identity/{session}/liveness`: `application/vnd.senim.frames`, a pack of frames (core/src/liveness/pack.rs) made
// for the open challenge, at most 5 MB (BIO-2).
// `POST /api/identity/{session}/language` takes `{"language":"kk"}`.
// `POST /api/identity/{session}/abandon` takes `{}`: the client gives up; answers `Failed` with the redirect.
// `POST /api/cabinet/sign-in` takes `{}`: opens a session whose end is the cabinet; answers `IdentityView`.

/// `POST /api/identity/{session}/language`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseLanguage {
    pub language: Language,
}
