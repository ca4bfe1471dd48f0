//! The catalogue of problems an API can answer with (RFC 9457).
//!
//! A code, once published, keeps its meaning. Retired codes stay listed and are never reused.

use std::collections::BTreeMap;

use serde_json::Value;

/// Declares the catalogue: a room, and in it a name, the code on the wire, the HTTP status, a sentence that says what to do.
macro_rules! problems {
    ($($room:ident { $($name:ident = $code:literal, $status:literal, $title:literal;)+ })+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Problem { $($($name),+),+ }

        impl Problem {
            pub const ALL: &[Self] = &[$($(Self::$name),+),+];

            pub fn code(self) -> &'static str {
                match self { $($(Self::$name => $code),+),+ }
            }
            pub fn status(self) -> u16 {
                match self { $($(Self::$name => $status),+),+ }
            }
            pub fn title(self) -> &'static str {
                match self { $($(Self::$name => $title),+),+ }
            }
            /// The room whose rule was broken.
            pub fn room(self) -> &'static str {
                match self { $($(Self::$name => stringify!($room)),+),+ }
            }
            pub fn by_code(code: &str) -> Option<Self> {
                match code { $($($code => Some(Self::$name),)+)+ _ => None }
            }
        }
    };
}

// A list a room, each in alphabetical order of codes.
problems! {
    authorization {
        AuthorizationExpired = "authorization.expired",   400, "The link from your bank has expired; start again from your bank";
        AuthorizationUnknown = "authorization.unknown",   400, "The link is not one that this client pushed; start again from your bank";
        AuthorizationUsed    = "authorization.used",      400, "The link from your bank has been used; start again from your bank";
        ClientAssertion      = "client.assertion-invalid", 401, "The client assertion does not fit: see its signature, iss, sub, aud (the issuer, as a string), exp, iat and a fresh jti";
        ClientCertificate    = "client.certificate-invalid", 401, "Open the connection with a certificate that is registered for this client's organisation";
        ClientUnknown        = "client.unknown",          401, "No application is registered with this client_id, or it proves itself in another way";
        CodeExpired          = "code.expired",            400, "The code has expired; it lives for 60 seconds";
        CodeReplayed         = "code.replayed",           400, "The code has been used before; what it gave has been taken back";
        CodeUnknown          = "code.unknown",            400, "The code is not one that was given to this client";
        CodeVerifier         = "code.verifier-wrong",     400, "The code_verifier is not the one whose challenge was pushed";
        RefreshTokenInvalid  = "refresh-token.invalid",   400, "The refresh token is not one that was given to this client";
    }
    consent {
        ConsentAccount       = "consent.account-not-covered", 403, "The consent does not cover this account";
        ConsentData          = "consent.data-not-covered", 403, "The consent does not cover this kind of data or these dates";
        ConsentEnded         = "consent.ended",           409, "The consent has already ended";
        ConsentEndedByOperator = "consent.ended-by-operator", 401, "The operator has ended the consent; delete what you hold under it";
        ConsentEndedByPlatform = "consent.ended-by-platform", 401, "The platform has ended the consent, as when its code was used twice; delete what you hold and ask the client again";
        ConsentExpired       = "consent.expired",         401, "The consent has expired; ask the client for a new one";
        ConsentGivenBack     = "consent.given-back",      401, "You gave the consent back by revoking a token; ask the client for a new one";
        ConsentProvider      = "consent.provider-not-covered", 403, "The consent does not cover this provider";
        ConsentRefused       = "consent.refused",         403, "The client refused the consent";
        ConsentSuperseded    = "consent.superseded",      401, "A newer consent of the same client for the same purpose took this one's place; use its tokens";
        ConsentText          = "consent.text-changed",    409, "What was approved is not what is asked for now; read the text again";
        ConsentTooLong       = "consent.too-long",        422, "A consent with a term lasts at most 3650 days; leave the term out for one until withdrawn";
        ConsentWithdrawn     = "consent.withdrawn",       401, "The consent has ended before its term, as when the client withdraws it; delete what you hold under it";
    }
    http {
        BodyMalformed        = "body.malformed",          400, "The body is not what this address expects; see the OpenAPI document";
        BodyMediaType        = "body.media-type",         415, "This address takes another media type; see the OpenAPI document";
        BodyTooLarge         = "body.too-large",          413, "The body is larger than this address accepts";
        BodyTooSlow          = "body.too-slow",           408, "The body did not arrive in time; send it again";
        Busy                 = "busy",                    503, "Too many requests are being worked on at the moment; try again shortly";
        Forbidden            = "forbidden",               403, "You may not do this";
        HeadersTooLarge      = "headers.too-large",       431, "The headers are larger than this address accepts";
        Internal             = "internal",                500, "Something went wrong on our side; the record says what";
        MethodNotAllowed     = "method.not-allowed",      405, "This address does not take this method";
        NotFound             = "not-found",               404, "There is no such thing";
        RateLimited          = "rate.limited",            429, "Too many requests; wait as long as Retry-After says";
        RequestMalformed     = "request.malformed",       400, "A parameter of the request is not what the standard says";
        SignedOut            = "signed-out",              401, "You are not signed in";
    }
    identity {
        ChallengeExpired     = "challenge.expired",       410, "The time for what was asked before the camera is over; ask for a new challenge";
        ChallengeNone        = "challenge.none-open",     409, "No challenge is open; ask for one, then send the frames once";
        FramesAnother        = "frames.another-session",  422, "The frames were made for another challenge";
        FramesChain          = "frames.chain-broken",     422, "The frames' chain of digests is broken; send the pack as the widget made it";
        FramesCut            = "frames.cut-off",          400, "The pack of frames is cut off; send it again while the challenge is open";
        FramesMalformed      = "frames.malformed",        400, "The body is not a pack of frames (application/vnd.senim.frames)";
        FramesOrder          = "frames.out-of-order",     422, "Frames are missing, doubled or out of order";
        IdentityAbandoned    = "identity.abandoned",      403, "The client left before the session was finished";
        IdentityAgreement    = "identity.agreement-refused", 403, "The agreement was not accepted, so the session has ended";
        IdentityBlocked      = "identity.blocked",        429, "Too many liveness checks; wait as long as Retry-After says";
        IdentityCodeExpired  = "identity.code-expired",   422, "The code has expired; ask for a new one";
        IdentityCodeWrong    = "identity.code-wrong",     422, "The code is not the one we sent";
        IdentityEnded        = "identity.ended",          410, "This session has ended; start again from your bank";
        IdentityExpired      = "identity.expired",        410, "The session took longer than 15 minutes and has ended; start again from your bank";
        IdentityIinMismatch  = "identity.iin-mismatch",   422, "This is not the IIN that your bank asked about";
        IdentityNoMatch      = "identity.no-match",       422, "The face does not match the photo in the state register";
        IdentityNoSession    = "identity.no-session",     401, "There is no open session in this browser; start again from your bank";
        IdentityNotLive      = "identity.not-live",       422, "We could not tell that a live person is in front of the camera; try again in a light room out of the sun, with the screen bright";
        IdentityOpenElsewhere = "identity.open-elsewhere", 409, "The session is open in another browser; say that it goes on here, or go on there";
        IdentityOtherSession = "identity.other-session",  409, "Another session is open in this browser now; load the page again";
        IdentityOutOfOrder   = "identity.out-of-order",   409, "The session is at another step; load the page again";
        IdentitySmsExhausted = "identity.sms-exhausted",  429, "No more text messages can be sent in this session";
        IdentitySourceDown   = "identity.source-down",    503, "The state register does not answer at the moment; try again shortly";
        IdentitySourcePhoto  = "identity.source-photo",   502, "The state register's photo of this person can't be used; ask the register for a new one";
        IdentityTooManyCodes = "identity.too-many-codes", 403, "Three wrong codes: the session has ended";
        IdentityUnknown      = "identity.unknown-person", 404, "The state register has no such person";
        IinInvalid           = "iin.invalid",             422, "An IIN is twelve digits, the last of which is a check digit; this one does not match";
    }
    operator {
        OperatorSignIn       = "operator.sign-in",        401, "The name, the password or the code is wrong";
    }
    participant {
        ParticipantNotConsumer = "participant.not-consumer", 403, "This participant is not accredited as a consumer";
        ParticipantStanding  = "participant.standing",    409, "The participant already has this standing";
        ParticipantSuspended = "participant.suspended",   403, "This participant is suspended; ask the operator";
        ParticipantUnknown   = "participant.unknown",     403, "No participant is registered with this certificate";
    }
    photo {
        PhotoAnimated        = "photo.animated",          422, "The picture is animated; send a single photograph";
        PhotoBroken          = "photo.broken",            422, "The picture is cut off or damaged; send it again";
        PhotoCheckOffline    = "photo.check-offline",     409, "Three photos of this person did not match; check the person offline and report it, then ask again";
        PhotoConfirmation    = "photo.confirmation-invalid", 403, "The confirmation of the client's consent does not fit: see its signature by your certificate's key, its typ, request, consent and iat";
        PhotoNoFace          = "photo.no-face",           422, "No face was found in the picture";
        PhotoNotAnImage      = "photo.not-an-image",      422, "The file is not a JPEG or PNG picture";
        PhotoNotMatched      = "photo.not-matched",       409, "Only a match of 85 % or more can be accepted";
        PhotoPersonalData    = "photo.personal-data",     403, "Your kind of participant gets no personal data from photo matching";
        PhotoRulesFailed     = "photo.rules-failed",      422, "The photo does not keep the rules; see what failed and take another";
        PhotoTooManyFaces    = "photo.several-faces",     422, "More than one face is in the picture";
        PhotoTooFew          = "photo.too-few",           422, "Too few pictures arrived; the camera should send at least three";
        PhotoTooLarge        = "photo.too-large",         413, "The pictures of one check are at most 5 MB together";
        PhotoTooLate         = "photo.too-late",          410, "A match can be accepted for ten minutes; ask again";
        PhotoTooMany         = "photo.too-many",          422, "Too many pictures arrived; the camera should send at most 96";
        PhotoTooManyPixels   = "photo.too-many-pixels",   422, "The picture has too many pixels: a photo has at most 12 megapixels, a frame of a check 1.5; the camera sends 1280 × 720";
        PhotoTooSmall        = "photo.too-small",         422, "The picture is smaller than 640 × 360";
        PhotoUsername        = "photo.username",          403, "The username is not the system name in your certificate";
    }
    routing {
        DpopInvalid          = "dpop.invalid",            401, "The DPoP proof does not fit this request, this token or this moment; make a fresh one";
        DpopMissing          = "dpop.missing",            401, "The token is bound to a DPoP key; send the DPoP header with a proof";
        DpopReplayed         = "dpop.replayed",           401, "This DPoP proof has been used before; make a fresh one for each request";
        EdgeStale            = "edge.stale",              503, "This edge has not heard from the platform for too long and refuses until it does; try again shortly";
        ProviderAmbiguous    = "provider.ambiguous",      400, "The consent names several providers; say which in the Senim-Provider header";
        ProviderAnswer       = "provider.answer-invalid", 502, "The provider answered what the standard does not allow";
        ProviderFailed       = "provider.failed",         502, "The provider answered with a failure of its own";
        ProviderNotStanding  = "provider.not-standing",   403, "The provider is not in standing at the moment";
        ProviderRateLimited  = "provider.rate-limited",   429, "The provider takes no more requests at the moment; try again later, or when Retry-After says";
        ProviderSlow         = "provider.too-slow",       504, "The provider did not answer in time";
        ProviderUnavailable  = "provider.unavailable",    503, "The provider is not available at the moment; try again later, or when Retry-After says";
        ProviderUnreachable  = "provider.unreachable",    502, "The provider can't be reached";
        TokenAlgorithm       = "token.algorithm",         401, "The token is signed with an algorithm that is not accepted";
        TokenAudience        = "token.audience",          401, "The token was issued for another audience";
        TokenBinding         = "token.binding",           401, "The token is bound to another certificate or key";
        TokenEarly           = "token.early",             401, "The token is not valid yet; check the clocks";
        TokenExpired         = "token.expired",           401, "The token has expired; use the refresh token";
        TokenMalformed       = "token.malformed",         401, "The token can't be read";
        TokenMissing         = "token.missing",           401, "Send the access token in the Authorization header";
        TokenSignature       = "token.signature",         401, "The token's signature is not the platform's";
    }
    solution {
        SolutionAnswer         = "solution.answer-invalid",   502, "The biometric solution answered what its contract does not allow; choose another or try again";
        SolutionFailed         = "solution.failed",           502, "The biometric solution answered with a failure of its own; choose another or try again";
        SolutionNone           = "solution.none-available",   503, "No biometric solution could answer at the moment; try again shortly";
        SolutionSlow           = "solution.too-slow",         504, "The biometric solution did not answer in time; choose another or try again";
        SolutionUnavailable    = "solution.unavailable",      503, "The biometric solution is under maintenance or not well at the moment; choose another or try again later";
        SolutionUnknown        = "solution.unknown",          422, "No biometric solution of this name is connected";
        SolutionUnreachable    = "solution.unreachable",      502, "The biometric solution can't be reached; choose another or try again";
    }
    storage {
        StorageFull          = "storage.full",            503, "The platform has no room for new sessions at the moment; try again later";
    }
}

