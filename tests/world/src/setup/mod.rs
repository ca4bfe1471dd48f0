//! `senim-world setup`: everything that the demo's processes are started with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use rand::Rng as _;
use senim_client::Key;
use senim_core::jose::Jwk;
use senim_core::log::note::{KeyKind, SigningKey};
use serde_json::json;

use crate::cast::{self, Organisation};
use crate::clock;
use crate::settings::{Consumer, Gateway, Operator, Provider, Settings};
use crate::vendor;

mod certificates;
pub(crate) mod files;

use certificates::{Authority, Pair, Purpose, Term};
use files::Secrecy;

/// The witness's name, and the host's policy.
const WITNESS: &str = "witness.localhost";
const LOG_POLICY: &str = "log.policy";

/// What the caller of `senim-world setup` chooses. What is left out lies in `--dir`.
#[derive(Clone, Debug, clap::Args)]
pub struct Wishes {
    /// Where everything is written.
    #[arg(long)]
    pub dir: PathBuf,
    /// The host's database, `sqlite:PATH` or `postgres://…`.
    #[arg(long, alias = "host-database")]
    pub database: Option<String>,
    /// Where the host's database lies, unless it is named.
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// Built pages; without, the host serves only the API.
    #[arg(long)]
    pub pages_dir: Option<PathBuf>,
    /// Face models.
    #[arg(long)]
    pub models_dir: Option<PathBuf>,
    /// Photographs of the people in the state register.
    #[arg(long, alias = "people")]
    pub people_dir: Option<PathBuf>,
    /// The gate component.
    #[arg(long)]
    pub gate: Option<PathBuf>,
    /// The judge component.
    #[arg(long)]
    pub judge: Option<PathBuf>,
    /// libonnxruntime.so
    #[arg(long)]
    pub onnxruntime: Option<PathBuf>,
    /// Host: pages and their API.
    #[arg(long, default_value_t = 8080)]
    pub pages_port: u16,
    /// Host: OAuth endpoints and the edge's feed.
    #[arg(long, default_value_t = 8443)]
    pub servers_port: u16,
    /// The host's pages listener speaks TLS itself.
    #[arg(long)]
    pub pages_tls: bool,
    /// Node.
    #[arg(long, default_value_t = 9443)]
    pub edge_port: u16,
    /// First provider bank.
    #[arg(long, default_value_t = 7443)]
    pub provider_port: u16,
    /// Second provider bank.
    #[arg(long, default_value_t = 7444)]
    pub second_provider_port: u16,
    /// The consumer bank's app.
    #[arg(long, default_value_t = 7080)]
    pub consumer_port: u16,
    /// State register, SMS gateway, front page.
    #[arg(long, default_value_t = 7180)]
    pub outside_port: u16,
    /// The vendor's biometric solution.
    #[arg(long, default_value_t = 7190)]
    pub solution_port: u16,
    /// The built-in engine's share of liveness checks.
    #[arg(long, default_value_t = 9)]
    pub builtin_weight: u32,
    /// The vendor's share, in its own front part; 0: none goes there.
    #[arg(long, default_value_t = 0)]
    pub front_weight: u32,
    /// The host asks the register by SOAP.
    #[arg(long)]
    pub soap: bool,
    /// The witness of the journal's log; without it the log has none.
    #[arg(long)]
    pub witness_port: Option<u16>,
    /// The host's metrics; without it none are served.
    #[arg(long)]
    pub host_metrics_port: Option<u16>,
    /// The node's metrics; without it none are served.
    #[arg(long)]
    pub node_metrics_port: Option<u16>,
}

/// Idempotent: secrets and certificates that are there stay, configurations are written anew.
pub fn run(wishes: &Wishes) -> Result<String> {
    fs::create_dir_all(&wishes.dir).with_context(|| wishes.dir.display().to_string())?;
    let dir = wishes.dir.canonicalize()?;
    let made = Made::open(&dir)?;
    let operator = operator(&dir)?;
    let outside = format!("http://localhost:{}", wishes.outside_port);

    let settings = world(wishes, &dir, &made, operator.clone())?;
    let secret =
        |name: &str, text: String| files::write(&dir.join(name), text.as_bytes(), Secrecy::Secret);
    secret("world.toml", toml::to_string(&settings)?)?;
    if let Some(port) = wishes.witness_port {
        let policy = log_policy(&dir, port)?;
        files::write(&dir.join(LOG_POLICY), policy.as_bytes(), Secrecy::Public)?;
    }
    secret("host.toml", toml::to_string(&host(wishes, &dir, &made)?)?)?;
    secret("node.toml", toml::to_string(&node(wishes, &dir, &made)?)?)?;
    secret("seed.toml", toml::to_string(&seed(wishes, &made, &operator))?)?;
    Ok(format!("Everything for the demo is in {}. Start at {outside}", dir.display()))
}

