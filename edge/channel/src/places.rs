//! Limits on the connections of one listener: by class of caller, by address, by certificate.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::budget::{
    Budget, ByCaller, Caller, Exhausted, KeyShare, Origin, PerKey, Registry, Share,
};
use crate::peer::PeerCertificate;

#[derive(Clone, Copy, Debug)]
pub struct ListenerLimits {
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// Connections in handshake.
    pub handshakes_max: u32,
    /// Open connections of each class of caller.
    pub unknown_max: u32,
    pub participants_max: u32,
    pub nodes_max: u32,
    /// Open connections of one address without a certificate, including those in handshake.
    pub per_address_max: u32,
    pub per_certificate_max: u32,
    /// Loopback, private and link-local peers are proxies, which limit addresses themselves.
    pub behind_proxies: bool,
}

impl Default for ListenerLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            handshakes_max: 512,
            unknown_max: 1024,
            participants_max: 2048,
            nodes_max: 256,
            per_address_max: 128,
            per_certificate_max: 256,
            behind_proxies: false,
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Places {
    pub(crate) handshake: Duration,
    handshakes: Budget,
    open: ByCaller<Budget>,
    by_address: PerKey<Origin>,
    by_certificate: PerKey<String>,
    behind_proxies: bool,
    class: Arc<dyn Fn(&PeerCertificate) -> Caller + Send + Sync>,
}

/// One connection's place; freed when dropped.
pub struct Place {
    _all: Share,
    _address: Option<KeyShare<Origin>>,
    _certificate: Option<KeyShare<String>>,
}

impl Places {
    /// `class`: the class of caller of a certificate that the CA has issued.
    pub fn open(
        registry: &Registry,
        listener: &str,
        limits: ListenerLimits,
        class: impl Fn(&PeerCertificate) -> Caller + Send + Sync + 'static,
    ) -> Self {
        let name = |what: &str| format!("{listener}.{what}");
        Self {
            handshake: limits.handshake,
            handshakes: registry.budget(&name("handshakes"), limits.handshakes_max),
            open: ByCaller::new(|caller| {
                let limit = match caller {
                    Caller::Unknown | Caller::Browser => limits.unknown_max,
                    Caller::Participant => limits.participants_max,
                    Caller::Node => limits.nodes_max,
                };
                registry.budget(&name(&format!("connections.{}", caller.name())), limit)
            }),
            by_address: registry.per_key(&name("connections.per_address"), limits.per_address_max),
            by_certificate: registry
                .per_key(&name("connections.per_certificate"), limits.per_certificate_max),
            behind_proxies: limits.behind_proxies,
            class: Arc::new(class),
        }
    }

    /// A place for a connection before its handshake.
    pub(crate) fn for_handshake(&self, address: IpAddr) -> Result<Place, Exhausted> {
        let by_address = self.of_address(address)?;
        Ok(Place { _all: self.handshakes.take(1)?, _address: by_address, _certificate: None })
    }

    /// A place for an open connection. Frees its place of the handshake.
    pub(crate) fn for_peer(
        &self,
        address: IpAddr,
        certificate: Option<&PeerCertificate>,
        before: Option<Place>,
    ) -> Result<Place, Exhausted> {
        drop(before);
        let Some(certificate) = certificate else {
            let by_address = self.of_address(address)?;
            let all = self.open.unknown.take(1)?;
            return Ok(Place { _all: all, _address: by_address, _certificate: None });
        };
        let by_certificate = self.by_certificate.take(&certificate.thumbprint, 1)?;
        let all = self.open.of((self.class)(certificate)).take(1)?;
        Ok(Place { _all: all, _address: None, _certificate: Some(by_certificate) })
    }

    fn of_address(&self, address: IpAddr) -> Result<Option<KeyShare<Origin>>, Exhausted> {
        let origin = Origin::from(address);
        if self.behind_proxies && origin.is_of_own_network() {
            return Ok(None);
        }
        self.by_address.take(&origin, 1).map(Some)
    }
}
