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
    activity {
        CaseClosed           = "case.closed",             409, "This case is closed already";
        DisownOwn            = "disown.own-session",      409, "This was done in the session that you are in now; withdraw the consent instead";
        DisownTwice          = "disown.reported",         409, "This has been reported already; your cabinet shows the number of the case";
    }
    agreement {
        AgreementEdition     = "agreement.edition-changed", 409, "Another edition of the user agreement is in force; read it before accepting";
        AgreementWithdrawn   = "agreement.withdrawn",     409, "The consent to processing was already taken back";
    }
    authorization {
        AuthorizationExpired = "authorization.expired",   400, "The link from your bank has expired; start again from your bank";
        AuthorizationUnknown = "authorization.unknown",   400, "This application did not push this authorization request; start again from your bank";
        AuthorizationUsed    = "authorization.used",      400, "The link from your bank has already been used; start again from your bank";
        ClientAssertion      = "client.assertion-invalid", 401, "The client assertion is invalid; check its signature, iss, sub, aud (the issuer, as a string), exp, iat, and that its jti is new";
        ClientCertificate    = "client.certificate-invalid", 401, "Connect with a TLS client certificate that is registered for this application's organisation";
        ClientUnknown        = "client.unknown",          401, "No application is registered with this client_id, or it is registered with another authentication method";
        CodeExpired          = "code.expired",            400, "The authorization code has expired (it is valid for 60 seconds); start a new authorization";
        CodeReplayed         = "code.replayed",           400, "The authorization code was used before, so the tokens issued for it are revoked; start a new authorization";
        CodeUnknown          = "code.unknown",            400, "This authorization code was not issued to this application";
        CodeVerifier         = "code.verifier-wrong",     400, "The code_verifier does not match the code_challenge of the pushed request";
        GrantScopeMissing    = "grant.scope",             403, "The token's scope does not cover this; get one with the scope that this endpoint needs";
        GrantUnknown         = "grant.unknown",           400, "No consent of this client stands under this grant_id for this application; ask the client for a new one";
        RefreshTokenInvalid  = "refresh-token.invalid",   400, "This refresh token was not issued to this application";
    }
    consent {
        ConsentAccount       = "consent.account-not-covered", 403, "The consent does not cover this account";
        ConsentChanged       = "consent.changed",         401, "The client has changed this consent; get an access token for what is left of it with your refresh token, and delete what it no longer covers";
        ConsentData          = "consent.data-not-covered", 403, "The consent does not cover this kind of data or these dates";
        ConsentEnded         = "consent.ended",           409, "The consent has already ended";
        ConsentEndedByOperator = "consent.ended-by-operator", 401, "The operator has ended the consent; delete the data you received under it";
        ConsentEndedByPlatform = "consent.ended-by-platform", 401, "The platform has ended the consent, for example because its code was used twice; delete the data you received and ask the client again";
        ConsentExpired       = "consent.expired",         401, "The consent has expired; ask the client for a new one";
        ConsentGivenBack     = "consent.given-back",      401, "You ended this consent by revoking a token; ask the client for a new one";
        ConsentFrequency     = "consent.frequency-exceeded", 429, "The client allows a limited number of requests a day to each provider while they are not there; wait for the time given in Retry-After";
        ConsentNotNarrower   = "consent.not-narrower",    422, "A change must leave less of the consent: fewer data, fewer providers, a shorter term; for more, the organisation asks the client again";
        ConsentProvider      = "consent.provider-not-covered", 403, "The consent does not cover this provider";
        ConsentPurpose       = "consent.purpose-not-covered", 403, "The client gave the consent for another purpose than Senim-Purpose names";
        ConsentRefused       = "consent.refused",         403, "The client refused the consent";
        ConsentSuperseded    = "consent.superseded",      401, "The same client has given you a newer consent for the same purpose; use its tokens";
        ConsentText          = "consent.text-changed",    409, "The consent text has changed since it was shown; read it again before approving";
        ConsentTooLong       = "consent.too-long",        422, "A consent can last at most 3650 days; omit the term for a consent that is valid until withdrawn";
        ConsentUnattended    = "consent.unattended-not-covered", 403, "The consent covers requests only while the client is there, and this one does not say so in x-fapi-auth-date and x-fapi-customer-ip-address";
        ConsentUsedUp        = "consent.used-up",         403, "The data could be read once, within ten minutes; ask the client again";
        ConsentWithdrawn     = "consent.withdrawn",       401, "The consent was ended before its term, for example by the client; delete the data you received under it";
    }
    http {
        BodyMalformed        = "body.malformed",          400, "The request body does not match what this endpoint expects; see the OpenAPI document";
        BodyMediaType        = "body.media-type",         415, "This endpoint does not accept this media type; see the OpenAPI document";
        BodyTooLarge         = "body.too-large",          413, "The request body is larger than this endpoint accepts";
        BodyTooSlow          = "body.too-slow",           408, "The request body did not arrive in time; send it again";
        Busy                 = "busy",                    503, "The server is handling too many requests at the moment; try again shortly";
        Forbidden            = "forbidden",               403, "You are not allowed to do this";
        HeadersTooLarge      = "headers.too-large",       431, "The request headers are larger than this endpoint accepts";
        Internal             = "internal",                500, "Something went wrong on our side; try again, and contact us if it happens again";
        MethodNotAllowed     = "method.not-allowed",      405, "This endpoint does not support this method";
        NotFound             = "not-found",               404, "Not found; check the address and the identifier in it";
        RateLimited          = "rate.limited",            429, "Too many requests; wait for the time given in Retry-After";
        RateQuota            = "rate.quota",              429, "The requests that the operator allows this application in a day are used up; wait for the time given in Retry-After";
        RequestMalformed     = "request.malformed",       400, "A request parameter is missing or invalid; check it against the standard";
        SignedOut            = "signed-out",              401, "You are not signed in; sign in and try again";
    }
    identity {
        ChallengeElsewhere   = "challenge.another-solution", 409, "This check goes by another way than the one asked for; read the session to see which";
        ChallengeExpired     = "challenge.expired",       410, "The challenge has expired; request a new one";
        ChallengeNone        = "challenge.none-open",     409, "No challenge is open; request one, then send its frames once";
        FramesAnother        = "frames.another-session",  422, "These frames belong to another challenge";
        FramesChain          = "frames.chain-broken",     422, "The chain of digests over the frames is broken; send the pack exactly as the widget made it";
        FramesCut            = "frames.cut-off",          400, "The pack of frames is truncated; send it again while the challenge is open";
        FramesMalformed      = "frames.malformed",        400, "The body is not a pack of frames (application/vnd.senim.frames)";
        FramesOrder          = "frames.out-of-order",     422, "Frames are missing, duplicated or out of order";
        FrontNothing         = "front.nothing-arrived",   422, "No pictures have reached the solution, and the check is used up; ask for another and stay until the pictures are sent";
        IdentityAbandoned    = "identity.abandoned",      403, "The client left before the session was finished";
        IdentityAgreement    = "identity.agreement-refused", 403, "The user agreement was not accepted, so the session has ended";
        IdentityAgreementWithdrawn = "identity.agreement-withdrawn", 403, "The consent to processing was taken back, so the session has ended; accept the user agreement in a new one";
        IdentityBlocked      = "identity.blocked",        429, "Too many liveness checks; wait for the time given in Retry-After";
        IdentityCodeExpired  = "identity.code-expired",   422, "The code has expired; request a new one";
        IdentityCodeWrong    = "identity.code-wrong",     422, "The code is wrong; enter the code from the latest text message";
        IdentityEnded        = "identity.ended",          410, "This session has ended; start again from your bank";
        IdentityExpired      = "identity.expired",        410, "The session's time is over; start again from your bank";
        IdentityIinMismatch  = "identity.iin-mismatch",   422, "This is not the IIN in your bank's request; check it";
        IdentityLocked       = "identity.locked",         403, "The person with this IIN has reported something done in their name as not theirs, so organisations' requests about them are refused for a while; the cabinet stays open to them";
        IdentityMinor        = "identity.minor",          403, "This service is for persons of 18 years and older";
        IdentityMoved        = "identity.moved",          410, "The session goes on in another browser, where it was opened later; this page can do nothing more";
        IdentityNoMatch      = "identity.no-match",       422, "The face does not match the photo in the state register";
        IdentityNoMoreTime   = "identity.no-more-time",   409, "The session can't be extended any more; finish it before it ends";
        IdentityNoPhone      = "identity.no-phone",       403, "No phone number has been confirmed for this person yet: the first session must come from a bank or another participant, whose request names the number";
        IdentityNoSession    = "identity.no-session",     401, "This browser has no open session; start again from your bank";
        IdentityNotCapable   = "identity.not-capable",    403, "According to the state register this person can't act for themselves";
        IdentityNotLive      = "identity.not-live",       422, "We could not verify that a live person is in front of the camera; turn up the screen brightness, move out of direct sunlight and try again";
        IdentityNotResident  = "identity.not-resident",   403, "This service is for citizens of Kazakhstan and for foreigners and stateless persons who live here permanently";
        IdentityOpenElsewhere = "identity.open-elsewhere", 409, "The session is open in another browser; continue there, or confirm that you want to continue here";
        IdentityOtherSession = "identity.other-session",  409, "Another session is now open in this browser; reload the page";
        IdentityOutOfOrder   = "identity.out-of-order",   409, "The session is at another step; reload the page";
        IdentityPhoneCameraOnly = "identity.phone-camera-only", 403, "This phone may do the camera step and nothing else; go on on the device where the session began";
        IdentityPhoneHasCamera = "identity.phone-has-camera", 409, "The camera step is on the phone; finish it there, or take it back";
        IdentityPhoneLink    = "identity.phone-link",     410, "The link to the phone was used, has expired or was replaced; show a new one";
        IdentityPhoneLinksExhausted = "identity.phone-links-exhausted", 429, "No more links to a phone can be made in this session";
        IdentityPhoneNumber  = "identity.phone-number",   409, "No phone waits with this number; read where the session stands";
        IdentitySmsExhausted = "identity.sms-exhausted",  429, "No more text messages can be sent in this session";
        IdentitySourceDown   = "identity.source-down",    503, "The state register is not responding; try again shortly";
        IdentitySourcePhoto  = "identity.source-photo",   502, "The photo in the state register can't be used for matching; apply to the register for a new photo";
        IdentityTooManyCodes = "identity.too-many-codes", 403, "The session has ended after three wrong codes; start again";
        IdentityUnknown      = "identity.unknown-person", 404, "The state register has no person with this IIN";
        IinInvalid           = "iin.invalid",             422, "The IIN is invalid: it must be twelve digits that begin with a birth date, with a correct check digit";
    }
    log {
        LogPruned            = "log.pruned",              410, "The log's term for this entry is over and it was deleted; /log/minimum names the first one that is left, /log/retention the rule";
    }
    operator {
        OperatorSignIn       = "operator.sign-in",        401, "The user name, password or one-time code is wrong";
    }
    participant {
        ParticipantNotConsumer = "participant.not-consumer", 403, "This participant is not accredited as a consumer";
        ParticipantStanding  = "participant.standing",    409, "The participant already has this standing";
        ParticipantSuspended = "participant.suspended",   403, "This participant is suspended; contact the operator";
        ParticipantUnknown   = "participant.unknown",     403, "No participant is registered with this certificate";
    }
    passkey {
        PasskeyAdded         = "passkey.already-added",   409, "This passkey, or the device that it is on, opens the cabinet already";
        PasskeyCamera        = "passkey.camera-needed",   403, "This needs a session that was opened with the camera, and adding a passkey one opened within the last 15 minutes; sign in with the camera";
        PasskeyCopied        = "passkey.copied",          403, "Somebody may have copied this passkey, so it opens the cabinet no more; sign in with the camera and look at what was done";
        PasskeyInvalid       = "passkey.invalid",         422, "This is not a passkey's answer to this page's question; try again, or sign in with the camera";
        PasskeyLate          = "passkey.too-late",        410, "The passkey was shown too late, or its answer was used before; try again";
        PasskeyLocked        = "passkey.locked",          403, "You reported something as not yours, so no passkey can be added until the time that your activity page shows";
        PasskeyTooMany       = "passkey.too-many",        409, "No more passkeys can be added; remove one first";
        PasskeyUnknown       = "passkey.unknown",         403, "This passkey opens no cabinet: it was removed, or its term is over; sign in with the camera";
    }
    personal {
        PersonalDataNotAllowed = "personal-data.not-allowed", 403, "Participants of your kind receive no personal data; ask for authentication without them";
    }
    photo {
        PhotoAnimated        = "photo.animated",          422, "The image is animated; send a still photo";
        PhotoBroken          = "photo.broken",            422, "The image is truncated or damaged; send it again";
        PhotoCheckOffline    = "photo.check-offline",     409, "Photos of this person did not match three times; verify the person offline and report it, then try again";
        PhotoConfirmation    = "photo.confirmation-invalid", 403, "The confirmation of the client's consent is invalid; check that your certificate's key signed it, and its typ, request, consent and iat";
        PhotoNoFace          = "photo.no-face",           422, "No face was found in the image";
        PhotoNotAnImage      = "photo.not-an-image",      422, "The file is not a JPEG or PNG image";
        PhotoNotMatched      = "photo.not-matched",       409, "Only a match of 85 % or more can be accepted";
        PhotoPersonalData    = "photo.personal-data",     403, "Participants of your kind receive no personal data from photo matching";
        PhotoRulesFailed     = "photo.rules-failed",      422, "The photo breaks one or more photo rules; see which in `failed` and take another";
        PhotoTooManyFaces    = "photo.several-faces",     422, "More than one face is in the image";
        PhotoTooFew          = "photo.too-few",           422, "Too few images; send at least three";
        PhotoTooLarge        = "photo.too-large",         413, "The images of one check must not exceed 5 MB in total";
        PhotoTooLate         = "photo.too-late",          410, "A match must be accepted within ten minutes; send a new matching request";
        PhotoTooMany         = "photo.too-many",          422, "Too many images; send at most 96";
        PhotoTooManyPixels   = "photo.too-many-pixels",   422, "The image has too many pixels: the limit is 12 megapixels for a photo and 1.5 for a frame of a check (the camera sends 1280 × 720)";
        PhotoTooSmall        = "photo.too-small",         422, "The image is smaller than 640 × 360 pixels";
        PhotoUsername        = "photo.username",          403, "The username does not match the system name in your certificate";
    }
    routing {
        DpopInvalid          = "dpop.invalid",            401, "The DPoP proof does not match this request or token, or has expired; make a new one";
        DpopMissing          = "dpop.missing",            401, "The access token is bound to a DPoP key; send a proof in the DPoP header";
        DpopNonce            = "dpop.nonce-needed",       401, "Make a new DPoP proof with the nonce in this answer's DPoP-Nonce header; each edge node takes only its own";
        DpopReplayed         = "dpop.replayed",           401, "This DPoP proof was used before; make a new one for each request";
        EdgeStale            = "edge.stale",              503, "This edge has lost contact with the platform and rejects requests until it is restored; try again shortly";
        ProviderAmbiguous    = "provider.ambiguous",      400, "The consent names several providers; choose one in the Senim-Provider header";
        ProviderAnswer       = "provider.answer-invalid", 502, "The provider's response does not conform to the standard";
        ProviderFailed       = "provider.failed",         502, "The provider responded with a server error";
        ProviderNotStanding  = "provider.not-standing",   403, "The provider is suspended or not accredited as a provider";
        ProviderRateLimited  = "provider.rate-limited",   429, "The provider is limiting requests; try again later, after the time in Retry-After where it is given";
        ProviderSlow         = "provider.too-slow",       504, "The provider did not respond in time";
        ProviderUnavailable  = "provider.unavailable",    503, "The provider is unavailable; try again later, after the time in Retry-After where it is given";
        ProviderUnreachable  = "provider.unreachable",    502, "The provider can't be reached";
        TokenAlgorithm       = "token.algorithm",         401, "The token's signature algorithm is not accepted";
        TokenAudience        = "token.audience",          401, "The token was issued for another audience";
        TokenBinding         = "token.binding",           401, "The token is bound to another certificate or key";
        TokenEarly           = "token.early",             401, "The token is not valid yet; check your clock";
        TokenExpired         = "token.expired",           401, "The token has expired; use the refresh token";
        TokenMalformed       = "token.malformed",         401, "The token is malformed";
        TokenMissing         = "token.missing",           401, "Send the access token in the Authorization header";
        TokenSignature       = "token.signature",         401, "The token's signature is not the platform's";
    }
    solution {
        SolutionAnswer         = "solution.answer-invalid",   502, "The biometric solution's response violates its contract; choose another solution or try again";
        SolutionFailed         = "solution.failed",           502, "The biometric solution responded with a server error; choose another solution or try again";
        SolutionFront          = "solution.front-failed",     502, "The check of another solution failed by that solution's fault; it does not count, and the next check goes to another solution";
        SolutionNone           = "solution.none-available",   503, "No biometric solution is available; try again shortly";
        SolutionSlow           = "solution.too-slow",         504, "The biometric solution did not respond in time; choose another solution or try again";
        SolutionUnavailable    = "solution.unavailable",      503, "The biometric solution is unhealthy or under maintenance; choose another solution or try again later";
        SolutionUnknown        = "solution.unknown",          422, "No biometric solution with this name is connected";
        SolutionUnreachable    = "solution.unreachable",      502, "The biometric solution can't be reached; choose another solution or try again";
    }
    signals {
        DeletionAttestation  = "deletion.attestation-invalid", 422, "The attestation is invalid; check that your application's key or your certificate's signed it, and its typ, iss, aud, iat, set, consent_id and deleted_at";
    }
    storage {
        StorageFull          = "storage.full",            503, "The platform has no storage left for new sessions; try again later";
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
    fn every_problem_is_found_by_its_code_and_has_a_title() {
        for &problem in Problem::ALL {
            assert_eq!(Problem::by_code(problem.code()), Some(problem));
            assert!(problem.title().len() > 10, "{}", problem.code());
            assert!((400..600).contains(&problem.status()));
        }
    }
}
