//! TLS configuration of our listeners.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};

use crate::error::{ChannelError, certificates, private_key, roots};

/// Client authentication of a listener. Certificates are verified against the CA in the file.
#[derive(Clone, Copy, Debug)]
pub enum ClientCertificates<'a> {
    Required(&'a Path),
    /// A certificate is optional, but must be valid if sent.
    Optional(&'a Path),
    NotAsked,
}

/// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1; `certificate` (the chain) and `key` are PEM files.
pub fn server_config(
    certificate: &Path,
    key: &Path,
    clients: ClientCertificates<'_>,
) -> Result<Arc<ServerConfig>, ChannelError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let verifier = |ca: &Path| -> Result<_, ChannelError> {
        let roots = Arc::new(roots(ca)?);
        Ok(WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider)))
    };
    let builder = match clients {
        ClientCertificates::Required(ca) => {
            builder.with_client_cert_verifier(verifier(ca)?.build()?)
        }
        ClientCertificates::Optional(ca) => {
            builder.with_client_cert_verifier(verifier(ca)?.allow_unauthenticated().build()?)
        }
        ClientCertificates::NotAsked => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(certificates(certificate)?, private_key(key)?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    if !matches!(clients, ClientCertificates::NotAsked) {
        // A resumed session would not verify the client's certificate again.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Arc::new(config))
}
