//! One file a page.

pub(crate) mod cases;
pub(crate) mod journal;
pub(crate) mod notices;
pub(crate) mod overview;
pub(crate) mod participants;
pub(crate) mod sign_in;