/// 32 random bytes, made once.
fn hexadecimal_key(file: &Path) -> Result<String> {
    if !file.exists() {
        let mut chance = rand::rng();
        let text = format!("{:032x}{:032x}", chance.random::<u128>(), chance.random::<u128>());
        files::write(file, text.as_bytes(), Secrecy::Secret)?;
    }
    Ok(fs::read_to_string(file)?)
}

/// The one witness, which must cosign each checkpoint (C2SP tlog-policy).
fn log_policy(dir: &Path, port: u16) -> Result<String> {
    let digits = hexadecimal_key(&dir.join("witness.key"))?;
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16)?;
    }
    let key = SigningKey::new(WITNESS, KeyKind::Witness, &seed)?;
    Ok(format!("witness own {} http://localhost:{port}\nquorum own\n", key.public()))
}

/// Certificates and keys, by what they are for.
struct Made {
    ca: PathBuf,
    host: Pair,
    node: Pair,
    /// One server certificate a provider.
    providers: Vec<Pair>,
    /// The register's gateway, and the platform as it signs to it.
    gateway: Pair,
    source: Pair,
    consumer: Pair,
    consumer_mtls: Pair,
    tulpar: Pair,
    application_key: PathBuf,
    application_keys: PathBuf,
    other_keys: PathBuf,
    master_key: PathBuf,
}

impl Made {
    fn open(dir: &Path) -> Result<Self> {
        let authority = Authority::open(dir, clock::now().date_naive())?;
        let own = |common_name| Organisation { bin: "960440000151", name: "Senim", common_name };
        let of = |file: &str, organisation: &Organisation, purpose: Purpose| {
            authority.pair(file, organisation, purpose, Term::Good)
        };
        // Nobody registered it: what it may do is nothing.
        let stranger =
            Organisation { bin: "210540004172", name: "Stranger", common_name: "stranger" };
        of("stranger", &stranger, Purpose::Client)?;
        authority.pair("expired", &cast::CONSUMER, Purpose::Client, Term::Past)?;

        let master_key = dir.join("master.key");
        hexadecimal_key(&master_key)?;
        let (application_key, application_keys) = application(dir, cast::APPLICATION)?;
        let (_, other_keys) = application(dir, cast::APPLICATION_OTHER)?;
        let gateway =
            Organisation { bin: "050540000105", name: "State gateway", common_name: "gateway" };
        let mtls = Organisation { common_name: cast::APPLICATION_MTLS, ..cast::CONSUMER };
        Ok(Self {
            ca: dir.join("ca.pem"),
            host: of("host", &own("senim-host"), Purpose::Server)?,
            node: of("node", &own("node-1"), Purpose::Both)?,
            providers: vec![
                of("provider", &cast::QARLYGASH, Purpose::Server)?,
                of("second-provider", &cast::TULPAR, Purpose::Server)?,
            ],
            gateway: of("gateway", &gateway, Purpose::Client)?,
            source: of("source", &own("senim-source"), Purpose::Client)?,
            consumer: of("consumer", &cast::CONSUMER, Purpose::Client)?,
            consumer_mtls: of("consumer-mtls", &mtls, Purpose::Client)?,
            tulpar: of("tulpar", &cast::TULPAR, Purpose::Client)?,
            application_key,
            application_keys,
            other_keys,
            master_key,
        })
    }
}

/// `<client_id>.key.pem` and `<client_id>.jwks.json`: an ES256 key and its public half, named by its thumbprint.
fn application(dir: &Path, client_id: &str) -> Result<(PathBuf, PathBuf)> {
    let key = dir.join(format!("{client_id}.key.pem"));
    let keys = dir.join(format!("{client_id}.jwks.json"));
    if !key.exists() {
        let bytes: [u8; 32] = rand::rng().random();
        let made = p256::SecretKey::from_slice(&bytes)?;
        files::write(&key, made.to_pkcs8_pem(LineEnding::LF)?.as_bytes(), Secrecy::Secret)?;
    }
    let pem = std::fs::read_to_string(&key).with_context(|| key.display().to_string())?;
    let made = Key::from_pem(&pem).with_context(|| key.display().to_string())?;
    let public = Jwk { kid: Some(made.thumbprint()), ..made.public() };
    let set = json!({ "keys": [public] });
    files::write(&keys, serde_json::to_string_pretty(&set)?.as_bytes(), Secrecy::Public)?;
    Ok((key, keys))
}

