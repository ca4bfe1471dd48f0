//! A listener whose handshakes run beside the accept loop, each with its time, so that none holds up another.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::peer::{Peer, PeerCertificate};

#[derive(Clone, Copy, Debug)]
pub struct ListenerLimits {
    pub handshake: Duration,
    /// Open connections, those in handshake among them; past it, new ones wait in the system's queue.
    pub connections_max: usize,
}

impl Default for ListenerLimits {
    fn default() -> Self {
        Self { handshake: Duration::from_secs(10), connections_max: 4096 }
    }
}

/// Give it to `axum::serve`, or take connections from [`TlsListener::accept`].
#[derive(Debug)]
pub struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(Connection, Peer)>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    pub fn new(
        tcp: TcpListener,
        config: Arc<ServerConfig>,
        limits: ListenerLimits,
    ) -> io::Result<Self> {
        let address = tcp.local_addr()?;
        let (hand_over, ready) = mpsc::channel(64);
        let accepting = tokio::spawn(accept_all(tcp, TlsAcceptor::from(config), limits, hand_over));
        Ok(Self { address, ready, accepting })
    }

    pub async fn bind(address: &str, config: Arc<ServerConfig>) -> io::Result<Self> {
        Self::new(TcpListener::bind(address).await?, config, ListenerLimits::default())
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection that shook hands.
    pub async fn accept(&mut self) -> (Connection, Peer) {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
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
    limits: ListenerLimits,
    hand_over: mpsc::Sender<(Connection, Peer)>,
) {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, address) = match tcp.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: waiting is all that helps.
                tracing::warn!(%error, "connections can't be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let (acceptor, hand_over) = (acceptor.clone(), hand_over.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(
                limits.handshake,
                shake_hands(acceptor, stream, address, place),
            )
            .await
            {
                // Nobody takes it: the listener is closing.
                Ok(Ok(ready)) => drop(hand_over.send(ready).await),
                Ok(Err(error)) => tracing::debug!(%address, %error, "TLS handshake failed"),
                Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
            }
        });
    }
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
    place: OwnedSemaphorePermit,
) -> io::Result<(Connection, Peer)> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let certificate = match shown {
        None => None,
        Some(der) => Some(PeerCertificate::from_der(der).ok_or(io::ErrorKind::InvalidData)?),
    };
    Ok((Connection { stream, _place: place }, Peer { address, certificate }))
}

/// A TLS connection. It gives its place back when dropped.
#[derive(Debug)]
pub struct Connection {
    stream: TlsStream<TcpStream>,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
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
