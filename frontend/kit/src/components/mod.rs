//! The pieces that pages are put together from.

mod badge;
mod button;
mod card;
mod dialog;
mod field;
mod frame;
mod logo;
mod not_found;
mod notice;
mod spinner;
mod steps;

pub use badge::{Badge, Tone};
pub use button::{Button, ButtonKind};
pub use card::Card;
pub use dialog::Dialog;
pub use field::Field;
pub use frame::Frame;
pub use logo::Logo;
pub use not_found::NotFound;
pub use notice::Notice;
pub use spinner::Spinner;
pub use steps::Steps;
