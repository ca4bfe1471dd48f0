//! The authorization server: FAPI 2.0 Security Profile (RFC 6749, 7009, 7636, 8414, 8705, 9126, 9396, 9449) and OpenID
//! Connect.

mod answer;
mod application;
mod authorize;
mod form;
mod grants;
mod identity;
mod jwks;
mod metadata;
mod par;
mod revoke;
mod token;
mod userinfo;

pub mod sweep;

pub use answer::Denied;
pub use authorize::{Begun, Outcome, begin, finish, pushed, way_back};

use crate::caller::GrantToken;
use crate::callers::{Room, Who, by, by_anyone, by_proof};

pub fn routes() -> Room {
    Room::default()
        .get("/.well-known/oauth-authorization-server", by_anyone(), metadata::oauth)
        .get("/.well-known/openid-configuration", by_anyone(), metadata::openid)
        .get("/jwks", by_anyone(), jwks::show)
        .post("/par", by_proof(Who::Application), par::push)
        .post("/token", by_proof(Who::Application), token::issue)
        .post("/revoke", by_proof(Who::Application), revoke::revoke)
        .post("/grants/search", by::<GrantToken>(), grants::search)
        .get("/grants/{grant_id}", by::<GrantToken>(), grants::query)
        .delete("/grants/{grant_id}", by::<GrantToken>(), grants::revoke)
        .get("/userinfo", by_proof(Who::Token), userinfo::show)
        .post("/userinfo", by_proof(Who::Token), userinfo::show)
}
