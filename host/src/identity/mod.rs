//! The identity session over HTTP: one file a use case, the dialogue itself is core's.

pub mod abandon;
pub mod agreement;
pub mod authorize;
pub mod cabinet;
pub mod challenge;
pub mod code;
pub mod consent;
pub mod dialogue;
pub mod expire;
pub mod iin;
pub mod language;
pub mod liveness;
mod verdict;
pub mod view;

use axum::Extension;

use crate::caller::browser::Browser;
use crate::callers::{Room, by, by_anyone};

pub fn routes() -> Room {
    let frames = Room::default()
        .post("/api/identity/liveness", by::<Browser>(), liveness::check)
        .within(|it| it.layer(liveness::Judges::as_many_as_cores()))
        .within(|it| it.layer(Extension(liveness::BODY_MAX)));
    Room::default()
        .get("/authorize", by_anyone(), authorize::authorize)
        .get("/api/identity", by::<Browser>(), view::show)
        .post("/api/identity/abandon", by::<Browser>(), abandon::abandon)
        .post("/api/identity/agreement", by::<Browser>(), agreement::answer)
        .post("/api/identity/code", by::<Browser>(), code::enter)
        .post("/api/identity/code/send", by::<Browser>(), code::send)
        .post("/api/identity/consent", by::<Browser>(), consent::answer)
        .post("/api/identity/iin", by::<Browser>(), iin::confirm)
        .post("/api/identity/liveness/challenge", by::<Browser>(), challenge::ask)
        .post("/api/identity/language", by::<Browser>(), language::choose)
        .post("/api/cabinet/sign-in", by_anyone(), cabinet::sign_in)
        .post("/api/cabinet/sign-out", by_anyone(), cabinet::sign_out)
        .merge(frames)
}
