//! Real handshakes between our listener and our clients, with certificates made for the occasion.

#![expect(clippy::unwrap_used, reason = "what can't be set up has failed")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, DnValue, IsCa, KeyPair,
    date_time_ymd,
};
use senim_channel::{
    ClientCertificates, Identity, ListenerLimits, Peer, PeerCertificate, TlsListener,
    client_config, server_config,
};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_client_with_our_certificate_is_known_by_it() {
    let files = Files::make("known");
    let address = files.serve(ClientCertificates::Required(&files.path("ca.pem"))).await;
    let outcome = files.ask(address, Some("client")).await.unwrap();
    let der = rustls_pem(&files.path("client.pem"));
    let thumbprint = senim_core::jose::sha256_base64(&der);
    assert_eq!(outcome, format!("{thumbprint} Some(\"Jetisu\") CN=Jetisu,O=Pay\\, Ltd"));
}

#[tokio::test]
async fn a_required_certificate_must_be_sent() {
    let files = Files::make("nothing");
    let address = files.serve(ClientCertificates::Required(&files.path("ca.pem"))).await;
    assert!(files.ask(address, None).await.is_err());
}

#[tokio::test]
async fn an_optional_certificate_may_be_missing() {
    let files = Files::make("optional");
    let address = files.serve(ClientCertificates::Optional(&files.path("ca.pem"))).await;
    assert_eq!(files.ask(address, None).await.unwrap(), "nobody");
    assert!(files.ask(address, Some("client")).await.unwrap().contains("Jetisu"));
    assert!(files.ask(address, Some("stranger")).await.is_err());
    assert!(files.ask(address, Some("expired")).await.is_err());
}

#[tokio::test]
async fn a_certificate_of_another_ca_or_past_its_time_is_refused() {
    let files = Files::make("refused");
    let address = files.serve(ClientCertificates::Required(&files.path("ca.pem"))).await;
    for name in ["stranger", "expired"] {
        assert!(files.ask(address, Some(name)).await.is_err(), "{name}");
    }
    assert!(files.ask(address, Some("client")).await.is_ok());
}

#[tokio::test]
async fn a_server_of_another_ca_is_refused_by_our_client() {
    let (ours, theirs) = (Files::make("ours"), Files::make("theirs"));
    let address = theirs.serve(ClientCertificates::NotAsked).await;
    assert!(ours.ask(address, None).await.is_err());
    assert_eq!(theirs.ask(address, None).await.unwrap(), "nobody");
}

#[tokio::test]
async fn a_silent_client_times_out_and_delays_nobody() {
    let files = Files::make("silent");
    let limits =
        ListenerLimits { handshake: Duration::from_millis(300), ..ListenerLimits::default() };
    let address = files.serve_within(ClientCertificates::NotAsked, limits).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(files.ask(address, None).await.unwrap(), "nobody");
    let closed = tokio::time::timeout(Duration::from_secs(5), silent.read(&mut [0; 1])).await;
    assert!(matches!(closed, Ok(Ok(0) | Err(_))), "{closed:?}");
}

#[tokio::test]
async fn connections_past_an_addresss_places_are_closed_at_once() {
    let files = Files::make("limit");
    let limits = ListenerLimits { per_address_max: 1, ..ListenerLimits::default() };
    let clients = ClientCertificates::Optional(&files.path("ca.pem"));
    let address = files.serve_within(clients, limits).await;
    let silent = TcpStream::connect(address).await.unwrap();
    assert!(files.ask(address, None).await.is_err(), "the only place is taken");
    drop(silent);
    while files.ask(address, None).await.is_err() {}
}

#[tokio::test]
async fn strangers_take_no_place_of_those_with_a_certificate() {
    let files = Files::make("classes");
    let limits = ListenerLimits { unknown_max: 1, ..ListenerLimits::default() };
    let clients = ClientCertificates::Optional(&files.path("ca.pem"));
    let address = files.serve_within(clients, limits).await;
    let stranger = files.client(None);
    let url = format!("https://localhost:{}/", address.port());
    assert!(stranger.get(&url).send().await.is_ok());
    // Its connection is kept.
    assert!(files.ask(address, None).await.is_err());
    assert!(files.ask(address, Some("client")).await.is_ok());
}