/// The one who is there already, so that a second setup locks nobody out.
fn operator(dir: &Path) -> Result<Operator> {
    if dir.join("world.toml").exists() {
        return Ok(Settings::read(dir)?.operator);
    }
    let mut chance = rand::rng();
    // Without the letters and digits that people mix up.
    let mut text = |alphabet: &[u8], count: usize| -> String {
        (0..count).map(|_| char::from(alphabet[chance.random_range(0..alphabet.len())])).collect()
    };
    let readable = b"abcdefghjkmnpqrstuvwxyz23456789";
    let password = (0..4).map(|_| text(readable, 4)).collect::<Vec<_>>().join("-");
    let totp_secret = text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32);
    Ok(Operator { name: "operator".to_owned(), password, totp_secret })
}

fn world(wishes: &Wishes, dir: &Path, made: &Made, operator: Operator) -> Result<Settings> {
    let ports = [wishes.provider_port, wishes.second_provider_port];
    let mut providers = Vec::new();
    for ((bank, pair), port) in cast::PROVIDERS.iter().zip(&made.providers).zip(ports) {
        providers.push(Provider {
            bin: bank.bin(),
            name: bank.name.to_owned(),
            listen: loopback(port),
            certificate: pair.certificate.clone(),
            key: pair.key.clone(),
            readers: vec![made.node.thumbprint.clone()],
        });
    }
    let data_dir = dir.join("kept");
    fs::create_dir_all(&data_dir)?;
    Ok(Settings {
        outside_listen: loopback(wishes.outside_port),
        outside_url: format!("http://localhost:{}", wishes.outside_port),
        consumer_listen: loopback(wishes.consumer_port),
        consumer_url: consumer_url(wishes),
        people_dir: absolute(wishes.people_dir.as_deref(), dir, "people")?,
        models_dir: Some(absolute(wishes.models_dir.as_deref(), dir, "models")?),
        data_dir,
        ca: made.ca.clone(),
        gateway: Gateway {
            certificate: made.gateway.certificate.clone(),
            key: made.gateway.key.clone(),
            reader: made.source.certificate.clone(),
        },
        issuer: issuer(wishes),
        edge_url: edge_url(wishes),
        pages_url: pages_url(wishes),
        consumer: Consumer {
            client_id: cast::APPLICATION.to_owned(),
            application_key: made.application_key.clone(),
            certificate: made.consumer.certificate.clone(),
            key: made.consumer.key.clone(),
        },
        providers,
        solution_listen: loopback(wishes.solution_port),
        operator,
        log: "info".to_owned(),
    })
}

fn host(wishes: &Wishes, dir: &Path, made: &Made) -> Result<serde_json::Value> {
    let data_dir = absolute(wishes.data_dir.as_deref(), dir, "data")?;
    fs::create_dir_all(&data_dir)?;
    let database = wishes.database.clone();
    let outside = format!("http://localhost:{}", wishes.outside_port);
    let judge = absolute(wishes.judge.as_deref(), dir, "judge.wasm")?;
    // A log belongs to one database.
    let log = if database.as_ref().is_some_and(|it| it.starts_with("postgres")) {
        "log-of-postgres"
    } else {
        "log"
    };
    let mut config = json!({
        "log_dir": data_dir.join(log),
        "database": database.unwrap_or_else(|| format!("sqlite:{}", data_dir.join("senim.db").display())),
        "pages_listen": loopback(wishes.pages_port),
        "pages_url": pages_url(wishes),
        "servers_listen": loopback(wishes.servers_port),
        "issuer": issuer(wishes),
        "edge_url": edge_url(wishes),
        "tls_certificate": made.host.certificate,
        "tls_key": made.host.key,
        "client_ca": made.ca,
        "master_key_file": made.master_key,
        "source_url": outside,
        "sms_url": outside,
        "models_dir": absolute(wishes.models_dir.as_deref(), dir, "models")?,
        "judge": judge,
        // So that an overdue deletion can be seen.
        "deletion_within": "1m",
        // Invented, as all of the demo's world: nobody answers there.
        "support": { "phone": "+7 700 000 00 00", "email": "help@senim.example" },
        "log": "info",
        "solutions": solutions(wishes),
    });
    if wishes.pages_tls {
        config["pages_tls_certificate"] = json!(made.host.certificate);
        config["pages_tls_key"] = json!(made.host.key);
    }
    if wishes.soap {
        config["source_soap"] = json!({
            "certificate": made.source.certificate,
            "key": made.source.key,
            "gateway_certificates": [made.gateway.certificate],
        });
    }
    if let Some(digest) = digest(&judge)? {
        config["judge_sha256"] = digest.into();
    }
    if let Some(pages) = &wishes.pages_dir {
        config["pages_dir"] = json!(absolute(Some(pages), dir, "")?);
    }
    if let Some(library) = &wishes.onnxruntime {
        config["onnxruntime"] = json!(absolute(Some(library), dir, "")?);
    }
    if wishes.witness_port.is_some() {
        config["log_policy"] = json!(dir.join(LOG_POLICY));
    }
    if let Some(port) = wishes.host_metrics_port {
        config["metrics_listen"] = json!(loopback(port));
    }
    Ok(config)
}

