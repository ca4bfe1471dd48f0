//! Everything around a node.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::HeaderMap;
use senim_channel::{Identity, client_config};
use senim_node::{Config, Node};
use serde_json::{Value, json};

use crate::certificates::Certificates;
use crate::platform::{Platform, Word};
use crate::provider::Provider;
use crate::tokens::{AUDIENCE, CONSUMER, ISSUER, Key, OTHER, PATH, PROVIDER, claims, header};

pub(crate) struct World {
    pub(crate) dir: PathBuf,
    pub(crate) certificates: Certificates,
    pub(crate) platform: Platform,
    pub(crate) provider: Provider,
    pub(crate) config: Config,
    pub(crate) node: Option<Node>,
    /// The consumer's certificate.
    pub(crate) thumbprint: String,
}

/// An answer, taken apart.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn outcome(&self) -> (u16, Option<&str>) {
        (self.status, self.body["code"].as_str())
    }
}

impl World {
    /// A node that has heard the platform. Each test has its own everything.
    pub(crate) async fn start(name: &str) -> Self {
        let mut world = Self::prepare(name).await;
        world.start_node().await;
        world
    }

    pub(crate) async fn prepare(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("edge").join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        let certificates = Certificates::make(&dir);
        certificates.issue("edge");
        let thumbprint = certificates.issue("consumer");
        let other = certificates.issue("other");
        certificates.issue("nobody");
        let provider = Provider::new();
        let provider_port = provider.serve(&certificates).await;
        let platform = Platform::new(json!([
            {
                "bin": CONSUMER, "name": "Jetisu Pay", "provider": false, "consumer": true, "active": true,
                "certificates": [thumbprint], "applications": ["jetisu-app"],
            },
            {
                "bin": PROVIDER, "name": "Qarlygash Bank", "provider": true, "consumer": false, "active": true,
                "certificates": [], "base_url": format!("https://localhost:{provider_port}"), "applications": [],
            },
            {
                "bin": OTHER, "name": "Tulpar Bank", "provider": true, "consumer": true, "active": true,
                "certificates": [other], "base_url": "https://localhost:1", "applications": ["tulpar-app"],
            },
        ]));
        let port = platform.serve(&certificates).await;
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            name: "edge".to_owned(),
            audience: AUDIENCE.to_owned(),
            platform_url: format!("https://localhost:{port}"),
            issuer: ISSUER.to_owned(),
            tls_certificate: certificates.path("edge", "pem"),
            tls_key: certificates.path("edge", "key"),
            client_ca: certificates.path("ca", "pem"),
            gate: Some(gate()),
            gate_sha256: None,
            gate_dir: None,
            gate_keys: vec![],
            spool_dir: dir.join("spool"),
            registry_stale_s: 5,
            upstream_timeout_s: 1,
            participant_requests_per_s: 2000,
            metrics_listen: None,
            refused_uses_retry_s: 3600,
        };
        Self { dir, certificates, platform, provider, config, node: None, thumbprint }
    }

    pub(crate) async fn start_node(&mut self) {
        self.node = Some(Node::start(self.config.clone()).await.unwrap());
        self.until(|it| it.node().is_fresh()).await;
    }

    pub(crate) fn node(&self) -> &Node {
        self.node.as_ref().unwrap()
    }

    /// Waits for something that comes about by itself.
    pub(crate) async fn until(&self, holds: impl Fn(&Self) -> bool) {
        for _ in 0..400 {
            if holds(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it did not come about in ten seconds");
    }

    /// Waits until the node has acknowledged what the platform says now.
    pub(crate) async fn heard(&self) {
        let place = self.platform.word(super::platform::Word::place);
        let heard = |word: &mut Word| word.acknowledged.last().is_some_and(|it| it.0 >= place);
        self.until(|it| it.platform.word(heard)).await;
    }

    /// Files of uses on the node's disk.
    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.dir.join("spool")).unwrap().map(|it| it.unwrap().path());
        files.filter(|it| it.extension().is_some_and(|it| it == "jsonl")).collect()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.node().address().port())
    }

    /// A client that shows this certificate.
    pub(crate) fn client(&self, name: &str) -> reqwest::Client {
        let (certificate, key) =
            (self.certificates.path(name, "pem"), self.certificates.path(name, "key"));
        let identity = Identity { certificate: &certificate, key: &key };
        let tls = client_config(&self.config.client_ca, Some(identity)).unwrap();
        let builder = reqwest::Client::builder().use_preconfigured_tls(tls);
        builder.default_headers(presence()).build().unwrap()
    }

    /// A request of the consumer's without its client, with its own token.
    pub(crate) fn unattended(&self, token: &str) -> reqwest::RequestBuilder {
        let (certificate, key) =
            (self.certificates.path("consumer", "pem"), self.certificates.path("consumer", "key"));
        let identity = Identity { certificate: &certificate, key: &key };
        let tls = client_config(&self.config.client_ca, Some(identity)).unwrap();
        let client = reqwest::Client::builder().use_preconfigured_tls(tls).build().unwrap();
        client.get(self.url(PATH)).bearer_auth(token)
    }

    /// What the node wants DPoP proofs to name now.
    pub(crate) async fn nonce(&self) -> String {
        self.nonce_at(&self.url("")).await
    }

    pub(crate) async fn nonce_at(&self, url: &str) -> String {
        let request = self.client("consumer").get(format!("{url}{PATH}")).header("dpop", "none");
        let reply = self.ask(request).await;
        reply.headers["dpop-nonce"].to_str().unwrap().to_owned()
    }

    /// The consumer's client with a token of the platform's.
    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client("consumer").get(self.url(path)).bearer_auth(self.token(|_| {}))
    }

    /// A token of the platform's, with its claims changed.
    pub(crate) fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = claims(&self.thumbprint, now());
        change(&mut claims);
        Key::of(1).sign(&header("at+jwt"), &claims)
    }

    pub(crate) async fn ask(&self, request: reqwest::RequestBuilder) -> Reply {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    pub(crate) async fn outcome(&self, request: reqwest::RequestBuilder) -> (u16, Option<String>) {
        let reply = self.ask(request).await;
        let (status, code) = reply.outcome();
        (status, code.map(str::to_owned))
    }

    /// `GET /accounts` with this token.
    pub(crate) async fn with_token(&self, token: &str) -> (u16, Option<String>) {
        self.with_token_at(&self.url(""), token).await
    }

    pub(crate) async fn with_token_at(&self, url: &str, token: &str) -> (u16, Option<String>) {
        self.outcome(self.client("consumer").get(format!("{url}{PATH}")).bearer_auth(token)).await
    }
}

/// What says that the client is there.
pub(crate) fn presence() -> HeaderMap {
    let date = chrono::DateTime::from_timestamp(now(), 0).unwrap();
    let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers = HeaderMap::new();
    headers.insert("x-fapi-auth-date", date.parse().unwrap());
    headers.insert("x-fapi-customer-ip-address", "192.0.2.7".parse().unwrap());
    headers
}

/// The gate that `cargo xtask build` made.
pub(crate) fn gate() -> PathBuf {
    let path = match std::env::var_os("SENIM_GATE") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.senim/gate.wasm"),
    };
    assert!(path.is_file(), "{} is not there: run `cargo xtask build` first", path.display());
    path
}

#[expect(clippy::disallowed_methods, reason = "the node under test has the system's clock")]
pub(crate) fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the node under test has the system's clock")]
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
