//! The node's configuration, validated before anything starts.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use senim_channel::{
    ChannelError, ClientCertificates, Identity, PeerCertificate, check_secret_file, client_config,
    is_sha256, server_config,
};
use senim_core::address::BaseUrl;
use senim_core::log::note::{KeyKind, VerifierKey};
use serde::{Deserialize, Deserializer, de};

/// `node.example.toml` has every key with its meaning.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    pub name: String,
    pub audience: String,
    pub platform_url: String,
    pub issuer: String,
    pub tls_certificate: PathBuf,
    pub tls_key: PathBuf,
    pub client_ca: PathBuf,
    pub gate: Option<PathBuf>,
    pub gate_sha256: Option<String>,
    pub gate_dir: Option<PathBuf>,
    #[serde(default, deserialize_with = "gate_keys")]
    pub gate_keys: Vec<VerifierKey>,
    pub spool_dir: PathBuf,
    #[serde(default = "default_registry_stale_s")]
    pub registry_stale_s: u32,
    #[serde(default = "default_upstream_timeout_s")]
    pub upstream_timeout_s: u32,
    #[serde(default = "default_participant_requests_per_s")]
    pub participant_requests_per_s: u32,
    pub metrics_listen: Option<SocketAddr>,
    #[serde(default = "default_refused_uses_retry_s")]
    pub refused_uses_retry_s: u32,
}

fn gate_keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<VerifierKey>, D::Error> {
    let keys = Vec::<String>::deserialize(from)?;
    keys.iter().map(|it| it.parse().map_err(de::Error::custom)).collect()
}

fn default_registry_stale_s() -> u32 {
    5
}

fn default_upstream_timeout_s() -> u32 {
    10
}

fn default_participant_requests_per_s() -> u32 {
    2000
}

