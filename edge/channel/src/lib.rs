//! Mutual TLS between Senim and its peers, and verification of JOSE signatures.

pub mod budget;
mod client;
pub mod clock;
#[cfg(feature = "wasm")]
mod component;
mod error;
mod listener;
mod metrics;
pub mod outbound;
mod peer;
mod places;
mod secret;
mod serve;
mod server;
mod sign;
mod verify;

pub use client::{Identity, client_config, client_config_pinned};
#[cfg(feature = "wasm")]
pub use component::{ComponentError, OpenedComponent, is_sha256, open_component};
pub use error::ChannelError;
pub use listener::{AnonymousListener, Connection, PlainListener, TlsListener};
pub use metrics::{Metrics, Timings, metrics_listener, serve_metrics};
pub use outbound::{Outbound, OutboundError};
pub use peer::{Peer, PeerCertificate};
pub use places::{ListenerLimits, Place, Places};
pub use secret::{check_secret_file, read_secret_file};
pub use serve::{ServeLimits, serve, serve_router, stop_asked};
pub use server::{ClientCertificates, server_config};
pub use sign::Es256Key;
pub use verify::{verify, verify_jws, verify_p256_asn1};
