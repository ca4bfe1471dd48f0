//! The photo matching service for participants' servers (PHM-1..6).

mod accept;
mod ask;
mod count;
mod forget;

pub use forget::forget;

use axum::Extension;

use crate::callers::{Room, Who, by_proof};
use crate::http::body::BodyMax;

/// One photo of at most 5 MB in base64, and the rest.
const BODY_MAX: usize = 8 * 1024 * 1024;

pub fn routes() -> Room {
    Room::default()
        .post("/photo/match", by_proof(Who::Participant), ask::match_photo)
        .within(|it| it.layer(Extension(BodyMax(BODY_MAX))))
        .post("/photo/match/{request}/accept", by_proof(Who::Participant), accept::accept)
        .get("/photo/requests", by_proof(Who::Participant), count::count)
}
