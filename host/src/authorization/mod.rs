//! The authorization server: FAPI 2.0 Security Profile (RFC 6749, 7009, 7636, 8414, 8705, 9126, 9396, 9449).

mod answer;
mod authorize;
mod client;
mod form;
mod jwks;
mod metadata;
mod par;
mod revoke;
mod token;

pub mod sweep;

pub use answer::Denied;
pub use authorize::{Begun, Outcome, begin, finish, pushed};

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::oauth))
        .route("/.well-known/openid-configuration", get(metadata::openid))
        .route("/jwks", get(jwks::show))
        .route("/par", post(par::push))
        .route("/token", post(token::issue))
        .route("/revoke", post(revoke::revoke))
}
