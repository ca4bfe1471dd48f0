//! The register of consents and the client's cabinet: one file a use case.

pub mod change;
pub mod end;
pub mod expire;
pub mod grant;
pub mod list;
pub mod refuse;
pub mod show;
pub mod withdraw;

use crate::caller::Client;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default()
        .get("/api/cabinet", by::<Client>(), list::list)
        .get("/api/cabinet/consents/{id}", by::<Client>(), show::show)
        .post("/api/cabinet/consents/{id}/change", by::<Client>(), change::change)
        .post("/api/cabinet/consents/{id}/withdraw", by::<Client>(), withdraw::withdraw)
}
