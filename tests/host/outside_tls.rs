//! The state register over TLS: its certificate is one CA's, and it sees ours.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use axum::Router;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use senim_channel::{ClientCertificates, ServeLimits, TlsListener, serve_router, server_config};
use senim_core::id::Iin;
use senim_host::outside::OutsideTls;
use senim_host::outside::source::Source;

use super::stand::{IIN, folder};

/// A CA, and a certificate that it signed for this machine, as files.
struct Issued {
    ca: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

fn issued(dir: &Path, name: &str) -> Issued {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &ca).unwrap();
    let write = |file: &str, text: String| {
        let path = dir.join(format!("{name}.{file}"));
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    Issued {
        ca: write("ca.pem", ca.pem()),
        certificate: write("pem", certificate.pem()),
        key: write("key", key.serialize_pem()),
    }
}

#[tokio::test]
async fn the_register_is_trusted_by_one_ca_and_shown_our_certificate() {
    let dir = folder();
    let (theirs, ours, foreign) =
        (issued(&dir, "theirs"), issued(&dir, "ours"), issued(&dir, "foreign"));
    let tls =
        server_config(&theirs.certificate, &theirs.key, ClientCertificates::Required(&ours.ca));
    let listener = TlsListener::bind("127.0.0.1:0", tls.unwrap()).await.unwrap();
    let url = format!("https://localhost:{}", listener.address().port());
    // A register that has nobody: 404.
    let serving =
        serve_router(listener, ServeLimits::default(), std::future::pending(), Router::new());
    let serving = tokio::spawn(serving);
    let iin: Iin = IIN.parse().unwrap();
    let ask = async |ca: &Path, own: Option<&Issued>| {
        let tls = OutsideTls {
            ca: ca.to_owned(),
            certificate: own.map(|it| it.certificate.clone()),
            key: own.map(|it| it.key.clone()),
        };
        Source::open(&url, Some(&tls)).unwrap().person(&iin).await
    };
    assert!(matches!(ask(&theirs.ca, Some(&ours)).await, Ok(None)));
    assert!(ask(&foreign.ca, Some(&ours)).await.is_err(), "its certificate is another CA's");
    assert!(ask(&theirs.ca, None).await.is_err(), "it wants ours");
    assert!(ask(&theirs.ca, Some(&foreign)).await.is_err(), "it wants ours and no other");
    assert!(Source::open(&url, None).unwrap().person(&iin).await.is_err(), "nobody is trusted");
    serving.abort();
    fs::remove_dir_all(dir).unwrap();
}
