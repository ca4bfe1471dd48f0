//! A CA for one test, and what it gives out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use senim_core::jose::sha256_base64;

pub(crate) struct Certificates {
    dir: PathBuf,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    pub(crate) fn make(dir: &Path) -> Self {
        let mut params = named("Test CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        fs::write(dir.join("ca.pem"), ca.pem()).unwrap();
        Self { dir: dir.to_owned(), ca }
    }

    /// `NAME.pem` and `NAME.key`; returns the thumbprint.
    pub(crate) fn issue(&self, name: &str) -> String {
        let key = KeyPair::generate().unwrap();
        let certificate = named(name).signed_by(&key, &self.ca).unwrap();
        fs::write(self.path(name, "pem"), certificate.pem()).unwrap();
        fs::write(self.path(name, "key"), key.serialize_pem()).unwrap();
        fs::set_permissions(self.path(name, "key"), fs::Permissions::from_mode(0o600)).unwrap();
        sha256_base64(certificate.der())
    }

    pub(crate) fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.dir.join(format!("{name}.{kind}"))
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
