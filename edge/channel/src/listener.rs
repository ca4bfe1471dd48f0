//! Listeners: a limited number of connections; handshakes run beside the accept loop, each with a time limit.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::budget::{Caller, Exhausted, Registry};
use crate::peer::{Peer, PeerCertificate};
use crate::places::{ListenerLimits, Place, Places};

/// Pause after a failed `accept`: most likely there are no file descriptors left, and only waiting helps.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Pass it to [`crate::serve`], or take connections from [`TlsListener::accept`].
pub struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(Connection, Peer)>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Connections beyond its limits are closed at once.
    pub fn within(tcp: TcpListener, config: Arc<ServerConfig>, places: Places) -> io::Result<Self> {
        let address = tcp.local_addr()?;
        let (hand_over, ready) = mpsc::channel(64);
        let accepting = tokio::spawn(accept_all(tcp, TlsAcceptor::from(config), places, hand_over));
        Ok(Self { address, ready, accepting })
    }

    /// With limits of its own, for listeners where every certificate is a participant's.
    pub fn new(
        tcp: TcpListener,
        config: Arc<ServerConfig>,
        limits: ListenerLimits,
    ) -> io::Result<Self> {
        let registry = Registry::default();
        let places = Places::open(&registry, "tls", limits, |_| Caller::Participant);
        Self::within(tcp, config, places)
    }

    pub async fn bind(address: &str, config: Arc<ServerConfig>) -> io::Result<Self> {
        Self::new(TcpListener::bind(address).await?, config, ListenerLimits::default())
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection with a completed handshake.
    pub async fn accept(&mut self) -> (Connection, Peer) {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }
}

/// Where clients show no certificates: handlers find the peer's address, as with a [`PlainListener`].
pub struct AnonymousListener(pub TlsListener);

impl axum::serve::Listener for AnonymousListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (connection, peer) = self.0.accept().await;
        (connection, peer.address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0.address)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept_all(
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    places: Places,
    hand_over: mpsc::Sender<(Connection, Peer)>,
) {
    loop {
        let (stream, address, place) = accept_one(&tcp, |ip| places.for_handshake(ip)).await;
        let (acceptor, hand_over, places) = (acceptor.clone(), hand_over.clone(), places.clone());
        tokio::spawn(async move {
            let shaking = shake_hands(acceptor, stream, address, place, &places);
            match tokio::time::timeout(places.handshake, shaking).await {
                // No receiver: the listener is closing.
                Ok(Ok(ready)) => drop(hand_over.send(ready).await),
                Ok(Err(error)) => tracing::debug!(%address, %error, "TLS handshake failed"),
                Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
            }
        });
    }
}

/// The next connection within the limits.
async fn accept_one(
    tcp: &TcpListener,
    place: impl Fn(IpAddr) -> Result<Place, Exhausted>,
) -> (TcpStream, SocketAddr, Place) {
    loop {
        match tcp.accept().await {
            Ok((stream, address)) => match place(address.ip()) {
                Ok(place) => return (stream, address, place),
                Err(error) => {
                    tracing::debug!(%address, %error, "closed a connection beyond the limits");
                }
            },
            Err(error) => {
                tracing::warn!(%error, "can't accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    places: &Places,
) -> io::Result<(Connection, Peer)> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let certificate = match shown {
        None => None,
        Some(der) => Some(PeerCertificate::from_der(der).ok_or(io::ErrorKind::InvalidData)?),
    };
    let place = places
        .for_peer(address.ip(), certificate.as_ref(), Some(place))
        .map_err(io::Error::other)?;
    Ok((Connection { stream, _place: place }, Peer { address, certificate }))
}

/// A listener without TLS, for pages on loopback or behind a proxy that ends TLS.
pub struct PlainListener {
    tcp: TcpListener,
    places: Places,
}

impl PlainListener {
    pub fn new(tcp: TcpListener, places: Places) -> Self {
        Self { tcp, places }
    }
}

impl axum::serve::Listener for PlainListener {
    type Io = Connection<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection<TcpStream>, SocketAddr) {
        let place = |ip| self.places.for_peer(ip, None, None);
        let (stream, address, place) = accept_one(&self.tcp, place).await;
        // Don't delay small responses (Nagle).
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection broke");
        }
        (Connection { stream, _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// An open connection. Dropping it frees its place.
pub struct Connection<S = TlsStream<TcpStream>> {
    stream: S,
    _place: Place,
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Connection, Peer) {
        Self::accept(self).await
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { address: self.address, certificate: None })
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}
