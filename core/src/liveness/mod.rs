//! Whether a live person stood before the camera, and how like two faces are.
//!
//! The server draws a [`challenge`], the widget [`follow`]s it and makes a [`pack`] of frames, the engine turns
//! each frame into [`facts`], and [`judge`] makes a verdict of these numbers alone: the same numbers give the
//! same verdict wherever and whenever it is asked (DSP-1).

pub mod challenge;
pub mod deed;
mod degree;
pub mod facts;
pub mod follow;
pub mod pack;
mod passive;
pub mod series;
pub mod solid;
pub mod stance;
mod verdict;

pub use degree::{DEGREE_MIN, degree};
pub use facts::{FaceFacts, FrameFacts};
pub use passive::{PASSIVE_SIDE, live_share, passive_input};
pub use series::{FRAMES_MAX, FRAMES_MIN};
pub use verdict::{Known, PORTRAITS_MAX, Reason, Seen, Signal, Verdict, judge};
