//! Passkeys: the client adds, sees and removes them in the cabinet, and opens the cabinet with one. One file a use case; what an
//! authenticator's answer must say is core's.

mod add;
mod challenge;
mod end;
mod list;
mod remove;
mod sign_in;

pub(crate) use end::{all_of, end, expire, forget_challenges};
pub(crate) use list::shown;

use crate::caller::Client;
use crate::callers::{Room, by, by_anyone};

pub fn routes() -> Room {
    Room::default()
        .get("/api/cabinet/passkeys", by::<Client>(), list::list)
        .post("/api/cabinet/passkeys", by::<Client>(), add::add)
        .post("/api/cabinet/passkeys/challenge", by::<Client>(), add::ask)
        .post("/api/cabinet/passkeys/{id}/remove", by::<Client>(), remove::remove)
        .post("/api/cabinet/sign-in/passkey", by_anyone(), sign_in::sign_in)
        .post("/api/cabinet/sign-in/passkey/challenge", by_anyone(), sign_in::ask)
}
