//! Proof of identity: two-factor authentication by face and phone (IDX-1..5).

pub mod cabinet;
pub mod device;
pub mod dialogue;
pub mod eligibility;
pub mod requester;
pub mod session;
pub mod view;