impl Problem {
    /// Whose fault it is, where that is neither the caller's nor unknown (OAPI-16).
    pub fn fault(self) -> Option<&'static str> {
        let code = self.code();
        if matches!(
            self,
            Self::ProviderAnswer
                | Self::ProviderFailed
                | Self::ProviderRateLimited
                | Self::ProviderSlow
                | Self::ProviderUnavailable
                | Self::ProviderUnreachable
        ) {
            Some("provider")
        } else if self.room() == "solution" && self.status() >= 500 {
            Some("solution")
        } else if self.status() >= 500 {
            Some(if code.starts_with("identity.source") { "source" } else { "platform" })
        } else {
            None
        }
    }
}

/// An answer that refuses: the body of RFC 9457 with our `code` and `fault`, and what travels beside it. The one place
/// where a problem gets its form; hosts and edges only send it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemDocument {
    problem: Problem,
    status: u16,
    detail: Option<String>,
    members: BTreeMap<&'static str, Value>,
    retry_after_s: Option<u64>,
}

impl ProblemDocument {
    pub const MEDIA_TYPE: &str = "application/problem+json";
    /// Seconds, where nobody knows better: RFC 9110 §10.2.3.
    const RETRY_AFTER_S: u64 = 5;

    pub fn of(problem: Problem) -> Self {
        let status = problem.status();
        let retry_after_s = matches!(status, 429 | 503).then_some(Self::RETRY_AFTER_S);
        Self { problem, status, detail: None, members: BTreeMap::new(), retry_after_s }
    }

