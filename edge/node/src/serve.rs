//! Connections: taken, served over HTTP/1.1 and HTTP/2 within limits, drained at the end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use senim_channel::TlsListener;
use tokio::sync::oneshot;

use crate::node::Edge;
use crate::request::HEADER_BYTES_MAX;

/// Headers past this are refused before they are read whole; between our own limit and this one, with a problem
/// that says so.
const BUFFER_BYTES_MAX: usize = 4 * HEADER_BYTES_MAX;
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
const STREAMS_MAX: u32 = 128;
pub(crate) async fn serve(
    edge: Arc<Edge>,
    mut listener: TlsListener,
    mut stop: oneshot::Receiver<()>,
    drain: Duration,
) {
    let draining = GracefulShutdown::new();
    loop {
        let (connection, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        let (edge, peer) = (Arc::clone(&edge), Arc::new(peer));
        let service = service_fn(move |request| {
            let (edge, peer) = (Arc::clone(&edge), Arc::clone(&peer));
            async move { Ok::<_, Infallible>(edge.answer(request, &peer).await) }
        });
        let serving = builder().serve_connection(TokioIo::new(connection), service).into_owned();
        let serving = draining.watch(serving);
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(drain, draining.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off that took too long to end");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(BUFFER_BYTES_MAX)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(BUFFER_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(HEADERS_WITHIN);
    builder
}
