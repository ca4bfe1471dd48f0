//! The journal: events with actor and subject (OAPI-15). A record is written in the transaction that it describes.
//!
//! ```text
//! use case ──Record, unnumbered──▶ row ──sequencer job──▶ numbered row ──▶ (Merkle log)
//! ```
//!
//! No record ever holds a secret or identifies a person.

mod actor;
mod event;
mod record;
pub mod view;

pub use actor::{Actor, Subject};
pub use event::{Binding, DestroyedBecause, Event, GrantType, Look, StartedFor};
pub use record::{ID_BYTES, Record, RecordError, VERSION};
