//! Mutual TLS between Senim and everyone it talks to, and the checking of JOSE signatures.

pub mod budget;
mod client;
mod error;
mod listener;
mod peer;
mod server;
mod verify;

pub use client::{Connector, Identity, client_config, connector};
pub use error::ChannelError;
pub use listener::{Connection, ListenerLimits, TlsListener};
pub use peer::{Peer, PeerCertificate};
pub use server::{ClientCertificates, server_config};
pub use verify::{verify, verify_jws};
