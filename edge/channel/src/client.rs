//! TLS configuration of our clients.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;

use crate::error::{ChannelError, certificates, private_key, roots};

/// The client's certificate and key: PEM files.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    pub certificate: &'a Path,
    pub key: &'a Path,
}

/// Trusts only the CA in the file. For reqwest: `use_preconfigured_tls(client_config(..)?)`.
pub fn client_config(
    ca: &Path,
    identity: Option<Identity<'_>>,
) -> Result<ClientConfig, ChannelError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots(ca)?);
    let mut config = match identity {
        Some(Identity { certificate, key }) => {
            builder.with_client_auth_cert(certificates(certificate)?, private_key(key)?)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Opens the connections of hyper's pooling client.
pub type Connector = HttpsConnector<HttpConnector>;

/// HTTPS only.
pub fn connector(mut config: ClientConfig, connect_timeout: Duration) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    // The connector sets ALPN itself and requires it to be empty here.
    config.alpn_protocols.clear();
    HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_only()
        .enable_all_versions()
        .wrap_connector(tcp)
}
