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
        tries_left: u8,
        /// Why the last IIN of a sign-in was refused, after a live person was seen: a problem code.
        last_problem: Option<String>,
    },
    /// The camera: liveness and match.
    Liveness {
        checks_left: u8,
        /// Why the last check failed: a problem code. The degree of a failed match is never disclosed.
        last_problem: Option<String>,
        /// Which solution's front part the next check goes to; absent: the widget's, and its challenge.
        front: Option<FrontView>,
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
        /// What the last check failed by, where that led to the block: a problem code.
        reason: Option<String>,
    },
    /// On a phone that opened the link: the first device confirms the number, then the phone has the camera step.
    PhoneWaits { number: u8 },
    /// On a phone: its part is over, and the first device goes on.
    PhoneDone {
        /// Why the session has failed, if it has: a problem code.
        problem: Option<String>,
    },
}

/// Who has the camera step, while a phone has to do with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PhoneView {
    /// A link is shown and no phone has opened it yet.
    Offered { until: Timestamp },
    /// A phone has opened it and shows this number.
    Opened { number: u8 },
    /// The phone has the camera step.
    Acting,
    /// This device is the phone.
    This,
}

/// A solution with a front part of its own, to which the next check goes (BIO-5). The page shows it in a frame of its own origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FrontView {
    /// Its name, as its requests are counted.
    pub solution: String,
    /// Whose it is, as people read it.
    pub vendor: String,
    /// The address of the front part.
    pub page: String,
    /// Its origin (RFC 6454 §6.2): of every message to and from the frame.
    pub origin: String,
    /// Present once the check has begun: what the frame is given.
    pub open: Option<OpenFrontView>,
}

/// A check that has begun at a front part. All that the frame is given, with the language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OpenFrontView {
    pub session: String,
    pub challenge: String,
    /// Its pack must arrive at the solution by then.
    pub expires_in_ms: u32,
}

/// `POST /api/identity/{session}/liveness/front/verdict`: how the frame ended. The solution's own word decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndFront {
    pub said: FrontSaid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FrontSaid {
    /// That its pack was sent.
    Sent,
    /// Nothing: it never said that it runs.
    NotReady,
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
    /// When the session ends unless the client stays; absent once it has ended, and on a phone.
    pub ends_at: Option<Timestamp>,
    /// How often the client can still stay.
    pub extensions_left: u8,
    pub phone: Option<PhoneView>,
    /// How many more links to a phone can be made.
    pub links_left: u8,
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

/// The answer to `POST /api/identity/{session}/phone`, whose body is `{}`: what the first device shows as a QR code.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PhoneLinkView {
    /// Its secret is in the fragment, which browsers send to no server. It works once.
    pub address: String,
    pub until: Timestamp,
}

/// `POST /api/identity/phone/open`, by the phone. Answers `IdentityView`, with a cookie that is good for the camera step.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenOnPhone {
    /// The fragment of the link.
    pub secret: String,
}

/// `POST /api/identity/{session}/phone/confirm`, by the first device.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompareNumbers {
    /// The number that the page showed.
    pub number: u8,
    /// Whether the phone shows the same.
    pub same: bool,
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
// `POST /api/identity/{session}/stay` takes `{}`: the client is still there; answers `IdentityView` with a later `ends_at`.
// `POST /api/identity/{session}/phone/take-back` takes `{}`: the first device has the camera step again; answers `IdentityView`.
// `POST /api/identity/{session}/abandon` takes `{}`: the client abandons it; answers `Failed` with the redirect.
// `POST /api/cabinet/sign-in` takes `{}`: opens a session whose end is the cabinet; answers `IdentityView`.

/// `POST /api/identity/{session}/language`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseLanguage {
    pub language: Language,
}
