//! What the host calls: the state register, the SMS gateway, and how it reaches services outside.

pub mod gateway;
pub mod soap;
pub mod source;

use std::path::PathBuf;
use std::time::Duration;

use senim_channel::{ChannelError, Identity, Outbound};
use serde::Deserialize;

/// TLS towards one service outside: whom we trust there, and what we show of ourselves. All are PEM files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideTls {
    /// The CA that signs the service's certificate, and no other.
    pub ca: PathBuf,
    /// Ours, where the service asks for one.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

impl OutsideTls {
    fn identity(&self) -> Option<Identity<'_>> {
        let (certificate, key) = (self.certificate.as_deref()?, self.key.as_deref()?);
        Some(Identity { certificate, key })
    }
}

/// Requests to one service: by `https` with its TLS, without it by `http` to this machine itself.
pub(crate) fn outbound(
    tls: Option<&OutsideTls>,
    connect_within: Duration,
) -> Result<Outbound, ChannelError> {
    match tls {
        Some(it) => Outbound::https(&it.ca, it.identity(), connect_within),
        None => Outbound::http_or_https(None, connect_within),
    }
}
