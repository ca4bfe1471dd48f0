//! `senim serve`: both listeners and the jobs, until the machine says stop.

use std::net::SocketAddr;
use std::time::Duration;

use senim_channel::{ClientCertificates, ListenerLimits, Peer, TlsListener, server_config};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::App;
use crate::http::router;
use crate::jobs;

/// Open requests get so long to be answered once the host is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Runs until SIGTERM or Ctrl-C.
pub async fn serve(app: App) -> anyhow::Result<()> {
    let config = app.config.clone();
    let tls = server_config(
        &config.tls_certificate,
        &config.tls_key,
        ClientCertificates::Optional(&config.client_ca),
    )?;
    let pages = bind("pages_listen", config.pages_listen).await?;
    let servers = bind("servers_listen", config.servers_listen).await?;
    let servers = TlsListener::new(servers, tls, ListenerLimits::default())?;
    tracing::info!(pages = config.pages_url, servers = config.issuer, "serving");

    let jobs = jobs::start(&app);
    let (stop, stopped) = watch::channel(());
    let pages = axum::serve(
        pages,
        router::pages(app.clone()).into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(told(stopped.clone()));
    let servers = axum::serve(
        servers,
        router::servers(app.clone()).into_make_service_with_connect_info::<Peer>(),
    )
    .with_graceful_shutdown(told(stopped));
    let both = async { tokio::try_join!(pages, servers) };
    tokio::pin!(both);
    tokio::select! {
        outcome = &mut both => {
            outcome?;
        }
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

/// Comes when the other end is dropped.
async fn told(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

async fn asked_to_stop() {
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
