//! The user agreement and its editions, open to anyone, and the client's own acceptances: shown, and taken back
//! (IDX-12, IDX-13, OPS-9).

mod rules;
mod show;
mod withdraw;

pub(crate) use show::accepted;

use crate::caller::Client;
use crate::callers::{Room, by, by_anyone};

pub fn routes() -> Room {
    Room::default()
        .get("/api/rules", by_anyone(), rules::list)
        .get("/api/rules/{rule}/{edition}", by_anyone(), rules::show)
        .get("/api/cabinet/agreement", by::<Client>(), show::show)
        .post("/api/cabinet/agreement/withdraw", by::<Client>(), withdraw::withdraw)
}
