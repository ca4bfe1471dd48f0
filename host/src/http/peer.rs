//! Who is at the other end of a mutual TLS connection.

use std::convert::Infallible;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use senim_channel::{Peer, PeerCertificate};

/// The connection's client certificate, checked against `client_ca`; `None` if the client sent none.
#[derive(Clone, Debug)]
pub struct Certificate(pub Option<PeerCertificate>);

impl<S: Send + Sync> FromRequestParts<S> for Certificate {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        Ok(Self(peer.and_then(|ConnectInfo(peer)| peer.certificate.clone())))
    }
}
