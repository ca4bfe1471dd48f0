//! The TLS side of our clients.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::error::{ChannelError, certificates, private_key, roots};

/// What a client shows of itself: PEM files.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    pub certificate: &'a Path,
    pub key: &'a Path,
}

/// Trusts the CA in the file and nobody else. For reqwest: `use_preconfigured_tls(client_config(..)?)`.
pub fn client_config(
    ca: &Path,
    identity: Option<Identity<'_>>,
) -> Result<ClientConfig, ChannelError> {
    let builder = trusting(roots(ca)?)?;
    let mut config = match identity {
        Some(Identity { certificate, key }) => {
            builder.with_client_auth_cert(certificates(certificate)?, private_key(key)?)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Trusts nobody: for clients that may be given `http` addresses alone.
pub(crate) fn client_config_without_roots() -> Result<ClientConfig, ChannelError> {
    Ok(trusting(RootCertStore::empty())?.with_no_client_auth())
}

fn trusting(
    roots: RootCertStore,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, ChannelError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots))
}
