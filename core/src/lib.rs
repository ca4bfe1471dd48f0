//! All decisions of Senim, without I/O.
//!
//! Every function here takes what it needs, the time included, and returns what it decided.
//! The native host, the edge's gate and the browser's pages compile the same code.

pub mod activity;
pub mod address;
pub mod agreement;
pub mod alert;
pub mod authorization;
pub mod calendar;
pub mod consent;
pub mod evidence;
pub mod exchange;
pub mod feed;
pub mod help;
pub mod id;
pub mod identity;
pub mod jose;
pub mod journal;
pub mod json;
pub mod liveness;
pub mod log;
pub mod matching;
pub mod monitoring;
#[cfg(test)]
mod openapi;
pub mod operator;
pub mod participant;
pub mod passkey;
pub mod personal;
pub mod photo;
pub mod problem;
pub mod receipts;
pub mod release;
pub mod retention;
pub mod routing;
pub mod signals;
pub mod solution;
pub mod status;
pub mod text;
pub mod trial;
pub mod usage;

/// A moment in UTC, always passed in by the caller. Stored as epoch milliseconds.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
