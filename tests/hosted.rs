//! A host's listener for servers in this process, over real mutual TLS, and nodes that follow its stream.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use senim_channel::{
    ClientCertificates, Identity, ListenerLimits, Outbound, ServeLimits, TlsListener, serve_router,
    server_config,
};
use senim_core::jose::sha256_base64;
use senim_host::app::App;
use senim_host::{router, routing};
use senim_node::Feed;
use senim_store as store;
use tokio::net::TcpSocket;
use tokio::task::{JoinHandle, JoinSet};

use crate::platform::free_ports;

/// A CA of one test, and what it gave out.
pub struct Certificates {
    dir: PathBuf,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    pub fn make(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let mut params = named("Test CA")?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        fs::write(dir.join("ca.pem"), ca.pem())?;
        Ok(Self { dir: dir.to_owned(), ca })
    }

    /// `NAME.pem` and `NAME.key`; its thumbprint.
    pub fn issue(&self, name: &str) -> Result<String> {
        let key = KeyPair::generate()?;
        let certificate = named(name)?.signed_by(&key, &self.ca)?;
        fs::write(self.path(name, "pem"), certificate.pem())?;
        fs::write(self.path(name, "key"), key.serialize_pem())?;
        fs::set_permissions(self.path(name, "key"), fs::Permissions::from_mode(0o600))?;
        Ok(sha256_base64(certificate.der()))
    }

    /// Connections of its own, with this certificate.
    pub fn outbound(&self, name: &str) -> Result<Outbound> {
        let (certificate, key) = (self.path(name, "pem"), self.path(name, "key"));
        let identity = Identity { certificate: &certificate, key: &key };
        Ok(Outbound::https(&self.path("ca", "pem"), Some(identity), Duration::from_secs(3))?)
    }

    /// Of what was issued under this name; `kind`: `pem` or `key`. `ca` has a certificate only.
    pub fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.dir.join(format!("{name}.{kind}"))
    }
}

fn named(name: &str) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// A host that serves nodes until it is dropped, which ends it as a crash would.
pub struct Hosted {
    pub app: App,
    pub address: SocketAddr,
    tasks: JoinSet<()>,
    _following: JoinSet<()>,
}

impl Hosted {
    /// On a free port, or on the one of a host that is gone.
    pub async fn serve(app: App, certificates: &Certificates, port: u16) -> Result<Self> {
        let port = if port == 0 { free_ports(1)?[0] } else { port };
        let name = format!("host-{port}-{:x}", rand::random::<u32>());
        certificates.issue(&name)?;
        let tls = server_config(
            &certificates.path(&name, "pem"),
            &certificates.path(&name, "key"),
            ClientCertificates::Optional(&certificates.path("ca", "pem")),
        )?;
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        let listener = TlsListener::new(socket.listen(128)?, tls, ListenerLimits::default())?;
        let address = listener.address();
        routing::know_nodes(&app).await.ok().context("the store does not answer")?;
        let following = routing::follow_source(&app);
        let mut tasks = JoinSet::new();
        let router = router::servers(app.clone());
        tasks.spawn(serve_router(listener, ServeLimits::default(), std::future::pending(), router));
        Ok(Self { app, address, tasks, _following: following })
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// As a crash: no stream is ended in peace.
    pub async fn kill(mut self) {
        self.tasks.shutdown().await;
    }
}

/// What a node runs to know the platform's word, until it is dropped.
pub struct Following {
    pub feed: Arc<Feed>,
    pub name: String,
    running: JoinHandle<()>,
}

impl Following {
    /// Registers a node of this name and starts it.
    pub async fn start(
        host: &Hosted,
        certificates: &Certificates,
        name: &str,
        bound: Duration,
    ) -> Result<Self> {
        let thumbprint = certificates.issue(name)?;
        let app = &host.app;
        app.store
            .transact("test.node", async |tx| {
                store::routing::register_node(tx, name, std::slice::from_ref(&thumbprint)).await
            })
            .await?;
        Self::again(certificates, name, &host.url(), &app.config.issuer, bound)
    }

    /// One that was registered before, with what it has on its disk.
    pub fn again(
        certificates: &Certificates,
        name: &str,
        url: &str,
        issuer: &str,
        bound: Duration,
    ) -> Result<Self> {
        let folder = certificates.dir.join(format!("{name}-spool"));
        fs::create_dir_all(&folder)?;
        let feed = Arc::new(Feed::open(url, issuer, &folder, bound)?);
        let (outbound, following) = (certificates.outbound(name)?, Arc::clone(&feed));
        let running = tokio::spawn(async move { following.run(&outbound).await });
        Ok(Self { feed, name: name.to_owned(), running })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.running.abort();
    }
}