    /// What of this request it was; never what names a person.
    #[must_use]
    pub fn detail(self, detail: Option<impl Into<String>>) -> Self {
        Self { detail: detail.map(Into::into), ..self }
    }

    /// A further member (RFC 9457 §3.2).
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.insert(name, value.into());
        self
    }

    /// Another status than the catalogue's, where a contract says so.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Only where the status is one that it goes with; `None` where nobody can know it.
    #[must_use]
    pub fn retry_after_s(self, seconds: impl Into<Option<u64>>) -> Self {
        Self { retry_after_s: self.retry_after_s.and(seconds.into()), ..self }
    }

    pub fn problem(&self) -> Problem {
        self.problem
    }

    pub fn status(&self) -> u16 {
        self.status
    }

    /// Seconds, for the header `Retry-After`.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after_s
    }

    /// JSON.
    pub fn body(&self) -> String {
        let mut body = serde_json::json!({
            "type": format!("https://senim.kz/problems/{}", self.problem.code()),
            "code": self.problem.code(),
            "title": self.problem.title(),
            "status": self.status,
        });
        if let Some(fault) = self.problem.fault() {
            body["fault"] = fault.into();
        }
        if let Some(detail) = &self.detail {
            body["detail"] = detail.as_str().into();
        }
        for (name, value) in &self.members {
            body[*name] = value.clone();
        }
        body.to_string()
    }
}

