//! Mutual TLS between Senim and everyone it talks to, and the checking of JOSE signatures.

mod client;
mod error;
mod listener;
mod peer;
mod secret;
mod server;
mod verify;

pub use client::{Connector, Identity, client_config, connector};
pub use error::ChannelError;
pub use listener::{Connection, ListenerLimits, TlsListener};
pub use peer::{Peer, PeerCertificate};
pub use secret::{check_secret_file, read_secret_file};
pub use server::{ClientCertificates, server_config};
pub use verify::{verify, verify_jws};
