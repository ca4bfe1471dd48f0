//! One file a page.

pub(crate) mod activity;
pub(crate) mod agreement;
pub(crate) mod asked;
pub(crate) mod cabinet_time;
pub(crate) mod change;
pub(crate) mod consent;
pub(crate) mod consents;
pub(crate) mod disown;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod identity;
pub(crate) mod open;
pub(crate) mod own;
pub(crate) mod passkeys;
pub(crate) mod phone;
pub(crate) mod problem;
pub(crate) mod proof;
pub(crate) mod proved;
pub(crate) mod rules;
pub(crate) mod sign_in;
