//! The register of consents and the client's cabinet: one file a use case.

pub mod change;
mod document;
pub mod end;
pub mod expire;
pub mod grant;
pub mod list;
mod reach;
pub mod refuse;
pub mod show;
pub mod withdraw;

use crate::caller::Client;
use crate::callers::{Room, by};

pub fn routes() -> Room {
    Room::default()
        .get("/api/cabinet", by::<Client>(), list::list)
        .get("/api/cabinet/consents/{id}", by::<Client>(), show::show)
        .get("/api/cabinet/consents/{id}/document", by::<Client>(), document::download)
        .get("/api/cabinet/consents/{id}/reach", by::<Client>(), reach::show)
        .post("/api/cabinet/consents/{id}/change", by::<Client>(), change::change)
        .post("/api/cabinet/consents/{id}/withdraw", by::<Client>(), withdraw::withdraw)
}
