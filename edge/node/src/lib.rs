//! The gateway near the participants: receives their requests, lets the gate decide, forwards, answers, and keeps
//! a record of each. It decides nothing itself.

mod answer;
mod budgets;
mod circuits;
mod config;
mod facts;
mod feed;
mod forward;
mod gate;
mod gates;
mod idle;
mod memory;
mod node;
mod promise;
mod request;
mod ship;
mod spool;

pub use config::{Config, ConfigError};
pub use facts::NodeFacts;
pub use feed::Feed;
pub use gate::{Gate, GateEngine, GateError};
pub use gates::GatesError;
pub use memory::{ProofMemory, SpentMemory, TokenMemory};
pub use node::{Node, NodeError};
pub use senim_core::feed::snapshot::Snapshot;
pub use senim_core::routing::Nonces;
