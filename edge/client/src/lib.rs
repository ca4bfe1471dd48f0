//! A consumer's OAuth client (FAPI 2.0): pushes authorization requests, trades codes, refreshes and revokes tokens, and reads
//! with them.
//!
//! Requests are built first and sent afterwards ([`Client::send`]); between the two they are plain data. So a consumer adds the
//! headers of its standard, and a test spoils whatever it likes.

mod answer;
mod client;
mod grants;
mod id_token;
mod key;
mod presence;
mod proof;
mod request;
mod signals;

pub use answer::{Answer, Refusal, Tokens};
pub use client::{Client, ClientError, Credential, Pushed, Server};
pub use key::Key;
pub use presence::Presence;
pub use proof::Nonces;
pub use request::Request;
