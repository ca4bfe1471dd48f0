//! The photo matching service for participants' servers (PHM-1..6).

mod accept;
mod ask;
mod count;
mod offline;

use axum::Extension;

use crate::caller::Caller;
use crate::callers::{Room, by};
use crate::http::body::BodyMax;

/// One photo of at most 5 MB in base64, and the rest.
const BODY_MAX: usize = 8 * 1024 * 1024;

pub fn routes() -> Room {
    Room::default()
        .post("/photo/match", by::<Caller>(), ask::match_photo)
        .within(|it| it.layer(Extension(BodyMax(BODY_MAX))))
        .post("/photo/match/{request}/accept", by::<Caller>(), accept::accept)
        .post("/photo/offline-checks", by::<Caller>(), offline::report)
        .get("/photo/requests", by::<Caller>(), count::count)
}
