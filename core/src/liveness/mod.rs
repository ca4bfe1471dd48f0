//! Whether a live person was before the camera, and how similar two faces are.
//!
//! The server draws a [`challenge`], the widget [`follow`]s it and makes a [`pack`] of frames, the engine turns
//! each frame into [`facts`], and [`judge`] makes a verdict of these numbers alone: the same numbers give the
//! same verdict anywhere and at any time (DSP-1).

mod bezel;
pub mod challenge;
mod colours;
mod course;
mod degree;
pub mod facts;
pub mod follow;
pub mod pack;
mod passive;
#[cfg(test)]
mod performance;
pub mod print;
mod question;
mod signals;
pub mod solid;
pub mod stance;
mod surface;
#[cfg(test)]
mod synthetic;
mod texture;
pub mod tracker;
mod verdict;

pub use degree::DEGREE_MIN;
pub use facts::{FaceFacts, FrameFacts};
pub use passive::{CROPS, PASSIVE_SIDE, live_share, passive_input};
pub use question::Question;
pub use surface::Surface;
pub use texture::Texture;
pub use verdict::{Known, PORTRAITS_MAX, Reason, Seen, Signal, Verdict, judge};
