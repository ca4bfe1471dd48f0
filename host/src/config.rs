//! The host's configuration: one TOML file; host/senim.example.toml has every key.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use senim_channel::{check_secret_file, is_sha256, read_secret_file};
use senim_core::address::{AddressError, BaseUrl};
use senim_core::retention::{RECORDS_YEARS_MIN, Terms};
use serde::Deserialize;
use url::Url;

use crate::outside::soap::SoapConfig;
use crate::solution::{self, SolutionConfig};
use senim_faces::{Options, Provider};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://…`, without a password.
    pub database: String,
    /// PostgreSQL's password; absent: from the environment (`PGPASSWORD`, `PGPASSFILE`), or none.
    pub database_password_file: Option<PathBuf>,
    /// Pages, `/authorize` and their API.
    pub pages_listen: SocketAddr,
    /// Public URL for browsers; no slash at the end.
    pub pages_url: String,
    /// Built pages; absent: only the API is served.
    pub pages_dir: Option<PathBuf>,
    /// OAuth endpoints and the edges' feed, over TLS.
    pub servers_listen: SocketAddr,
    /// Public URL for servers, which is the issuer identifier (RFC 8414); no slash at the end.
    pub issuer: String,
    /// The audience of access tokens.
    pub edge_url: String,
    pub tls_certificate: PathBuf,
    pub tls_key: PathBuf,
    /// The CA of the certificates of participants' servers and of nodes, PEM.
    pub client_ca: PathBuf,
    /// 32 bytes in hexadecimal: encrypts columns and signing keys.
    pub master_key_file: PathBuf,
    /// The state register.
    pub source_url: String,
    /// The register is behind a SOAP gateway; absent: JSON over HTTP.
    pub source_soap: Option<SoapConfig>,
    /// The SMS gateway; absent: messages stay in the outbox.
    pub sms_url: Option<String>,
    /// Face models.
    pub models_dir: PathBuf,
    /// libonnxruntime.so; absent: the engine in pure Rust.
    pub onnxruntime: Option<PathBuf>,
    /// The judge component, which makes every verdict of a liveness check.
    pub judge: PathBuf,
    /// In hexadecimal; another file under its name is refused. Absent: any is taken.
    pub judge_sha256: Option<String>,
    /// How long the frames of a liveness check are kept as evidence, which is how long a dispute may be filed (DSP-2).
    #[serde(default = "default_evidence_frames_days")]
    pub evidence_frames_days: u16,
    /// Within how long a consumer deletes what it received under a consent that has ended, and attests that (OAPI-5).
    #[serde(default = "default_deletion_within_days")]
    pub deletion_within_days: u16,
    /// How long requests, results and what belongs to them are kept, in calendar years (IDX-8).
    #[serde(default = "default_records_years")]
    pub records_years: u8,
    /// Free disk space below which no new session is opened, in MiB.
    #[serde(default = "default_free_space_min_mib")]
    pub free_space_min_mib: u32,
    /// Address of the metrics listener, which needs no authentication; absent: no metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// The highest price of one request to a biometric solution (BIO-5).
    #[serde(default)]
    pub solution_price_cap_tiyn: u64,
    /// Biometric solutions; absent: the built-in engine alone.
    #[serde(default = "solution::builtin_alone")]
    pub solutions: Vec<SolutionConfig>,
    #[serde(default)]
    pub faces: FacesConfig,
    /// `tracing`'s filter.
    #[serde(default = "default_log")]
    pub log: String,
}

fn default_evidence_frames_days() -> u16 {
    90
}

fn default_deletion_within_days() -> u16 {
    3
}

fn default_records_years() -> u8 {
    RECORDS_YEARS_MIN
}

fn default_free_space_min_mib() -> u32 {
    512
}

/// The matching engine, if it differs from the shipped one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FacesConfig {
    /// The nets that compare faces and the calibration of their similarity; absent: the shipped ones.
    pub solution: Option<PathBuf>,
    /// What onnxruntime runs on.
    pub provider: Provider,
}

fn default_log() -> String {
    "info".to_owned()
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("`{path}` can't be read: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{path}: {error}")]
    Syntax { path: PathBuf, error: Box<toml::de::Error> },
    #[error("key `{key}`: {why}")]
    Key { key: &'static str, why: String },
}

