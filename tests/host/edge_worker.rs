//! The gate as a Cloudflare Worker (`edge/worker`) under Cloudflare's runtime, behind a real host: the stream and the list over mutual
//! TLS, a consumer's request to a provider and back, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use senim_channel::clock::{Clock as _, SystemClock};
use senim_channel::{
    ClientCertificates, Identity, Peer, TlsListener, client_config, server_config,
};
use senim_channel::{verify, verify_jws};
use senim_core::jose::{Algorithm, Jws, from_base64, hex, sha256_base64, to_base64};
use senim_core::status::{Entry, StatusListClaims, cwt};
use senim_host::participant::seed;
use senim_store as store;
use senim_tests::hosted::{Certificates, Hosted};
use senim_tests::workerd::{CF, Given, Workerd};
use serde_json::{Value, json};

use super::bank::{Bank, Key, random};
use super::stand::{CONSUMER, Stand, folder};

const PATH: &str = "/account-information/v1/accounts";
/// The edge's URL in tokens: `edge_url` of the host's configuration.
const AUDIENCE: &str = "https://localhost:3";
const NODE: &str = "edge-worker";
const NOTHING: &[u8] = br#"{"data":[],"links":{}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_reads_for_a_consent_and_refuses_when_it_ends_or_the_platform_is_gone() {
    let edge = Edge::start().await;
    edge.until_healthy(StatusCode::OK).await;

    let code = edge.bank.code().await;
    let traded = edge.bank.trade(&code).await;
    let token = traded.text("access_token");
    let reference = traded.token().status.status_list;
    // A certificate that is missing, or named by the caller.
    let (stranger, nobody) = (edge.client(None), edge.client(Some("nobody")));
    let named = edge.thumbprint.clone();
    for client in [&stranger, &nobody] {
        let request = client.get(edge.url(PATH)).header("senim-peer", &named);
        assert_eq!(outcome(request).await, "403 participant.unknown");
    }

    // The proof has to name the edge's nonce.
    let consumer = edge.client(Some("consumer"));
    let asked = |proof: Option<String>| {
        let request = consumer.get(edge.url(PATH)).header("authorization", format!("DPoP {token}"));
        proof.into_iter().fold(request, |it, proof| it.header("dpop", proof))
    };
    assert_eq!(outcome(asked(None)).await, "401 dpop.missing");
    let written = consumer.post(edge.url(PATH)).body("{}");
    assert_eq!(outcome(written).await, "405 method.not-allowed");
    let refused = asked(Some(edge.proof(&token, "none"))).send().await.unwrap();
    assert_eq!(
        refused.headers()["www-authenticate"],
        r#"DPoP error="use_dpop_nonce", algs="ES256 EdDSA PS256""#
    );
    let nonce = refused.headers()["dpop-nonce"].to_str().unwrap().to_owned();
    let proof = edge.proof(&token, &nonce);
    let answer = asked(Some(proof.clone())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["ratelimit"].to_str().unwrap().contains("consent"));
    assert!(answer.headers()["senim-use"].to_str().unwrap().starts_with("use_"));
    assert_eq!(answer.bytes().await.unwrap(), NOTHING);
    assert_eq!(outcome(asked(Some(proof))).await, "401 dpop.replayed");
    let seen = edge.provider.lock().unwrap().clone();
    assert_eq!(seen.len(), 1, "only what was allowed went to the provider");
    assert_eq!(seen[0].0, PATH);
    assert!(seen[0].1.contains_key("senim-client") && !seen[0].1.contains_key("authorization"));
    assert_eq!(seen[0].2.as_deref(), Some(NODE), "by the node's certificate");
    // The use came to the platform.
    edge.bank.stand.until_recorded("data.read").await;

    let list = edge.list().await;
    assert_eq!(list.entry(reference.idx), Some(Entry::Valid));
    // A code played twice ends the consent.
    edge.bank.trade(&code).await;
    edge.until("401 consent.withdrawn", async || {
        outcome(asked(Some(edge.proof(&token, &nonce)))).await
    })
    .await;
    let forwarded = edge.provider.lock().unwrap().len();
    let again = outcome(asked(Some(edge.proof(&token, &nonce)))).await;
    assert_eq!(again, "401 consent.withdrawn");
    assert_eq!(edge.provider.lock().unwrap().len(), forwarded, "none of it was forwarded");
    edge.until_acknowledged().await;
    // However many ask: a list is made anew each second.
    edge.bank.stand.wait(1);
    edge.until_listed(reference.idx, Entry::Ended).await;

    let host = edge.host.lock().unwrap().take().unwrap();
    let (port, app) = (host.address.port(), host.app.clone());
    host.kill().await;
    edge.until_healthy(StatusCode::SERVICE_UNAVAILABLE).await;
    let stale = outcome(asked(Some(edge.proof(&token, &nonce)))).await;
    assert_eq!(stale, "503 edge.stale");
    edge.until("503 edge.stale", async || outcome(stranger.get(edge.url("/status-list"))).await)
        .await;

    // It comes back, and the Worker with it.
    let host = Hosted::serve(app, &edge.certificates, port).await.unwrap();
    edge.until_healthy(StatusCode::OK).await;
    host.kill().await;
    assert!(!edge.logs().contains(&token) && !edge.logs().contains("900101300017"));
    edge.bank.stand.app.store.close().await;
}

