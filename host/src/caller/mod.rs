//! The classes of callers: one extractor a file. A handler that takes one can be reached by that class only.

pub mod browser;
mod client;
mod grant_token;
pub mod limit;
mod node;
mod operator;
mod participant;
mod party;

pub use client::Client;
pub use grant_token::{GrantToken, endpoint as grant_endpoint};
pub use node::Node;
pub use operator::{Operator, me};
pub use participant::Caller;
pub use party::Party;
