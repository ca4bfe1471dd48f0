//! What `senim-world setup` made: addresses, certificates, keys, and who everybody is.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use senim_client::Key;
use senim_world::cast;
use senim_world::settings::{Operator, Settings};

use crate::client::browser::Person;

pub struct Material {
    pub pages_url: String,
    pub issuer: String,
    pub edge_url: String,
    pub provider_url: String,
    pub consumer_url: String,
    pub outside_url: String,
    /// The vendor's biometric solution.
    pub solution_url: String,
    pub ca: String,
    pub ca_file: PathBuf,
    pub master_key_file: PathBuf,
    /// The consumer's channel; its application signs assertions.
    pub consumer: Channel,
    /// The certificate that is a credential.
    pub by_certificate: Channel,
    /// Another participant's.
    pub another: Channel,
    pub node: Channel,
    /// Signed by the same CA and registered for nobody.
    pub stranger: Channel,
    pub client_id: String,
    pub redirect_uri: String,
    pub assertion_key: Key,
    pub assertion_key_file: PathBuf,
    pub assertion_kid: String,
    pub client_id_by_certificate: String,
    pub redirect_uri_by_certificate: String,
    pub consumer_bin: String,
    pub provider_bin: String,
    pub second_provider_bin: String,
    /// Names the person in the consumer's app.
    pub person_key: String,
    pub person: Person,
    pub second_person: Person,
    pub impostor_portrait: String,
    pub operator: Operator,
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Channel {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Both in one text.
    pub pem: String,
}

impl Channel {
    fn read(certificate: PathBuf, key: PathBuf) -> Result<Self> {
        let pem = text(&certificate)? + &text(&key)?;
        Ok(Self { certificate, key, pem })
    }
}

impl Material {
    pub fn read(dir: &Path) -> Result<Self> {
        let settings = Settings::read(dir)?;
        let channel = |name: &str| {
            Channel::read(dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")))
        };
        let ca_file = settings.ca.clone();
        let provider = settings.providers.first().context("the world has no provider")?;
        let redirect_uri = format!("{}/callback", settings.consumer_url);
        let assertion_key_file = dir.join(format!("{}.key.pem", cast::APPLICATION));
        let assertion_key = Key::from_pem(&text(&assertion_key_file)?).context("an ES256 key")?;
        Ok(Self {
            ca: text(&ca_file)?,
            ca_file,
            master_key_file: dir.join("master.key"),
            provider_url: format!("https://localhost:{}", provider.listen.port()),
            consumer: channel("consumer")?,
            by_certificate: channel("consumer-mtls")?,
            another: channel("tulpar")?,
            node: channel("node")?,
            stranger: channel("stranger")?,
            client_id: cast::APPLICATION.to_owned(),
            client_id_by_certificate: cast::APPLICATION_MTLS.to_owned(),
            redirect_uri_by_certificate: redirect_uri.clone(),
            redirect_uri,
            assertion_kid: assertion_key.thumbprint(),
            assertion_key,
            assertion_key_file,
            consumer_bin: cast::CONSUMER.bin.to_owned(),
            provider_bin: cast::QARLYGASH.bin.to_owned(),
            second_provider_bin: cast::TULPAR.bin.to_owned(),
            person_key: cast::AINUR.key.to_owned(),
            person: person(&cast::AINUR),
            second_person: person(&cast::AIGERIM),
            impostor_portrait: cast::DANIYAR.camera.to_owned(),
            solution_url: format!("http://localhost:{}", settings.solution_listen.port()),
            pages_url: settings.pages_url,
            issuer: settings.issuer,
            edge_url: settings.edge_url,
            consumer_url: settings.consumer_url,
            outside_url: settings.outside_url,
            operator: settings.operator,
        })
    }
}

fn person(it: &cast::Person) -> Person {
    Person { iin: it.iin.to_owned(), phone: it.phone.to_owned(), portrait: it.camera.to_owned() }
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}
