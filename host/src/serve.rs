//! `senim serve`: both listeners and the jobs, until the machine says stop.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::serve::{Listener, ListenerExt as _};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use senim_channel::{ClientCertificates, ListenerLimits, TlsListener, server_config};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::app::App;
use crate::jobs;
use crate::router;

/// Open requests get so long to be answered once the host is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// Whoever sends headers a letter at a time is cut off.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// So many bytes of headers are read, far above what is taken: who sends too many is told, and not cut off.
const HEADERS_READ: usize = 256 * 1024;
const HEADERS_READ_2: u32 = 256 * 1024;

/// Runs until SIGTERM or Ctrl-C. Boxed, so that it is compiled here and not by every program that awaits it.
pub fn serve(app: App) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(served(app))
}

async fn served(app: App) -> anyhow::Result<()> {
    let config = app.config.clone();
    let tls = server_config(
        &config.tls_certificate,
        &config.tls_key,
        ClientCertificates::Optional(&config.client_ca),
    )?;
    let pages = bind("pages_listen", config.pages_listen).await?;
    let pages = pages.tap_io(|stream| {
        // An answer is not held back for the next one.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection broke");
        }
    });
    let servers = bind("servers_listen", config.servers_listen).await?;
    let servers = TlsListener::new(servers, tls, ListenerLimits::default())?;
    tracing::info!(pages = config.pages_url, servers = config.issuer, "serving");

    let jobs = jobs::start(&app);
    let (stop, stopped) = watch::channel(());
    let pages = listen(pages, router::pages(app.clone()), stopped.clone());
    let servers = listen(servers, router::servers(app.clone()), stopped);
    let both = async { tokio::join!(pages, servers) };
    tokio::pin!(both);
    tokio::select! {
        _ = &mut both => {}
        () = asked_to_stop() => {
            tracing::info!("stopping: open requests are answered, new ones are not taken");
            drop(stop);
            if tokio::time::timeout(LAST_ANSWERS, both).await.is_err() {
                tracing::warn!("some requests were still open and have been cut off");
            }
        }
    }
    drop(jobs);
    app.store.close().await;
    Ok(())
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| anyhow::anyhow!("key `{key}`: {address} can't be listened on: {error}"))
}

/// Takes connections until told to stop, then waits for the requests that are open.
async fn listen<L>(mut listener: L, router: Router, mut stopped: watch::Receiver<()>)
where
    L: Listener,
    L::Addr: Clone + Sync,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    let timer = TokioTimer::new;
    builder.http1().timer(timer()).header_read_timeout(HEADERS_WITHIN).max_buf_size(HEADERS_READ);
    builder.http2().timer(timer()).max_header_list_size(HEADERS_READ_2).max_concurrent_streams(100);
    let open = GracefulShutdown::new();
    loop {
        let (stream, address) = tokio::select! {
            taken = listener.accept() => taken,
            _ = stopped.changed() => break,
        };
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(address.clone()));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    open.shutdown().await;
}

pub(crate) async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
