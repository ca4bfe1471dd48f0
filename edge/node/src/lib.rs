//! The gateway near the participants: receives their requests, lets the gate decide, forwards, answers, and keeps
//! a record of each. It decides nothing itself.

mod answer;
mod budgets;
mod config;
mod facts;
mod feed;
mod forward;
mod gate;
mod memory;
mod node;
mod request;
mod ship;
mod spool;

pub use config::{Config, ConfigError};
pub use facts::NodeFacts;
pub use feed::{FeedError, Heard, Snapshot, Versions};
pub use gate::{Gate, GateError};
pub use memory::{ProofMemory, ReadMemory, TokenMemory};
pub use node::{Node, NodeError};