fn default_refused_uses_retry_s() -> u32 {
    3600
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{key}: {why}")]
    Wrong { key: &'static str, why: String },
    #[error("{key}: {source}")]
    Tls { key: &'static str, source: ChannelError },
}

impl Config {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let config: Self = toml::from_str(&text).map_err(|source| ConfigError::Malformed {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        config.check()?;
        Ok(config)
    }

    /// Fails with the first key whose value is invalid.
    pub fn check(&self) -> Result<(), ConfigError> {
        check_settings(self)?;
        let identity = Identity { certificate: &self.tls_certificate, key: &self.tls_key };
        client_config(&self.client_ca, None)
            .map_err(|source| ConfigError::Tls { key: "client_ca", source })?;
        if let Err(error) = check_secret_file(&self.tls_key) {
            let why = format!("{}: {error}", self.tls_key.display());
            return Err(ConfigError::Wrong { key: "tls_key", why });
        }
        client_config(&self.client_ca, Some(identity))
            .map(drop)
            .and_then(|()| {
                let clients = ClientCertificates::Required(&self.client_ca);
                server_config(&self.tls_certificate, &self.tls_key, clients).map(drop)
            })
            .map_err(|source| ConfigError::Tls { key: "tls_certificate, tls_key", source })?;
        let named = PeerCertificate::from_file(&self.tls_certificate);
        let named = named.ok().and_then(|it| it.common_name);
        if named.as_deref() != Some(self.name.as_str()) {
            let why = "must be the common name of the certificate in tls_certificate".to_owned();
            return Err(ConfigError::Wrong { key: "name", why });
        }
        if let Some(gate) = self.gate.as_ref().filter(|it| !it.is_file()) {
            let why =
                format!("{} is not there; `cargo xtask build` makes the gate", gate.display());
            return Err(ConfigError::Wrong { key: "gate", why });
        }
        if let Some(dir) = self.gate_dir.as_ref().filter(|it| !it.is_dir()) {
            let why = format!("{} is no folder", dir.display());
            return Err(ConfigError::Wrong { key: "gate_dir", why });
        }
        fs::create_dir_all(&self.spool_dir)
            .map_err(|error| ConfigError::Wrong { key: "spool_dir", why: error.to_string() })
    }
}

fn check_settings(config: &Config) -> Result<(), ConfigError> {
    let wrong = |key, why: &str| Err(ConfigError::Wrong { key, why: why.to_owned() });
    for (key, text) in [
        ("audience", &config.audience),
        ("platform_url", &config.platform_url),
        ("issuer", &config.issuer),
    ] {
        if let Err(error) = BaseUrl::https(text) {
            return wrong(key, &error.to_string());
        }
    }
    if config.gate_sha256.as_deref().is_some_and(|it| !is_sha256(it)) {
        return wrong("gate_sha256", "must be 64 hexadecimal digits");
    }
    if config.gate.is_some() == config.gate_dir.is_some() {
        return wrong("gate", "either gate or gate_dir must be set");
    }
    if config.gate_dir.is_some() == config.gate_keys.is_empty() {
        return wrong("gate_keys", "gate_dir needs the operator's keys, and gate none");
    }
    if config.gate_keys.iter().any(|it| it.kind != KeyKind::Log) {
        return wrong("gate_keys", "must be what `senim gate key` printed, not a witness's key");
    }
    if config.gate_dir.is_some() && config.gate_sha256.is_some() {
        return wrong("gate_sha256", "belongs to gate; a release names its own");
    }
    if config.name.is_empty() {
        return wrong("name", "must not be empty");
    }
    for (key, value, least, most) in [
        ("registry_stale_s", config.registry_stale_s, 2, 60),
        ("upstream_timeout_s", config.upstream_timeout_s, 1, 300),
        ("participant_requests_per_s", config.participant_requests_per_s, 1, 1_000_000),
        ("refused_uses_retry_s", config.refused_uses_retry_s, 1, 7 * 24 * 3600),
    ] {
        if !(least..=most).contains(&value) {
            return wrong(key, &format!("must be {least} to {most}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../node.example.toml");

    #[test]
    fn the_example_has_every_key_and_the_documented_defaults() {
        let shown: Config = toml::from_str(EXAMPLE).unwrap();
        assert!(check_settings(&shown).is_ok());
        let all = EXAMPLE.replace("# registry_", "registry_");
        let all = all.replace("# upstream_", "upstream_").replace("# participant_", "participant_");
        let all = all.replace("# refused_", "refused_").replace("# gate_sha", "gate_sha");
        let documented: Config = toml::from_str(&all).unwrap();
        assert!(check_settings(&documented).is_ok());
        assert!(documented.gate_sha256.is_some() && shown.gate_sha256.is_none());
        assert_eq!(
            (shown.registry_stale_s, shown.upstream_timeout_s),
            (documented.registry_stale_s, documented.upstream_timeout_s)
        );
        assert_eq!(
            (shown.participant_requests_per_s, shown.refused_uses_retry_s),
            (documented.participant_requests_per_s, documented.refused_uses_retry_s)
        );
    }

    #[test]
    fn a_complaint_names_its_key() {
        for (from, to, key) in [
            ("\"https://localhost:8443\"", "\"http://localhost:8443\"", "platform_url"),
            ("\"https://localhost:8443\"", "\"https://localhost:8443/\"", "platform_url"),
            ("audience = \"https://localhost:9443\"", "audience = \"edge\"", "audience"),
            ("name = \"edge-1\"", "name = \"\"", "name"),
            ("# gate_sha256 = \"", "gate_sha256 = \"0", "gate_sha256"),
            ("# gate_sha256 = \"", "gate_sha256 = \"\" # \"", "gate_sha256"),
            ("gate = \"", "# gate = \"", "gate"),
            ("# gate_dir", "gate_dir", "gate"),
            ("gate = \".senim/gate.wasm\"", "gate_dir = \"gates\"", "gate_keys"),
            ("# gate_keys", "gate_keys", "gate_keys"),
            ("# registry_stale_s = 5", "registry_stale_s = 1", "registry_stale_s"),
            ("# upstream_timeout_s = 10", "upstream_timeout_s = 0", "upstream_timeout_s"),
        ] {
            let config: Config = toml::from_str(&EXAMPLE.replacen(from, to, 1)).unwrap();
            let complaint = check_settings(&config).unwrap_err().to_string();
            assert!(complaint.starts_with(key), "{complaint}");
        }
        let signed = EXAMPLE.replace("\ngate = ", "\n# gate = ").replace("# gate_dir", "gate_dir");
        let signed: Config = toml::from_str(&signed.replace("# gate_keys", "gate_keys")).unwrap();
        assert!(check_settings(&signed).is_ok() && signed.gate_keys.len() == 1);
        let unknown =
            toml::from_str::<Config>(&format!("{EXAMPLE}\nlisten_adress = 1")).unwrap_err();
        assert!(unknown.to_string().contains("listen_adress"));
    }

    #[test]
    fn files_that_are_missing_are_named() {
        let config: Config = toml::from_str(EXAMPLE).unwrap();
        let complaint = config.check().unwrap_err().to_string();
        assert!(complaint.starts_with("client_ca: ca.pem"), "{complaint}");
    }
}
