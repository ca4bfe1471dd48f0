//! Error responses of OAuth endpoints: an OAuth error with the problem of our catalogue.

use crate::problem::Problem;

/// RFC 6749 §5.2, Grant Management for OAuth 2.0, RFC 7009 §2.2.1, RFC 8707 §2, RFC 9396 §5, RFC 9449 §5, OpenID Connect Core
/// §3.1.2.6 and its error code for unmet requirements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthError {
    AccessDenied,
    InvalidAuthorizationDetails,
    InvalidClient,
    InvalidDpopProof,
    InvalidGrant,
    InvalidGrantId,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    LoginRequired,
    RegistrationNotSupported,
    ServerError,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
}

impl OAuthError {
    pub fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidClient => "invalid_client",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidGrantId => "invalid_grant_id",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::ServerError => "server_error",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
        }
    }

    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            Self::AccessDenied | Self::UnauthorizedClient => 403,
            Self::ServerError => 500,
            Self::InvalidAuthorizationDetails
            | Self::InvalidDpopProof
            | Self::InvalidGrant
            | Self::InvalidGrantId
            | Self::InvalidRequest
            | Self::InvalidScope
            | Self::InvalidTarget
            | Self::LoginRequired
            | Self::RegistrationNotSupported
            | Self::UnmetAuthenticationRequirements
            | Self::UnsupportedGrantType
            | Self::UnsupportedResponseType
            | Self::UnsupportedTokenType => 400,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", .error.code(), .problem.code())]
pub struct Denial {
    pub error: OAuthError,
    pub problem: Problem,
    /// For `error_description`: what to change.
    pub description: &'static str,
}

impl Denial {
    pub fn new(error: OAuthError, problem: Problem) -> Self {
        Self { error, problem, description: problem.title() }
    }

    /// A parameter violates the standard.
    pub fn request(description: &'static str) -> Self {
        Self { error: OAuthError::InvalidRequest, problem: Problem::RequestMalformed, description }
    }

    pub fn details(description: &'static str) -> Self {
        let error = OAuthError::InvalidAuthorizationDetails;
        Self { error, problem: Problem::RequestMalformed, description }
    }

    pub fn client(problem: Problem) -> Self {
        Self::new(OAuthError::InvalidClient, problem)
    }

    pub fn grant(problem: Problem) -> Self {
        Self::new(OAuthError::InvalidGrant, problem)
    }

    pub fn dpop(problem: Problem) -> Self {
        Self::new(OAuthError::InvalidDpopProof, problem)
    }

    /// The participant is suspended: no token (OAPI-5).
    pub fn standing(problem: Problem) -> Self {
        Self::new(OAuthError::UnauthorizedClient, problem)
    }

    /// OAuth has no status for a body that is too large.
    pub fn status(&self) -> u16 {
        let too_large = self.problem == Problem::BodyTooLarge;
        if too_large { self.problem.status() } else { self.error.status() }
    }

    /// JSON of RFC 6749 §5.2 with our problem beside it.
    pub fn body(&self) -> String {
        let body = serde_json::json!({
            "error": self.error.code(),
            "error_description": self.description,
            "problem": self.problem.code(),
        });
        body.to_string()
    }

    /// RFC 9110 §15.5.2: a 401 names a way to authenticate, in `WWW-Authenticate`.
    pub fn challenge(&self) -> Option<&'static str> {
        (self.status() == 401).then_some("private_key_jwt")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_has_the_status_of_its_error_and_both_codes_in_its_body() {
        for (denial, status, challenge) in [
            (Denial::client(Problem::ClientUnknown), 401, Some("private_key_jwt")),
            (Denial::grant(Problem::CodeExpired), 400, None),
            (Denial { problem: Problem::BodyTooLarge, ..Denial::request("too large") }, 413, None),
        ] {
            assert_eq!((denial.status(), denial.challenge()), (status, challenge));
            let body: serde_json::Value = serde_json::from_str(&denial.body()).unwrap();
            assert_eq!(body["error"], denial.error.code());
            assert_eq!(body["problem"], denial.problem.code());
        }
    }
}
