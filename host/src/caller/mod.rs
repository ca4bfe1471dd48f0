//! Who calls: one extractor a file. A handler that takes one of them is reached by nobody else.

pub mod browser;
mod client;
pub mod limit;
mod node;
mod operator;
mod participant;

pub use client::Client;
pub use node::Node;
pub use operator::{Operator, me};
pub use participant::Caller;
