//! `senim serve`: both listeners and the jobs, until SIGTERM.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use senim_channel::budget::Caller;
use senim_channel::{
    ClientCertificates, ListenerLimits, PeerCertificate, Places, PlainListener, ServeLimits,
    TlsListener, serve_metrics, serve_router, server_config, stop_asked,
};
use tokio::net::TcpListener;

use crate::app::App;
use crate::monitoring::metrics;
use crate::router;
use crate::{jobs, routing};

/// How long open requests may take once the host is stopping.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// Read limit in bytes, deliberately above `HEADERS_MAX`: oversized headers get a 431 instead of a reset connection.
const HEADERS_READ: u32 = 256 * 1024;
/// Browsers' connections: unauthenticated, and all from one address behind a proxy.
const BROWSERS_MAX: u32 = 4096;

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
    routing::know_nodes(&app).await?;
    let pages = bind("pages_listen", config.pages_listen).await?;
    let pages = PlainListener::new(pages, pages_places(&app));
    let servers = bind("servers_listen", config.servers_listen).await?;
    let servers = TlsListener::within(servers, tls, servers_places(&app))?;
    tracing::info!(pages = config.pages_url, servers = config.issuer, "serving");

    let measured = match config.metrics_listen {
        Some(address) => Some(bind("metrics_listen", address).await?),
        None => None,
    };
    let jobs = jobs::start(&app);
    let stop = stop_asked()
        .inspect(|()| {
            tracing::info!("stopping: finishing open requests, refusing new ones");
        })
        .shared();
    let (to_pages, to_servers) = (router::pages(app.clone()), router::servers(app.clone()));
    let metrics = metrics(&app);
    let measuring = async {
        let Some(listener) = measured else { return };
        serve_metrics(listener, metrics, stop.clone()).await;
    };
    tokio::join!(
        serve_router(pages, limits(), stop.clone(), to_pages),
        serve_router(servers, limits(), stop.clone(), to_servers),
        measuring,
    );
    drop(jobs);
    app.store.close().await;
    Ok(())
}

fn pages_places(app: &App) -> Places {
    let limits = ListenerLimits {
        unknown_max: BROWSERS_MAX,
        behind_proxies: true,
        ..ListenerLimits::default()
    };
    Places::open(&app.budgets.registry, "pages", limits, |_| Caller::Participant)
}

fn servers_places(app: &App) -> Places {
    let feed = Arc::clone(&app.feed);
    let class = move |it: &PeerCertificate| feed.nodes.class(&it.thumbprint);
    Places::open(&app.budgets.registry, "servers", ListenerLimits::default(), class)
}

fn limits() -> ServeLimits {
    ServeLimits { last_answers: LAST_ANSWERS, head_bytes: HEADERS_READ, ..ServeLimits::default() }
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| anyhow::anyhow!("key `{key}`: can't listen on {address}: {error}"))
}