/// As if the platform's database had been replaced by an older copy.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_follows_no_platform_that_is_behind_what_it_has_seen() {
    let mut edge = Edge::start().await;
    edge.until_healthy(StatusCode::OK).await;
    let code = edge.bank.code().await;
    edge.bank.trade(&code).await;
    edge.bank.trade(&code).await;
    edge.until_acknowledged().await;
    let host = edge.host.lock().unwrap().take().unwrap();
    let (port, app) = (host.address.port(), host.app.clone());
    host.kill().await;
    let head = app.store.read("test", async |tx| store::feed::head(tx).await).await.unwrap();
    assert!(head.at.seq > 0);
    // Restarted, so that only what is in its storage can tell it.
    edge.restart();
    let dir = folder();
    let older = format!("sqlite:{}", dir.join("older.db").display());
    let older = Stand::at(&older, SystemClock.now()).await;
    edge.register_node(&older).await;
    let behind = older.app.store.read("test", async |tx| store::feed::head(tx).await);
    assert!(behind.await.unwrap().at < head.at);
    let host = Hosted::serve(older.app.clone(), &edge.certificates, port).await.unwrap();
    edge.until("true", async || edge.logs().contains("behind").to_string()).await;
    assert_eq!(edge.health().await, StatusCode::SERVICE_UNAVAILABLE);
    host.kill().await;
    older.app.store.close().await;
    edge.bank.stand.app.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_hands_on_the_list_as_it_was_signed_and_only_to_who_lacks_it() {
    let edge = Edge::start().await;
    let keys = edge.bank.stand.app.keys.published(edge.bank.stand.app.now());
    let anyone = edge.client(None);
    let url = edge.url("/status-list");
    let answer = anyone.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/statuslist+jwt");
    let kept = answer.headers()["cache-control"].to_str().unwrap();
    let seconds = kept.strip_prefix("public, max-age=").unwrap().parse::<u64>().unwrap();
    assert!(seconds <= 5);
    let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    let jws = Jws::parse_long(&text, 1_000_000).unwrap();
    assert!(verify_jws(&jws, &keys));

    let answer = anyone.get(&url).header("accept", cwt::TYPE).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], cwt::TYPE);
    assert_eq!(answer.headers()["vary"], "accept");
    let read = cwt::read(&answer.bytes().await.unwrap()).unwrap();
    assert!(verify(&keys.keys[0], Algorithm::Es256, &read.signed, &read.signature));
    assert_eq!(read.claims.status_list, jws.claims::<StatusListClaims>().unwrap().status_list);

    // The one that was fetched, or a newer one with another tag.
    let again = anyone.get(&url).header("if-none-match", &etag).send().await.unwrap();
    let same = again.headers()["etag"] == etag.as_str();
    assert_eq!(again.status(), if same { 304 } else { 200 });
    assert_eq!(outcome(anyone.post(&url)).await, "405 method.not-allowed");
    // With the platform's own keys, and one bit of the signature another.
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let mut signature = from_base64(signature).unwrap();
    signature[9] ^= 1;
    let bent = format!("{signed}.{}", to_base64(&signature));
    let keys = serde_json::to_string(&keys).unwrap();
    let host = edge.host.lock().unwrap().take().unwrap();
    let port = host.address.port();
    host.kill().await;
    let forged = edge.forge(port, bent, keys).await;
    edge.until("503 edge.stale", async || outcome(anyone.get(&url)).await).await;
    assert!(edge.logs().contains("it is not signed by the platform"), "{}", edge.logs());
    forged.abort();
    edge.bank.stand.app.store.close().await;
}

