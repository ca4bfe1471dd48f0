//! The identity session over HTTP: one file a use case, the dialogue itself is core's.

pub mod abandon;
pub mod agreement;
pub mod authorize;
pub mod cabinet;
pub mod cabinet_time;
pub mod challenge;
pub mod code;
pub mod consent;
pub mod dialogue;
pub mod expire;
pub mod front;
pub mod front_verdict;
pub mod iin;
pub mod language;
pub mod liveness;
pub mod open;
pub mod phone;
pub mod requester;
pub mod secret;
pub mod stay;
mod verdict;
pub mod view;

use axum::Extension;

use crate::caller::Client;
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
        .post("/api/identity/{session}/liveness/front", by::<Page>(), front::open)
        .post("/api/identity/{session}/liveness/front/verdict", by::<Page>(), front_verdict::ask)
        .post("/api/identity/{session}/language", by::<Page>(), language::choose)
        .post("/api/identity/{session}/phone", by::<Page>(), phone::offer)
        .post("/api/identity/{session}/phone/confirm", by::<Page>(), phone::compare)
        .post("/api/identity/{session}/phone/take-back", by::<Page>(), phone::take_back)
        .post("/api/identity/phone/open", by_anyone(), phone::open)
        .post("/api/identity/{session}/stay", by::<Page>(), stay::stay)
        .post("/api/cabinet/sign-in", by_anyone(), cabinet::sign_in)
        .post("/api/cabinet/sign-out", by_anyone(), cabinet::sign_out)
        .get("/api/cabinet/session", by::<Client>(), cabinet_time::show)
        .post("/api/cabinet/stay", by::<Client>(), cabinet_time::stay)
        .merge(frames)
}
