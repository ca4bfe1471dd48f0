//! The commands that are more than a call.

pub(crate) mod photo;
