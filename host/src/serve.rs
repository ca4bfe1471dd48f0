//! `senim serve`: both listeners and the jobs, until SIGTERM.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures::FutureExt as _;
use senim_channel::budget::Caller;
use senim_channel::{
    AnonymousListener, ClientCertificates, ListenerLimits, PeerCertificate, Places, PlainListener,
    ServeLimits, TlsListener, serve_metrics, serve_router, server_config, stop_asked,
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
/// Browsers' connections: unauthenticated.
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
    let pages = match (&config.pages_tls_certificate, &config.pages_tls_key) {
        (Some(certificate), Some(key)) => {
            let tls = server_config(certificate, key, ClientCertificates::NotAsked)?;
            let listener = TlsListener::within(pages, tls, pages_places(&app, false))?;
            Pages::Tls(AnonymousListener(listener))
        }
        _ => Pages::Plain(PlainListener::new(pages, pages_places(&app, true))),
    };
    let servers = bind("servers_listen", config.servers_listen).await?;
    let servers = TlsListener::within(servers, tls, servers_places(&app))?;
    tracing::info!(pages = config.pages_url, servers = config.issuer, "serving");

    let measured = match config.metrics_listen {
        Some(address) => Some(bind("metrics_listen", address).await?),
        None => None,
    };
    let jobs = jobs::start(&app);
    let following = routing::follow_source(&app);
    let feed = Arc::clone(&app.feed);
    let stop = stop_asked()
        .inspect(move |()| {
            tracing::info!("stopping: finishing open requests, refusing new ones");
            // These would last for ever.
            feed.close();
        })
        .shared();
    let (to_pages, to_servers) = (router::pages(app.clone()), router::servers(app.clone()));
    let metrics = metrics(&app);
    let measuring = async {
        let Some(listener) = measured else { return };
        serve_metrics(listener, metrics, stop.clone()).await;
    };
    tokio::join!(
        pages.serve(stop.clone(), to_pages),
        serve_router(servers, limits(), stop.clone(), to_servers),
        measuring,
    );
    drop((jobs, following));
    app.store.close().await;
    Ok(())
}

enum Pages {
    Plain(PlainListener),
    Tls(AnonymousListener),
}

impl Pages {
    async fn serve(self, stop: impl Future<Output = ()>, router: Router) {
        match self {
            Self::Plain(listener) => serve_router(listener, limits(), stop, router).await,
            Self::Tls(listener) => serve_router(listener, limits(), stop, router).await,
        }
    }
}

/// Many browsers have one address behind a proxy, and their own without one.
fn pages_places(app: &App, behind_proxies: bool) -> Places {
    let limits =
        ListenerLimits { unknown_max: BROWSERS_MAX, behind_proxies, ..ListenerLimits::default() };
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