/// A Worker with everything around it.
struct Edge {
    bank: Bank,
    certificates: Certificates,
    host: Mutex<Option<Hosted>>,
    platform: String,
    dir: PathBuf,
    /// Of the consumer's certificate.
    thumbprint: String,
    node: String,
    provider: Provider,
    worker: Option<Workerd>,
    /// Where Cloudflare's front stands, and what it hands requests to.
    port: u16,
    behind: Front,
}

/// What hands requests to the runtime, and where that is now.
#[derive(Clone)]
struct Front {
    client: reqwest::Client,
    url: Arc<Mutex<String>>,
}

/// Address, headers and the caller's certificate of each request.
type Provider = Arc<Mutex<Vec<(String, HeaderMap, Option<String>)>>>;

impl Edge {
    /// On SQLite: a Worker does not know which database is behind its platform.
    async fn start() -> Self {
        let dir = folder();
        let database = format!("sqlite:{}", dir.join("test.db").display());
        let certificates = Certificates::make(&dir).unwrap();
        let thumbprint = certificates.issue("consumer").unwrap();
        certificates.issue("nobody").unwrap();
        let node = certificates.issue(NODE).unwrap();
        let provider = Provider::default();
        let provider_port =
            serve(&certificates, "provider", true, provides, provider.clone()).await;
        let bank = Bank::before(Stand::at(&database, SystemClock.now()).await).await;
        let text = format!(
            "[[participants]]\nbin = \"{CONSUMER}\"\nname = \"Jetisu Pay\"\nprovider = true\nconsumer = true\n\
             certificates = [\"{}\", \"{thumbprint}\"]\nbase_url = \"https://localhost:{provider_port}\"\n",
            sha256_base64(b"certificate"),
        );
        fs::write(dir.join("seed.toml"), text).unwrap();
        seed::seed(&bank.stand.app, &dir.join("seed.toml")).await.unwrap();
        let host = Hosted::serve(bank.stand.app.clone(), &certificates, 0).await.unwrap();
        let tls = client_config(&certificates.path("ca", "pem"), None).unwrap();
        let client = reqwest::Client::builder().use_preconfigured_tls(tls).build().unwrap();
        let behind = Front { client, url: Arc::default() };
        let port = serve(&certificates, "front", false, fronts, behind.clone()).await;
        let mut edge = Self {
            platform: host.url(),
            host: Mutex::new(Some(host)),
            bank,
            certificates,
            dir,
            thumbprint,
            node,
            provider,
            worker: None,
            port,
            behind,
        };
        edge.register_node(&edge.bank.stand).await;
        edge.restart();
        edge
    }

    async fn register_node(&self, stand: &Stand) {
        let thumbprints = [self.node.clone()];
        let registered = stand.app.store.transact("test.node", async |tx| {
            store::routing::register_node(tx, NODE, &thumbprints).await
        });
        registered.await.unwrap();
    }