impl Config {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
        let config: Self = toml::from_str(&text)
            .map_err(|error| ConfigError::Syntax { path: path.to_owned(), error: error.into() })?;
        config.check()?;
        Ok(config)
    }

    /// Checks what can be checked without opening anything.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, why: &str| Err(ConfigError::Key { key, why: why.to_owned() });
        if !["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|it| self.database.starts_with(it))
        {
            return wrong("database", "must begin with sqlite: or postgres://");
        }
        let postgres =
            Url::parse(&self.database).ok().filter(|_| !self.database.starts_with("sqlite:"));
        if postgres.is_some_and(|it| {
            it.password().is_some() || it.query_pairs().any(|(name, _)| name == "password")
        }) {
            return wrong(
                "database",
                "holds a password; put it in a file and name that by database_password_file",
            );
        }
        if self.database_password_file.is_some() && self.database.starts_with("sqlite:") {
            return wrong("database_password_file", "is for PostgreSQL; SQLite has no password");
        }
        for (key, url) in [("pages_url", &self.pages_url), ("source_url", &self.source_url)] {
            check_address(key, url.parse::<BaseUrl>())?;
        }
        // RFC 8414 §2; mutual TLS is spoken at both.
        for (key, url) in [("issuer", &self.issuer), ("edge_url", &self.edge_url)] {
            check_address(key, BaseUrl::https(url))?;
        }
        if let Some(url) = &self.sms_url {
            check_address("sms_url", url.parse::<BaseUrl>())?;
        }
        if self.judge_sha256.as_deref().is_some_and(|it| !is_sha256(it)) {
            return wrong("judge_sha256", "must be 64 hexadecimal digits");
        }
        for (key, path) in [
            ("tls_certificate", &self.tls_certificate),
            ("tls_key", &self.tls_key),
            ("client_ca", &self.client_ca),
            ("master_key_file", &self.master_key_file),
        ] {
            if !path.is_file() {
                return wrong(key, &format!("there is no file `{}`", path.display()));
            }
        }
        let password = self.database_password_file.as_ref();
        let secrets = [("tls_key", &self.tls_key), ("master_key_file", &self.master_key_file)];
        for (key, path) in
            secrets.into_iter().chain(password.map(|it| ("database_password_file", it)))
        {
            if let Err(error) = check_secret_file(path) {
                return wrong(key, &format!("`{}`: {error}", path.display()));
            }
        }
        let file = self.database.strip_prefix("sqlite:").map(Path::new);
        if let Some(file) = file.filter(|it| it.exists())
            && let Err(error) = check_secret_file(file)
        {
            return wrong("database", &format!("`{}`: {error}", file.display()));
        }
        if let Err((key, why)) = self.retention().check() {
            return wrong(key, why);
        }
        if let Err(why) = solution::check(&self.solutions, self.solution_price_cap_tiyn) {
            return wrong("solutions", &why);
        }
        if let Some(dir) = &self.pages_dir
            && !dir.is_dir()
        {
            return wrong("pages_dir", &format!("there is no folder `{}`", dir.display()));
        }
        if let Some(file) = &self.faces.solution
            && !file.is_file()
        {
            return wrong("faces.solution", &format!("there is no file `{}`", file.display()));
        }
        Ok(())
    }

    /// The database's address including its password: never log it.
    pub fn database_with_password(&self) -> Result<String, ConfigError> {
        let Some(path) = &self.database_password_file else { return Ok(self.database.clone()) };
        let wrong = |why: String| ConfigError::Key { key: "database_password_file", why };
        let password = read_secret_file(path)
            .map_err(|error| wrong(format!("`{}`: {error}", path.display())))?;
        let mut url = Url::parse(&self.database).map_err(|_| ConfigError::Key {
            key: "database",
            why: "is not an address".to_owned(),
        })?;
        url.set_password(Some(password.trim_end_matches(['\r', '\n'])))
            .map_err(|()| wrong("the address in `database` names no host".to_owned()))?;
        Ok(url.into())
    }

    /// The terms of what is kept: core/src/retention.
    pub fn retention(&self) -> Terms {
        Terms { frames_days: self.evidence_frames_days, records_years: self.records_years }
    }

    /// Options for opening the face engine.
    pub fn faces_options(&self) -> Options {
        Options {
            onnxruntime: self.onnxruntime.clone(),
            provider: self.faces.provider,
            solution: self.faces.solution.clone(),
        }
    }

    /// Whether browsers reach the pages over TLS, so that cookies can be `Secure`.
    pub fn pages_secure(&self) -> bool {
        self.pages_url.starts_with("https://")
    }
}

