//! The bank's listener, which can fall silent as a bank's that is down.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::serve::Listener;
use senim_channel::{Connection, Peer, TlsListener};
use senim_core::id::Bin;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::faults::{Fault, Faults};

pub(super) struct Breakable<T> {
    inner: T,
    bank: Bin,
    faults: Faults,
}

impl Breakable<TlsListener> {
    pub(super) fn new(inner: TlsListener, bank: Bin, faults: Faults) -> Self {
        Self { inner, bank, faults }
    }
}

impl<T> Breakable<T> {
    fn check(&self) -> io::Result<()> {
        if self.faults.of(self.bank) == Fault::Down {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Listener for Breakable<TlsListener> {
    type Io = Breakable<Connection>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Peer) {
        loop {
            let (connection, peer) = self.inner.accept().await;
            if self.check().is_ok() {
                let connection =
                    Breakable { inner: connection, bank: self.bank, faults: self.faults.clone() };
                return (connection, peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Listener::local_addr(&self.inner)
    }
}

impl AsyncRead for Breakable<Connection> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.inner).poll_read(context, into)
    }
}

impl AsyncWrite for Breakable<Connection> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
