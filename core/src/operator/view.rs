//! Signing in to the operator's console.

use serde::{Deserialize, Serialize};

/// `POST /api/console/sign-in`. Answer: [`OperatorView`] and a cookie.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub name: String,
    pub password: String,
    /// Six digits of RFC 6238.
    pub code: String,
}

/// `GET /api/console/me`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OperatorView {
    pub name: String,
}