fn check_address(
    key: &'static str,
    read: Result<BaseUrl, AddressError>,
) -> Result<(), ConfigError> {
    read.map(drop).map_err(|error| ConfigError::Key { key, why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../senim.example.toml");

    #[test]
    fn the_example_has_every_key_and_reads() {
        let config: Config = toml::from_str(EXAMPLE).unwrap();
        assert!(config.pages_dir.is_some() && config.sms_url.is_some());
        assert!(config.onnxruntime.is_some() && !config.pages_secure());
        assert_eq!((config.log.as_str(), config.evidence_frames_days), ("info", 90));
        assert_eq!((config.free_space_min_mib, config.deletion_within_days), (512, 3));
        assert_eq!(config.records_years, 5);
        assert_eq!(config.solutions.len(), 2);
        assert!(config.faces.solution.is_some() && config.faces.provider == Provider::Cpu);
        let shown = EXAMPLE.replace("# judge_sha256", "judge_sha256");
        let config: Config = toml::from_str(&shown).unwrap();
        assert!(config.judge_sha256.as_deref().is_some_and(is_sha256));
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_name() {
        let text = format!("{EXAMPLE}\npages_lisen = \"x\"");
        let error = toml::from_str::<Config>(&text).unwrap_err().to_string();
        assert!(error.contains("pages_lisen"), "{error}");
    }

    #[test]
    fn a_wrong_value_is_refused_by_its_key() {
        for (from, to, key) in [
            ("sqlite:senim.db", "mysql://x", "database"),
            ("https://localhost:8443", "http://localhost:8443", "issuer"),
            ("https://localhost:8443", "https://localhost:8443/", "issuer"),
            ("http://localhost:8080", "http://id.example.kz", "pages_url"),
            ("https://localhost:9443", "edge", "edge_url"),
            ("https://localhost:9443", "http://localhost:9443", "edge_url"),
            (
                "source_url = \"http://localhost:7180\"",
                "source_url = \"http://register.example.kz\"",
                "source_url",
            ),
            (
                "sms_url = \"http://localhost:7180\"",
                "sms_url = \"http://sms.example.kz\"",
                "sms_url",
            ),
            ("sqlite:senim.db", "postgres://app:secret@db.example.kz/senim", "database"),
            ("sqlite:senim.db", "postgres://app@db.example.kz/senim?password=secret", "database"),
            (
                "log = \"info\"",
                "log = \"info\"\ndatabase_password_file = \"x\"",
                "database_password_file",
            ),
            ("# judge_sha256 = \"", "judge_sha256 = \"0", "judge_sha256"),
            ("", "", "tls_certificate"),
        ] {
            let config: Config = toml::from_str(&EXAMPLE.replace(from, to)).unwrap();
            let error = config.check().unwrap_err();
            assert!(matches!(error, ConfigError::Key { key: it, .. } if it == key), "{error}");
            assert!(
                !error.to_string().contains("secret@") && !error.to_string().contains("=secret")
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_may_read_is_refused_by_its_key() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = std::env::temp_dir().join(format!("senim-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut text = EXAMPLE.replace("sqlite:senim.db\"", "postgres://app@localhost/senim\"");
        for name in ["host.pem", "host.key", "ca.pem", "master.key", "password"] {
            let path = folder.join(name);
            std::fs::write(&path, "s3cret/\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            text = text.replace(&format!("= \"{name}\""), &format!("= \"{}\"", path.display()));
        }
        let password = folder.join("password");
        text = format!("database_password_file = \"{}\"\n{text}", password.display());
        let config: Config = toml::from_str(&text).unwrap();
        for (name, key) in [
            ("host.key", "tls_key"),
            ("master.key", "master_key_file"),
            ("password", "database_password_file"),
        ] {
            let path = folder.join(name);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            let error = config.check().unwrap_err();
            assert!(matches!(error, ConfigError::Key { key: it, .. } if it == key), "{error}");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        assert_eq!(
            config.database_with_password().unwrap(),
            "postgres://app:s3cret%2F@localhost/senim"
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