/// The built-in engine, and the vendor's solution for liveness alone.
fn solutions(wishes: &Wishes) -> serde_json::Value {
    let vendor = format!("http://localhost:{}", wishes.solution_port);
    json!([
        { "name": "builtin", "weight": 1, "timeout_ms": 15_000,
          "liveness": { "weight": wishes.builtin_weight } },
        { "name": vendor::NAME, "weight": 0, "url": vendor,
          "liveness": { "weight": wishes.front_weight, "front": format!("{vendor}{}", vendor::FRONT),
                        "vendor": vendor::VENDOR } },
    ])
}

fn node(wishes: &Wishes, dir: &Path, made: &Made) -> Result<serde_json::Value> {
    let spool = dir.join("spool");
    fs::create_dir_all(&spool)?;
    let gate = absolute(wishes.gate.as_deref(), dir, "gate.wasm")?;
    let mut config = json!({
        "listen": loopback(wishes.edge_port),
        "name": "node-1",
        "audience": edge_url(wishes),
        "platform_url": issuer(wishes),
        "issuer": issuer(wishes),
        "tls_certificate": made.node.certificate,
        "tls_key": made.node.key,
        "client_ca": made.ca,
        "gate": gate,
        "spool_dir": spool,
    });
    if let Some(port) = wishes.node_metrics_port {
        config["metrics_listen"] = json!(loopback(port));
    }
    if let Some(digest) = digest(&gate)? {
        config["gate_sha256"] = digest.into();
    }
    Ok(config)
}

/// Of a component that is there already.
fn digest(component: &Path) -> Result<Option<String>> {
    if !component.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(component).with_context(|| component.display().to_string())?;
    Ok(Some(senim_core::jose::sha256(&bytes)))
}

fn seed(wishes: &Wishes, made: &Made, operator: &Operator) -> serde_json::Value {
    let redirect = format!("{}/callback", consumer_url(wishes));
    let provider_url = |port: u16| format!("https://localhost:{port}");
    json!({
        "participants": [
            { "bin": cast::CONSUMER.bin, "name": cast::CONSUMER.name, "provider": false, "consumer": true,
              "certificates": [made.consumer.thumbprint, made.consumer_mtls.thumbprint],
              // `senim-load` reads one consent without pause.
              "allowance": { "requests_a_minute": 1_000_000, "application_requests_a_minute": 1_000_000,
                             "consent_requests_a_minute": 1_000_000 } },
            { "bin": cast::QARLYGASH.bin, "name": cast::QARLYGASH.name, "provider": true, "consumer": false,
              "certificates": [], "base_url": provider_url(wishes.provider_port) },
            { "bin": cast::TULPAR.bin, "name": cast::TULPAR.name, "provider": true, "consumer": true,
              "certificates": [made.tulpar.thumbprint], "base_url": provider_url(wishes.second_provider_port) },
        ],
        "applications": [
            { "client_id": cast::APPLICATION, "bin": cast::CONSUMER.bin, "name": "Jetisu Pay",
              "redirect_uris": [redirect], "auth": "private_key_jwt", "jwks_file": made.application_keys },
            { "client_id": cast::APPLICATION_MTLS, "bin": cast::CONSUMER.bin, "name": "Jetisu Pay (mTLS)",
              "redirect_uris": [redirect], "auth": "tls_client_auth",
              "tls_client_auth_subject_dn": made.consumer_mtls.subject },
            { "client_id": cast::APPLICATION_OTHER, "bin": cast::TULPAR.bin, "name": "Tulpar",
              "redirect_uris": [redirect], "auth": "private_key_jwt", "jwks_file": made.other_keys },
        ],
        "nodes": [{ "name": "node-1", "certificates": [made.node.thumbprint] }],
        "operators": [
            { "name": operator.name, "password": operator.password, "totp_secret": operator.totp_secret },
        ],
    })
}

fn loopback(port: u16) -> std::net::SocketAddr {
    std::net::SocketAddr::from(([127, 0, 0, 1], port))
}

fn consumer_url(wishes: &Wishes) -> String {
    format!("http://localhost:{}", wishes.consumer_port)
}

fn pages_url(wishes: &Wishes) -> String {
    let scheme = if wishes.pages_tls { "https" } else { "http" };
    format!("{scheme}://localhost:{}", wishes.pages_port)
}

fn issuer(wishes: &Wishes) -> String {
    format!("https://localhost:{}", wishes.servers_port)
}

fn edge_url(wishes: &Wishes) -> String {
    format!("https://localhost:{}", wishes.edge_port)
}

fn absolute(path: Option<&Path>, dir: &Path, fallback: &str) -> Result<PathBuf> {
    Ok(path.map_or_else(|| Ok(dir.join(fallback)), std::path::absolute)?)
}

#[cfg(test)]
pub(crate) mod tests;