/// RFC 5280 §4.1.2.4: certificates of older authorities write names in types of one byte, two and four.
#[test]
fn a_name_is_read_whichever_type_it_is_written_in() {
    let same = "Қарлығаш";
    for (value, name) in [
        (DnValue::Utf8String(same.to_owned()), same),
        (DnValue::BmpString(same.try_into().unwrap()), same),
        (DnValue::UniversalString(same.try_into().unwrap()), same),
        (DnValue::TeletexString("bank-1".try_into().unwrap()), "bank-1"),
    ] {
        let mut params = named("none");
        params.distinguished_name.remove(DnType::CommonName);
        params.distinguished_name.push(DnType::CommonName, value);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let peer = PeerCertificate::from_der(certificate.der()).unwrap();
        assert_eq!(peer.common_name.as_deref(), Some(name));
        assert_eq!(peer.subject, format!("CN={name},O=Pay\\, Ltd"));
    }
}

#[test]
fn a_complaint_names_the_file() {
    let missing = Path::new("no/such/ca.pem");
    let error = client_config(missing, None).unwrap_err().to_string();
    assert!(error.contains("no/such/ca.pem"), "{error}");
}

struct Files(PathBuf);

impl Files {
    /// A CA, a server and clients: `client`, `expired`, and `stranger` of another CA.
    fn make(name: &str) -> Self {
        let files = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("handshakes").join(name));
        std::fs::create_dir_all(&files.0).unwrap();
        let (ca, other) = (authority(), authority());
        std::fs::write(files.path("ca.pem"), ca.pem()).unwrap();
        files.issue("server", &ca, &named("Senim"));
        files.issue("client", &ca, &named("Jetisu"));
        files.issue("stranger", &other, &named("Jetisu"));
        let mut expired = named("Jetisu");
        expired.not_after = date_time_ymd(2020, 1, 1);
        files.issue("expired", &ca, &expired);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn issue(&self, name: &str, by: &CertifiedIssuer<'_, KeyPair>, params: &CertificateParams) {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, by).unwrap();
        std::fs::write(self.path(&format!("{name}.pem")), certificate.pem()).unwrap();
        let file = self.path(&format!("{name}.key"));
        std::fs::write(&file, key.serialize_pem()).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    async fn serve(&self, clients: ClientCertificates<'_>) -> std::net::SocketAddr {
        self.serve_within(clients, ListenerLimits::default()).await
    }

    async fn serve_within(
        &self,
        clients: ClientCertificates<'_>,
        limits: ListenerLimits,
    ) -> std::net::SocketAddr {
        let config =
            server_config(&self.path("server.pem"), &self.path("server.key"), clients).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener = TlsListener::new(tcp, config, limits).unwrap();
        let address = listener.address();
        let app = Router::new().route("/", get(who)).into_make_service_with_connect_info::<Peer>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }

    async fn ask(
        &self,
        address: std::net::SocketAddr,
        show: Option<&str>,
    ) -> Result<String, reqwest::Error> {
        let url = format!("https://localhost:{}/", address.port());
        let answer = self.client(show).get(url).send().await?;
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        answer.text().await
    }

    fn client(&self, show: Option<&str>) -> reqwest::Client {
        let (certificate, key) = (
            self.path(&format!("{}.pem", show.unwrap_or("client"))),
            self.path(&format!("{}.key", show.unwrap_or("client"))),
        );
        let identity = show.map(|_| Identity { certificate: &certificate, key: &key });
        let tls = client_config(&self.path("ca.pem"), identity).unwrap();
        reqwest::Client::builder().use_preconfigured_tls(tls).build().unwrap()
    }
}

async fn who(ConnectInfo(peer): ConnectInfo<Peer>) -> String {
    match peer.certificate {
        Some(it) => format!("{} {:?} {}", it.thumbprint, it.common_name, it.subject),
        None => "nobody".to_owned(),
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = named("Demo CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::OrganizationName, "Pay, Ltd");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

fn rustls_pem(path: &Path) -> Vec<u8> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    CertificateDer::from_pem_file(path).unwrap().to_vec()
}
