//! The camera: opening it, judging what it sees, taking the pictures that are sent.

mod guide;
mod shots;
mod stream;

pub(crate) use guide::Guide;
pub(crate) use shots::Shots;
pub(crate) use stream::{Camera, CameraFault};
