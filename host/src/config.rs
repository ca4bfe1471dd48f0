//! The host's configuration: one TOML file; host/senim.example.toml has every key.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use senim_channel::{check_secret_file, is_sha256, read_secret_file};
use senim_core::activity::LOCK_HOURS_MAX;
use senim_core::address::{AddressError, BaseUrl};
use senim_core::alert::AlertKind;
use senim_core::log::policy::Policy;
use senim_core::photo::Outline;
use senim_core::retention::{RECORDS_YEARS_MIN, Terms};
use serde::Deserialize;
use url::Url;

use crate::outside::OutsideTls;
use crate::outside::soap::SoapConfig;
use crate::routing::EtcdConfig;
use crate::solution::{self, SolutionConfig, Solutions};
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
    /// The pages listener speaks TLS itself: certificate chain and key, PEM; absent: plain HTTP, for a proxy with TLS or for
    /// this machine alone.
    pub pages_tls_certificate: Option<PathBuf>,
    pub pages_tls_key: Option<PathBuf>,
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
    /// TLS towards it; goes with an `https` address.
    pub source_tls: Option<OutsideTls>,
    /// The register is behind a SOAP gateway; absent: JSON over HTTP.
    pub source_soap: Option<SoapConfig>,
    /// The SMS gateway; absent: messages stay in the outbox.
    pub sms_url: Option<String>,
    /// TLS towards it; goes with an `https` address.
    pub sms_tls: Option<OutsideTls>,
    /// Nodes' stream goes through this etcd; absent: each host reads it from the database.
    pub stream_etcd: Option<EtcdConfig>,
    /// Where clients get help.
    #[serde(default)]
    pub support: SupportConfig,
    /// Face models.
    pub models_dir: PathBuf,
    /// libonnxruntime.so; absent: the engine in pure Rust.
    pub onnxruntime: Option<PathBuf>,
    /// The judge component, which makes every verdict of a liveness check.
    pub judge: PathBuf,
    /// In hexadecimal; another file under its name is refused. Absent: any is taken.
    pub judge_sha256: Option<String>,
    /// The folder of the journal's log; absent: this host writes no log.
    pub log_dir: Option<PathBuf>,
    /// C2SP tlog-policy: whose cosignatures a checkpoint needs before it is published; absent: nobody's.
    pub log_policy: Option<PathBuf>,
    /// How long the frames of a liveness check are kept as evidence, which is how long a dispute may be filed (DSP-2).
    #[serde(default = "default_evidence_frames_days")]
    pub evidence_frames_days: u16,
    /// Within how long a consumer deletes what it received under a consent that has ended, and attests that (OAPI-5).
    #[serde(default = "default_deletion_within")]
    pub deletion_within: Span,
    /// How long requests, results and what belongs to them are kept, in calendar years (IDX-8).
    #[serde(default = "default_records_years")]
    pub records_years: u8,
    /// What clients get text messages about, besides codes.
    #[serde(default = "default_alerts")]
    pub alerts: BTreeSet<AlertKind>,
    /// How long a client's report "it wasn't me" keeps participants' sessions about them away.
    #[serde(default = "default_disown_lock_hours")]
    pub disown_lock_hours: u16,
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
    #[serde(default)]
    pub photo: PhotoConfig,
    /// `tracing`'s filter.
    #[serde(default = "default_log")]
    pub log: String,
}

fn default_evidence_frames_days() -> u16 {
    90
}

fn default_deletion_within() -> Span {
    Span(TimeDelta::days(3))
}

/// A number and its unit, `s`, `m`, `h` or `d`: `90m`, `3d`. From a second to a thousand days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub TimeDelta);

impl TryFrom<String> for Span {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a number and one of s, m, h, d, such as \"3d\"; 1s to 1000d";
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            _ => return Err(WRONG),
        };
        let count: i64 = text[..text.len() - 1].parse().map_err(|_| WRONG)?;
        let span = count.checked_mul(unit).map(TimeDelta::seconds).ok_or(WRONG)?;
        let fits = span >= TimeDelta::seconds(1) && span <= TimeDelta::days(1_000);
        if fits { Ok(Self(span)) } else { Err(WRONG) }
    }
}

fn default_records_years() -> u8 {
    RECORDS_YEARS_MIN
}

fn default_alerts() -> BTreeSet<AlertKind> {
    AlertKind::ALL.into()
}

fn default_disown_lock_hours() -> u16 {
    24
}

fn default_free_space_min_mib() -> u32 {
    512
}

/// Shown on the pages, where there is any.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupportConfig {
    pub phone: Option<String>,
    pub email: Option<String>,
}

impl SupportConfig {
    /// They become links on the pages.
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let dialled = |it: &str| {
            it.chars().all(|it| it.is_ascii_digit() || " +-()".contains(it))
                && it.chars().any(|it| it.is_ascii_digit())
        };
        if self.phone.as_deref().is_some_and(|it| it.len() > 40 || !dialled(it)) {
            return Err(("support.phone", "must be a phone number of at most 40 characters"));
        }
        let address = |it: &str| {
            let plain = it.chars().all(|it| it.is_ascii_alphanumeric() || "@.-_+".contains(it));
            plain && it.split('@').filter(|it| !it.is_empty()).count() == 2
        };
        if self.email.as_deref().is_some_and(|it| it.len() > 254 || !address(it)) {
            return Err(("support.email", "must be an e-mail address"));
        }
        Ok(())
    }
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

