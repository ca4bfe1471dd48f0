//! What the platform answered.

use bytes::Bytes;
use http::header::AsHeaderName;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::ClientError;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a request was not answered as hoped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// The problem's code (RFC 9457), else OAuth's error (RFC 6749 §5.2).
    pub code: Option<String>,
    /// The platform's sentence about it.
    pub sentence: Option<String>,
}

/// What the token endpoint gave (RFC 6749 §5.1, RFC 9396 §7).
#[derive(Clone, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
    /// A refreshed token comes without one: it is not rotated (FAPI 2.0 §5.3.2.1), and the one that is there stays.
    pub refresh_token: Option<String>,
    /// With the code of an authentication: [`crate::Client::id_token`].
    #[serde(default)]
    pub id_token: Option<String>,
    #[serde(default)]
    pub authorization_details: Vec<Value>,
}

impl Answer {
    /// The value of a header, where it is text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer to what went well.
    pub fn ok(self) -> Result<Self, ClientError> {
        if self.status.is_success() { Ok(self) } else { Err(self.refusal().into()) }
    }

    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(ClientError::Answer)
    }

    pub fn refusal(&self) -> Refusal {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Body {
            code: Option<String>,
            title: Option<String>,
            problem: Option<String>,
            error: Option<String>,
            error_description: Option<String>,
        }
        let body: Body = serde_json::from_slice(&self.body).unwrap_or_default();
        Refusal {
            status: self.status,
            code: body.code.or(body.problem).or(body.error),
            sentence: body.title.or(body.error_description),
        }
    }
}
