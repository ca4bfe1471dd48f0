//! `world.toml`: where the outside world listens, and what it needs to speak its protocols.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use senim_core::id::Bin;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Front page, state register, SMS gateway, faults.
    pub outside_listen: SocketAddr,
    pub outside_url: String,
    /// The consumer bank's app.
    pub consumer_listen: SocketAddr,
    pub consumer_url: String,
    /// Photographs: `person_a_1.jpg` and so on.
    pub people_dir: PathBuf,
    /// The platform's: by its detector the register sees whether a photo shows a face.
    #[serde(default)]
    pub models_dir: Option<PathBuf>,
    /// What the world itself keeps: people who registered, the consumer's links.
    pub data_dir: PathBuf,
    pub ca: PathBuf,
    /// The register's SOAP gateway.
    pub gateway: Gateway,
    /// The platform, as its participants and its clients reach it.
    pub issuer: String,
    pub edge_url: String,
    pub pages_url: String,
    pub consumer: Consumer,
    pub providers: Vec<Provider>,
    /// The vendor's biometric solution with a front part of its own.
    pub solution_listen: SocketAddr,
    pub operator: Operator,
    /// `tracing`'s filter.
    #[serde(default = "default_log")]
    pub log: String,
}

/// Signs what it answers, and answers who signs with `reader`'s key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// The platform's certificate.
    pub reader: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    pub client_id: String,
    /// ES256, PEM: signs the client's assertions.
    pub application_key: PathBuf,
    /// The participant's channel.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub bin: Bin,
    pub name: String,
    pub listen: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// `x5t#S256` of the certificates that may read: the node's.
    pub readers: Vec<String>,
}

/// Told on a page, so that a newcomer can sign in to the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    pub name: String,
    pub password: String,
    /// RFC 6238, base32.
    pub totp_secret: String,
}

fn default_log() -> String {
    "info".to_owned()
}

impl Settings {
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join("world.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{}: run `senim-world setup` first", path.display()))?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }
}
