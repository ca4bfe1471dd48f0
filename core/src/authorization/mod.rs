//! The authorization server's rules: FAPI 2.0 Security Profile with PAR, PKCE, RAR and sender-constrained tokens, and OpenID
//! Connect on it.
//!
//! ```text
//! pushed ──grant──▶ granted ──redeem──▶ redeemed (a second time: everything it gave ends)
//!    └────refuse──▶ refused
//! ```
//!
//! Expiry is not a state: a link lives for five minutes, a code for one.

mod client;
mod code;
mod denial;
mod grant;
pub mod openid;
mod parameters;
mod push;
pub mod userinfo;

pub use client::{ASSERTION_TYPE, Assertion, Claims};
pub use code::{Authorization, Code, Stage};
pub use denial::{Denial, OAuthError};
pub use grant::{
    FindGrants, FoundGrant, FoundGrants, GrantAction, GrantDetails, GrantScope, GrantTokenClaims,
    GrantView, QUERY_SCOPE, REVOKE_SCOPE, unknown as unknown_grant,
};
pub use parameters::Parameters;
pub use push::Pushed;

use chrono::TimeDelta;

/// FAPI 2.0 §5.3.2.2: less than 600 s.
pub const REQUEST_LIFETIME: TimeDelta = TimeDelta::seconds(300);
/// FAPI 2.0 §5.3.2.1: at most 60 s.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::seconds(60);
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::seconds(300);

/// RFC 9126 §2.2.
pub const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