/// The photo rules, where PHM-5 leaves something to the operator.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhotoConfig {
    /// Whose area is 40–80 % of the picture's.
    pub face_outline: Outline,
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

    /// The address of the public status list, as access tokens name it.
    pub fn status_list_url(&self) -> String {
        format!("{}/status-list", self.issuer)
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
        if postgres.as_ref().is_some_and(|it| {
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
        if let Some(postgres) = &postgres
            && let Err(why) = check_postgres(postgres)
        {
            return wrong("database", why);
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
        if let Some(etcd) = &self.stream_etcd {
            etcd.urls
                .iter()
                .try_for_each(|it| check_address("stream_etcd.urls", it.parse::<BaseUrl>()))?;
            if let Err(why) = etcd.check() {
                return wrong("stream_etcd", &why);
            }
        }
        self.check_tls()?;
        if !(1..=LOCK_HOURS_MAX).contains(&self.disown_lock_hours) {
            return wrong("disown_lock_hours", "must be 1 to 336");
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
        self.log_policy()?;
        if let Err((key, why)) = self.retention().check().and_then(|()| self.support.check()) {
            return wrong(key, why);
        }
        if let Err(why) = solution::check(&self.solutions, self.solution_price_cap_tiyn) {
            return wrong("solutions", &why);
        }
        if let Err(why) = solution::check_origins(&self.solutions, &self.pages_url) {
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

    /// TLS of the pages listener, and towards what is outside.
    fn check_tls(&self) -> Result<(), ConfigError> {
        let wrong = |key, why: String| Err(ConfigError::Key { key, why });
        match (&self.pages_tls_certificate, &self.pages_tls_key) {
            (None, None) => {}
            (Some(certificate), Some(key)) => {
                if !self.pages_secure() {
                    return wrong("pages_url", "must be https: the pages listener has TLS".into());
                }
                check_file("pages_tls_certificate", certificate)?;
                check_secret("pages_tls_key", key)?;
            }
            _ => {
                let why = "pages_tls_certificate and pages_tls_key go together";
                return wrong("pages_tls_key", why.into());
            }
        }
        let source = ("source_tls", Some(&self.source_url), &self.source_tls);
        let sms = ("sms_tls", self.sms_url.as_ref(), &self.sms_tls);
        let etcd = self.stream_etcd.as_ref().map(|it| ("stream_etcd", it.urls.first(), &it.tls));
        for (name, url, tls) in [source, sms].into_iter().chain(etcd) {
            let https = url.is_some_and(|it| it.starts_with("https://"));
            match tls {
                None if https => {
                    return wrong(name, "an https address needs the CA to trust there".into());
                }
                Some(_) if !https => {
                    return wrong(name, "is for an https address".into());
                }
                None => {}
                Some(tls) => {
                    check_file(name, &tls.ca)?;
                    match (&tls.certificate, &tls.key) {
                        (None, None) => {}
                        (Some(certificate), Some(key)) => {
                            check_file(name, certificate)?;
                            check_secret(name, key)?;
                        }
                        _ => return wrong(name, "certificate and key go together".into()),
                    }
                }
            }
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

    /// The name that a new log gets: where it is served, without the scheme (C2SP tlog-tiles).
    pub fn log_origin(&self) -> String {
        let address = self.pages_url.split_once("://").map_or("", |(_, it)| it);
        format!("{address}/log")
    }

    /// Whose cosignatures the log's checkpoints need, and where they are asked for.
    pub fn log_policy(&self) -> Result<Policy, ConfigError> {
        let wrong = |why: String| ConfigError::Key { key: "log_policy", why };
        let text = match &self.log_policy {
            None => "quorum none\n".to_owned(),
            Some(_) if self.log_dir.is_none() => {
                return Err(wrong("is for a log; name its folder by log_dir".to_owned()));
            }
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| wrong(format!("`{}`: {error}", path.display())))?,
        };
        let policy = text.parse::<Policy>().map_err(|error| wrong(error.to_string()))?;
        for url in policy.witnesses.iter().filter_map(|it| it.url.as_deref()) {
            check_address("log_policy", url.parse::<BaseUrl>())?;
        }
        Ok(policy)
    }

    /// The terms of what is kept: core/src/retention.
    pub fn retention(&self) -> Terms {
        Terms {
            frames_days: self.evidence_frames_days,
            records_years: self.records_years,
            fronts: !Solutions::front_origins(&self.solutions).is_empty(),
        }
    }

    /// Options for opening the face engine.
    pub fn faces_options(&self) -> Options {
        Options {
            onnxruntime: self.onnxruntime.clone(),
            provider: self.faces.provider,
            solution: self.faces.solution.clone(),
            outline: self.photo.face_outline,
        }
    }

    /// The host of the pages, to which one-time codes are bound (origin-bound one-time codes).
    pub fn pages_host(&self) -> String {
        let url = Url::parse(&self.pages_url).ok();
        url.and_then(|it| it.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The origin of the pages, as browsers name it (RFC 6454 §6.2).
    pub fn pages_origin(&self) -> String {
        let url = Url::parse(&self.pages_url).ok();
        url.map(|it| it.origin().ascii_serialization()).unwrap_or_default()
    }

    /// Whether browsers reach the pages over TLS, so that cookies can be `Secure`.
    pub fn pages_secure(&self) -> bool {
        self.pages_url.starts_with("https://")
    }
}

/// Over a network PostgreSQL is spoken to with TLS, and its certificate is verified.
fn check_postgres(url: &Url) -> Result<(), &'static str> {
    let parameter = |name: &str| {
        url.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
    };
    let host = parameter("host").or_else(|| url.host_str().map(str::to_owned));
    let here = host.is_none_or(|it| {
        it.is_empty() || it.starts_with('/') || ["localhost", "127.0.0.1", "[::1]"].contains(&&*it)
    });
    let mode = parameter("sslmode").or_else(|| parameter("ssl-mode"));
    let verified = mode.as_deref() == Some("verify-full");
    if !here && !verified {
        return Err("on another machine must have `?sslmode=verify-full&sslrootcert=FILE`");
    }
    if verified && parameter("sslrootcert").is_none() {
        return Err("names no CA: add `sslrootcert=FILE`");
    }
    Ok(())
}

fn check_file(key: &'static str, path: &Path) -> Result<(), ConfigError> {
    let why = format!("there is no file `{}`", path.display());
    if path.is_file() { Ok(()) } else { Err(ConfigError::Key { key, why }) }
}

fn check_secret(key: &'static str, path: &Path) -> Result<(), ConfigError> {
    check_file(key, path)?;
    check_secret_file(path).map_err(|error| {
        let why = format!("`{}`: {error}", path.display());
        ConfigError::Key { key, why }
    })
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
        assert_eq!(
            (config.free_space_min_mib, config.deletion_within),
            (512, default_deletion_within())
        );
        assert_eq!(config.records_years, 5);
        assert_eq!(config.pages_host(), "localhost");
        assert_eq!(config.support.phone.as_deref(), Some("+7 700 000 00 00"));
        assert!(config.support.check().is_ok() && config.support.email.is_some());
        assert_eq!((config.alerts, config.disown_lock_hours), (AlertKind::ALL.into(), 24));
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
            ("disown_lock_hours = 24", "disown_lock_hours = 0", "disown_lock_hours"),
            (
                "sms_url = \"http://localhost:7180\"",
                "sms_url = \"http://sms.example.kz\"",
                "sms_url",
            ),
            ("sqlite:senim.db", "postgres://app:secret@db.example.kz/senim", "database"),
            ("sqlite:senim.db", "postgres://app@db.example.kz/senim?password=secret", "database"),
            ("sqlite:senim.db", "postgres://app@db.example.kz/senim", "database"),
            ("sqlite:senim.db", "postgres://app@db.example.kz/senim?sslmode=require", "database"),
            ("sqlite:senim.db", "postgres://app@10.0.0.7/senim?sslmode=verify-full", "database"),
            ("sqlite:senim.db", "postgres://app@localhost/senim?host=10.0.0.7", "database"),
            ("http://localhost:7180", "https://register.example.kz", "source_tls"),
            ("log = \"info\"", "log = \"info\"\nsms_tls = { ca = \"ca.pem\" }", "sms_tls"),
            ("pages_dir = \"pages\"", "pages_tls_key = \"pages.key\"", "pages_tls_key"),
            (
                "pages_dir = \"pages\"",
                "pages_tls_key = \"pages.key\"\npages_tls_certificate = \"pages.pem\"",
                "pages_url",
            ),
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

    #[test]
    fn a_contact_that_is_none_is_refused_by_its_key() {
        let of = |phone: Option<&str>, email: Option<&str>| {
            let support =
                SupportConfig { phone: phone.map(str::to_owned), email: email.map(str::to_owned) };
            support.check().map_err(|(key, _)| key)
        };
        assert_eq!(of(None, None), Ok(()));
        assert_eq!(of(Some("1414"), Some("help@id.example.kz")), Ok(()));
        assert_eq!(of(Some("javascript:1"), None), Err("support.phone"));
        assert_eq!(of(Some("+"), None), Err("support.phone"));
        for email in ["help", "help@", "a@b@c", "a b@c", "a@b?subject=x"] {
            assert_eq!(of(None, Some(email)), Err("support.email"), "{email}");
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

    #[test]
    fn a_span_has_its_unit() {
        let span = |text: &str| Span::try_from(text.to_owned()).map(|it| it.0.num_seconds());
        assert_eq!(span("1m"), Ok(60));
        assert_eq!(span("36h"), Ok(36 * 3_600));
        assert_eq!(span("1000d"), Ok(86_400_000));
        for wrong in ["", "d", "3", "-1d", "0s", "1.5d", "1001d", "9223372036854775807d", "3д"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