    /// With what it has in its storage.
    fn restart(&mut self) {
        self.worker = None;
        let stored = self.dir.join("stored");
        fs::create_dir_all(&stored).unwrap();
        // Beside the configuration.
        let file = |name: &str, kind: &str| format!("embed \"{name}.{kind}\"");
        let services = format!(
            "(name = \"store\", disk = (path = \"{}\", writable = true)),
             (name = \"certified\", network = (allow = [\"local\"], tlsOptions = (
                keypair = (privateKey = {}, certificateChain = {}), trustedCertificates = [{}])))",
            stored.display(),
            file(NODE, "key"),
            file(NODE, "pem"),
            file("ca", "pem"),
        );
        let issuer = &self.bank.stand.app.config.issuer;
        let bindings = format!(
            "(name = \"ISSUER\", text = {issuer:?}), (name = \"AUDIENCE\", text = {AUDIENCE:?}),
             (name = \"PLATFORM_URL\", text = {:?}), (name = \"REGISTRY_STALE_S\", text = \"2\"),
             (name = \"CERTIFICATE\", service = \"certified\"), (name = \"EDGE\", durableObjectNamespace = \"Edge\")",
            self.platform,
        );
        let worker = "durableObjectNamespaces = [(className = \"Edge\", uniqueKey = \"edge\", enableSql = true)],
                      durableObjectStorage = (localDisk = \"store\")";
        let given = Given { bindings: &bindings, services: &services, worker };
        let worker = Workerd::start(&self.dir, "worker", &given).unwrap();
        *self.behind.url.lock().unwrap() = worker.url();
        self.worker = Some(worker);
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// A client that shows this certificate, and says that its client is there.
    fn client(&self, name: Option<&str>) -> reqwest::Client {
        let path = |kind: &str| name.map(|it| self.certificates.path(it, kind));
        let (certificate, key) = (path("pem"), path("key"));
        let identity = certificate.as_deref().zip(key.as_deref());
        let identity = identity.map(|(certificate, key)| Identity { certificate, key });
        let tls = client_config(&self.certificates.path("ca", "pem"), identity).unwrap();
        let mut there = HeaderMap::new();
        let date = SystemClock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        there.insert("x-fapi-auth-date", date.parse().unwrap());
        there.insert("x-fapi-customer-ip-address", "192.0.2.7".parse().unwrap());
        let builder = reqwest::Client::builder().use_preconfigured_tls(tls);
        builder.default_headers(there).build().unwrap()
    }

    fn proof(&self, token: &str, nonce: &str) -> String {
        let key: &Key = &self.bank.dpop;
        let claims = json!({
            "jti": random(), "htm": "GET", "htu": format!("{AUDIENCE}{PATH}"),
            "iat": SystemClock.now().timestamp(), "ath": sha256_base64(token.as_bytes()), "nonce": nonce,
        });
        key.sign(&Bank::proof_header(key), &claims)
    }

    async fn list(&self) -> senim_core::status::StatusList {
        let text = self.client(None).get(self.url("/status-list")).send().await.unwrap();
        let text = text.text().await.unwrap();
        let claims: StatusListClaims = Jws::parse_long(&text, 1_000_000).unwrap().claims().unwrap();
        claims.status_list.unpack().unwrap()
    }

    async fn health(&self) -> StatusCode {
        self.client(None).get(self.url("/healthz")).send().await.unwrap().status()
    }

    async fn until_healthy(&self, status: StatusCode) {
        let expected = status.as_str().to_owned();
        self.until(&expected, async || self.health().await.as_str().to_owned()).await;
    }

    async fn until_listed(&self, index: u64, entry: Entry) {
        let expected = format!("{:?}", Some(entry));
        self.until(&expected, async || format!("{:?}", self.list().await.entry(index))).await;
    }

    async fn until_acknowledged(&self) {
        let app = &self.bank.stand.app;
        let head = app.store.read("test", async |tx| store::feed::head(tx).await).await.unwrap();
        self.until("true", async || {
            let nodes = app.store.read("test", async |tx| store::feed::nodes(tx, app.now()).await);
            let nodes = nodes.await.unwrap();
            let own = nodes.iter().find(|it| it.name == NODE).and_then(|it| it.acknowledged);
            own.is_some_and(|it| it >= head.at).to_string()
        })
        .await;
    }

    /// Waits for something that comes about by itself.
    async fn until(&self, expected: &str, found: impl AsyncFn() -> String) {
        let mut last = String::new();
        for _ in 0..1200 {
            last = found().await;
            if last == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{last}, not {expected}, after half a minute\n{}", self.logs());
    }

    fn logs(&self) -> String {
        let log = |name| fs::read_to_string(self.dir.join(name)).unwrap_or_default();
        log("worker.log") + &log("workerd.log")
    }

    /// In the platform's place, one that shows this list and these keys.
    async fn forge(&self, port: u16, list: String, keys: String) -> tokio::task::JoinHandle<()> {
        let app = Router::new()
            .route("/jwks", axum::routing::get(async || keys))
            .route("/status-list", axum::routing::get(async || list));
        self.certificates.issue("forger").unwrap();
        let tls = server_config(
            &self.certificates.path("forger", "pem"),
            &self.certificates.path("forger", "key"),
            ClientCertificates::Required(&self.certificates.path("ca", "pem")),
        );
        let address = format!("127.0.0.1:{port}");
        let listener = TlsListener::bind(&address, tls.unwrap()).await.unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() })
    }
}

/// Status and problem: `403 participant.unknown`.
async fn outcome(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    match body["code"].as_str() {
        Some(code) => format!("{status} {code}"),
        None => status.to_string(),
    }
}

/// One handler for everything, behind TLS; its port.
async fn serve<S, H, T>(
    certificates: &Certificates,
    name: &str,
    required: bool,
    handler: H,
    state: S,
) -> u16
where
    S: Clone + Send + Sync + 'static,
    H: axum::handler::Handler<T, S>,
    T: 'static,
{
    certificates.issue(name).unwrap();
    let ca = certificates.path("ca", "pem");
    let clients = if required {
        ClientCertificates::Required(&ca)
    } else {
        ClientCertificates::Optional(&ca)
    };
    let config =
        server_config(&certificates.path(name, "pem"), &certificates.path(name, "key"), clients);
    let listener = TlsListener::bind("127.0.0.1:0", config.unwrap()).await.unwrap();
    let port = listener.address().port();
    let app = Router::new().fallback(handler).with_state(state);
    let app = app.into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

async fn provides(
    State(provider): State<Provider>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response<Body> {
    let by = peer.certificate.and_then(|it| it.common_name);
    let address = request.uri().path_and_query().unwrap().to_string();
    provider.lock().unwrap().push((address, request.headers().clone(), by));
    Response::builder().header("content-type", "application/json").body(NOTHING.into()).unwrap()
}

/// What stands before Workers at Cloudflare: it ends TLS and says in `request.cf` what certificate it has seen.
async fn fronts(
    State(behind): State<Front>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response<Body> {
    let told = match peer.certificate {
        Some(it) => json!({
            "certPresented": "1", "certVerified": "SUCCESS", "certRevoked": "0",
            "certFingerprintSHA256": hex(&from_base64(&it.thumbprint).unwrap()),
        }),
        None => json!({ "certPresented": "0", "certVerified": "NONE" }),
    };
    let url = format!("{}{}", behind.url.lock().unwrap(), request.uri().path_and_query().unwrap());
    let (parts, body) = request.into_parts();
    let mut headers = parts.headers;
    headers.insert(CF, json!({ "tlsClientAuth": told }).to_string().parse().unwrap());
    let body = to_bytes(body, 100_000).await.unwrap();
    let request = behind.client.request(parts.method, url).headers(headers).body(body);
    let answer = request.send().await.unwrap();
    let mut reply = Response::builder().status(answer.status());
    *reply.headers_mut().unwrap() = answer.headers().clone();
    reply.body(answer.bytes().await.unwrap().into()).unwrap()
}
