//! The commands that are more than a call.

pub(crate) mod backup;
pub(crate) mod find;
pub(crate) mod gate;
pub(crate) mod health;
pub(crate) mod photo;
pub(crate) mod segments;
pub(crate) mod verify;
pub(crate) mod witness;
