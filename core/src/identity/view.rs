//! Requests and answers between the identity session's pages and the host.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::agreement::view::EditionView;
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
    /// The user agreement, in the edition that is in force.
    Agreement { agreement: EditionView },
    /// The client types their IIN.
    Iin {
        /// Absent in a sign-in to the cabinet.
        iin_masked: Option<String>,
    },
    /// The camera: liveness and match.
    Liveness {
        checks_left: u8,
        /// Why the last check failed: a problem code. The degree of a failed match is never disclosed.
        last_problem: Option<String>,
    },
    /// The code from the text message.
    Code {
        phone_masked: String,
        expires_at: Timestamp,
        tries_left: u8,
        /// How many more messages can be requested.
        sms_left: u8,
    },
    /// Approve or refuse.
    Consent { consent: ConsentRequestView },
    /// Passed; `redirect` leads back to the consumer, or into the cabinet.
    Passed { redirect: String },
    /// Failed; `problem` says why, `redirect` leads back to the consumer with its error.
    Failed {
        problem: String,
        redirect: Option<String>,
        /// If liveness is blocked: until when (IDX-2).
        blocked_until: Option<Timestamp>,
    },
}

/// `GET /api/identity`, and the answer to every successful `POST` below.
///
/// A refused `POST` (a wrong code, a failed check) answers a problem with its code and status;
/// read what it changed (tries left, the session's end) with `GET`. Refusing the consent and
/// abandoning the session are not refused: they answer `Failed` with the redirect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IdentityView {
    /// Part of the address of each `POST`, since the browser's cookie may by then be another session's.
    pub session: SessionId,
    /// The consumer; absent in a sign-in to the cabinet.
    pub consumer: Option<ParticipantName>,
    pub language: Language,
    #[serde(flatten)]
    pub step: StepView,
    /// The server's time, so that a page's countdown does not depend on the device's clock.
    pub now: Timestamp,
}

/// `POST /api/identity/{session}/agreement`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerAgreement {
    pub accept: bool,
    /// The edition that the page showed (OPS-9).
    pub edition: u32,
    /// The page's language, in which the agreement was read and the consent will be.
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
    /// The hash of the displayed texts: [`crate::consent::words::Agreed::hash`].
    pub text_hash: String,
}

/// `POST /api/identity/open`: the parameters of the consumer's link (RFC 9126 §4). Answers `IdentityView`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    pub client_id: String,
    pub request_uri: String,
    /// Take the session over from the browser in which it is open; it then starts over, but keeps its counters.
    #[serde(default)]
    pub take_over: bool,
}

/// The answer to `POST /api/identity/{session}/liveness/challenge`, whose body is `Wishes`. Requested again
/// while it is open, it is the same one with less time left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChallengeView {
    pub nonce: Nonce,
    pub steps: Vec<Step>,
    /// How long each colour is displayed.
    pub colour_ms: u16,
    /// How long each of `fades` takes before it.
    pub fade_ms: u16,
    /// The last byte of the frames must arrive by then.
    pub expires_in_ms: u32,
    /// How many more challenges can be requested.
    pub checks_left: u8,
}

// `POST /api/identity/{session}/liveness`: `application/vnd.senim.frames`, a pack of frames (core/src/liveness/pack.rs) made
// for the open challenge, at most 5 MB (BIO-2).
// `POST /api/identity/{session}/language` takes `{"language":"kk"}`.
// `POST /api/identity/{session}/abandon` takes `{}`: the client abandons it; answers `Failed` with the redirect.
// `POST /api/cabinet/sign-in` takes `{}`: opens a session whose end is the cabinet; answers `IdentityView`.

/// `POST /api/identity/{session}/language`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseLanguage {
    pub language: Language,
}
