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
pub mod open;
pub mod requester;
pub mod secret;
mod verdict;
pub mod view;

use axum::Extension;

use crate::caller::browser::{Browser, Page};
use crate::callers::{Room, by, by_anyone};

pub fn routes() -> Room {
    let frames = Room::default()
        .post("/api/identity/{session}/liveness", by::<Page>(), liveness::check)
        .within(|it| it.layer(Extension(liveness::BODY_MAX)));
    Room::default()
        .get("/authorize", by_anyone(), authorize::authorize)
        .get("/api/identity", by::<Browser>(), view::show)
        .post("/api/identity/open", by_anyone(), open::open)
        .post("/api/identity/{session}/abandon", by::<Page>(), abandon::abandon)
        .post("/api/identity/{session}/agreement", by::<Page>(), agreement::answer)
        .post("/api/identity/{session}/code", by::<Page>(), code::enter)
        .post("/api/identity/{session}/code/send", by::<Page>(), code::send)
        .post("/api/identity/{session}/consent", by::<Page>(), consent::answer)
        .post("/api/identity/{session}/iin", by::<Page>(), iin::confirm)
        .post("/api/identity/{session}/liveness/challenge", by::<Page>(), challenge::ask)
        .post("/api/identity/{session}/language", by::<Page>(), language::choose)
        .post("/api/cabinet/sign-in", by_anyone(), cabinet::sign_in)
        .post("/api/cabinet/sign-out", by_anyone(), cabinet::sign_out)
        .merge(frames)
}
