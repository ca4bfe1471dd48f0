//! The pieces that pages are put together from.

mod badge;
mod button;
mod card;
mod dialog;
mod error_summary;
mod field;
mod frame;
mod logo;
mod not_found;
mod notice;
mod reached;
mod spinner;
mod steps;
mod table;

pub use badge::{Badge, Tone};
pub use button::{Button, ButtonKind};
pub use card::Card;
pub use dialog::Dialog;
pub use error_summary::{ErrorSummary, Flaw, Flawed};
pub use field::Field;
pub use frame::{Frame, Support};
pub use logo::Logo;
pub use not_found::NotFound;
pub use notice::Notice;
pub use reached::Reached;
pub use spinner::Spinner;
pub use steps::Steps;
pub use table::Table;
