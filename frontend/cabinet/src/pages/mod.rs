//! One file a page.

pub(crate) mod agreement;
pub(crate) mod change;
pub(crate) mod consent;
pub(crate) mod consents;
pub(crate) mod home;
pub(crate) mod identity;
pub(crate) mod open;
pub(crate) mod problem;
pub(crate) mod rules;
pub(crate) mod sign_in;
