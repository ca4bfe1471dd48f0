//! Access token claims (RFC 9068, RFC 9396 §7, draft-ietf-oauth-status-list).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::consent::{Limits, PurposeCode};
use crate::id::{Bin, ConsentId, Iin};
use crate::json::NumericDate;

/// The claims of an access token, a JWS of [`TokenClaims::TYPE`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenClaims {
    /// The platform: its issuer URL.
    pub iss: String,
    /// The client's pseudonym at this consumer.
    pub sub: String,
    /// The edge's URL.
    pub aud: String,
    /// The application that the token was issued to.
    pub client_id: String,
    /// Epoch seconds.
    pub exp: i64,
    /// Epoch seconds.
    pub iat: i64,
    /// Epoch seconds. The platform issues none, but one that is present is checked (RFC 7519 §4.1.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<NumericDate>,
    pub jti: String,
    /// Scopes separated by spaces, including [`TokenClaims::SCOPE`].
    pub scope: String,
    pub cnf: Confirmation,
    /// Exactly one.
    pub authorization_details: Vec<GrantedDetails>,
    pub status: Status,
}

impl TokenClaims {
    /// The `typ` of the token's header (RFC 9068 §2.1).
    pub const TYPE: &str = "at+jwt";
    pub const SCOPE: &str = "accounts";
}

/// What the token is bound to: at least one of the two (RFC 8705 §3.1, RFC 9449 §6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// SHA-256 of the client's certificate in base64url.
    #[serde(rename = "x5t#S256", default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Thumbprint of the client's DPoP key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
}

/// The token's consent, as the client granted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedDetails {
    /// [`crate::consent::DETAILS_TYPE`].
    #[serde(rename = "type")]
    pub kind: String,
    pub consent_id: ConsentId,
    pub consumer: Bin,
    pub client: GrantedClient,
    pub providers: BTreeSet<Bin>,
    #[serde(flatten)]
    pub limits: Limits,
    /// What the client gave the consent for; absent in tokens of before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PurposeCode>,
    /// The consent's end in epoch seconds; absent: until withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedClient {
    pub iin: Iin,
}

/// Reference to the consent's place in the status list (draft-ietf-oauth-status-list §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub status_list: StatusRef,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRef {
    pub idx: u64,
    /// The list's address, which is also its `sub`.
    pub uri: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_what_it_says() {
        let text = r#"{"iss":"https://senim","sub":"p","aud":"https://edge","client_id":"app","exp":2,"iat":1,
            "jti":"j","scope":"accounts","cnf":{"x5t#S256":"t"},"authorization_details":[{
            "type":"account_information","consent_id":"cns_000000000000000000000000000000ab",
            "consumer":"960440000151","client":{"iin":"900101300017"},"providers":["960440000151"],
            "data":["accounts"],"transactions_from":"2026-01-31","expires_at":9}],
            "status":{"status_list":{"idx":7,"uri":"https://senim/edge/status-list"}}}"#;
        let claims: TokenClaims = serde_json::from_str(text).unwrap();
        assert_eq!(claims.cnf.certificate.as_deref(), Some("t"));
        assert_eq!(claims.authorization_details[0].expires_at, Some(9));
        let again = serde_json::to_value(&claims).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert!(!format!("{claims:?}").contains("960440000151\")"));
    }
}
