//! The operator's console: signing in with two factors, numbers of the last hour, participants, journal.

pub mod overview;
pub mod participants;
pub mod password;
pub mod sign_in;
pub mod totp;

mod operator;

pub use operator::Operator;

use crate::callers::{Room, by, by_anyone};
use crate::journal;
use crate::participant;

pub fn routes() -> Room {
    Room::default()
        .post("/api/console/sign-in", by_anyone(), sign_in::sign_in)
        .post("/api/console/sign-out", by_anyone(), sign_in::sign_out)
        .get("/api/console/me", by::<Operator>(), operator::me)
        .get("/api/console/overview", by::<Operator>(), overview::show)
        .get("/api/console/participants", by::<Operator>(), participants::list)
        .post(
            "/api/console/participants/{bin}/suspend",
            by::<Operator>(),
            participant::suspend::suspend,
        )
        .post(
            "/api/console/participants/{bin}/resume",
            by::<Operator>(),
            participant::resume::resume,
        )
        .get("/api/console/journal", by::<Operator>(), journal::search::search)
}
