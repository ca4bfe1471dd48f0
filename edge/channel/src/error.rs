//! Errors of certificates and keys, which name the file.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::secret::check_secret_file;

#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    #[error("{}: {source}", path.display())]
    Pem { path: PathBuf, source: pem::Error },
    #[error("{}: {source}", path.display())]
    Secret { path: PathBuf, source: std::io::Error },
    #[error("{}: the file contains no certificate", path.display())]
    Empty { path: PathBuf },
    #[error("{}: {source}", path.display())]
    Root { path: PathBuf, source: rustls::Error },
    #[error("can't verify client certificates: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    #[error("can't use this certificate and key for TLS: {0}")]
    Tls(#[from] rustls::Error),
}

pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ChannelError> {
    let unreadable = |source| ChannelError::Pem { path: path.to_owned(), source };
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if chain.is_empty() {
        return Err(ChannelError::Empty { path: path.to_owned() });
    }
    Ok(chain)
}

pub(crate) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, ChannelError> {
    check_secret_file(path)
        .map_err(|source| ChannelError::Secret { path: path.to_owned(), source })?;
    PrivateKeyDer::from_pem_file(path)
        .map_err(|source| ChannelError::Pem { path: path.to_owned(), source })
}

pub(crate) fn roots(path: &Path) -> Result<RootCertStore, ChannelError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots
            .add(certificate)
            .map_err(|source| ChannelError::Root { path: path.to_owned(), source })?;
    }
    Ok(roots)
}
