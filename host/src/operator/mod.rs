//! Operators of the console: signing in with two factors.

mod add;
pub mod password;
mod sign_in;
pub mod totp;

pub use add::{OperatorError, add_operator};

use crate::caller::{self, Operator};
use crate::callers::{Room, by, by_anyone};

pub fn routes() -> Room {
    Room::default()
        .post("/api/console/sign-in", by_anyone(), sign_in::sign_in)
        .post("/api/console/sign-out", by_anyone(), sign_in::sign_out)
        .get("/api/console/me", by::<Operator>(), caller::me)
}