/// On the wire and in stores a problem is its code.
impl serde::Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Problem {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = <String as serde::Deserialize>::deserialize(from)?;
        Self::by_code(&code).ok_or_else(|| serde::de::Error::custom("not a problem's code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_means_two_things() {
        let mut codes: Vec<_> = Problem::ALL.iter().map(|it| it.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Problem::ALL.len());
    }

    #[test]
    fn a_document_says_what_its_problem_says_and_what_was_added() {
        let document = ProblemDocument::of(Problem::EdgeStale)
            .detail(Some("for 6 s"))
            .with("failed", vec!["eyes"])
            .with_status(422)
            .retry_after_s(1);
        let body: Value = serde_json::from_str(&document.body()).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "type": "https://senim.kz/problems/edge.stale", "code": "edge.stale",
                "title": Problem::EdgeStale.title(), "status": 422, "fault": "platform",
                "detail": "for 6 s", "failed": ["eyes"],
            })
        );
        assert_eq!((document.status(), document.retry_after()), (422, Some(1)));
        let other = ProblemDocument::of(Problem::NotFound).retry_after_s(1);
        assert_eq!((other.status(), other.retry_after()), (404, None));
        let unknown = ProblemDocument::of(Problem::EdgeStale).retry_after_s(None);
        assert_eq!((unknown.status(), unknown.retry_after()), (503, None));
    }

    #[test]
    fn every_problem_is_found_by_its_code_and_tells_what_to_do() {
        for &problem in Problem::ALL {
            assert_eq!(Problem::by_code(problem.code()), Some(problem));
            assert!(problem.title().len() > 10, "{}", problem.code());
            assert!((400..600).contains(&problem.status()));
        }
    }
}
