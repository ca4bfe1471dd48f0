//! `senim seed`: fills the register from a file; again and again with the same outcome.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use senim_core::id::Bin;
use senim_core::jose::{JwkSet, from_base64};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::participant::application::{Application, ClientAuth};
use senim_core::participant::{Kind, Participant, Roles, Standing};
use serde::Deserialize;

use crate::app::App;
use crate::operator::{OperatorError, add_operator};
use senim_store::participant::Registration;
use senim_store::routing::Published;
use senim_store::{self as store, StoreError};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    #[serde(default)]
    participants: Vec<SeedParticipant>,
    #[serde(default)]
    applications: Vec<SeedApplication>,
    #[serde(default)]
    operators: Vec<SeedOperator>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedParticipant {
    bin: Bin,
    name: String,
    #[serde(default)]
    provider: bool,
    #[serde(default)]
    consumer: bool,
    /// `x5t#S256` of its servers' certificates.
    #[serde(default)]
    certificates: Vec<String>,
    base_url: Option<String>,
    #[serde(default)]
    kind: Kind,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedApplication {
    client_id: String,
    bin: Bin,
    name: String,
    redirect_uris: BTreeSet<String>,
    auth: String,
    /// Beside the seed file, or anywhere by a full path.
    jwks_file: Option<PathBuf>,
    certificate: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedOperator {
    name: String,
    password: String,
    totp_secret: String,
}

impl std::fmt::Debug for SeedOperator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedOperator").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Operator(#[from] OperatorError),
    #[error("`{path}` can't be read: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Syntax(Box<toml::de::Error>),
    #[error("{what}: {why}")]
    Wrong { what: String, why: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl store::Failure for SeedError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Operator(error) => store::Failure::store(error),
            Self::Unreadable { .. } | Self::Syntax(_) | Self::Wrong { .. } => None,
        }
    }
}

/// Reads the file and puts what it says into the register. Whoever is there keeps their standing,
/// and operators their password. Answers how many entries the file has.
pub async fn seed(app: &App, path: &Path) -> Result<usize, SeedError> {
    let now = app.now();
    let seed = Seed::read(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let registrations: Vec<_> = seed
        .participants
        .into_iter()
        .map(|it| {
            let kind = it.kind;
            it.registration().map(|it| (it, kind))
        })
        .collect::<Result<_, _>>()?;
    let applications: Vec<_> =
        seed.applications.into_iter().map(|it| it.application(folder)).collect::<Result<_, _>>()?;
    let entries = registrations.len() + applications.len() + seed.operators.len();
    for operator in seed.operators {
        let SeedOperator { name, password, totp_secret } = operator;
        add_operator(app, &name, &password, &totp_secret).await?;
    }
    app.store
        .transact("participant.seed", async |tx| {
            for (registration, kind) in &registrations {
                let added = store::participant::register(tx, registration).await?;
                let bin = registration.participant.bin;
                store::participant::set_kind(tx, bin, *kind).await?;
                if added {
                    let participant = &registration.participant;
                    let subject = Subject::Participant(participant.bin);
                    let event = Event::ParticipantRegistered { name: participant.name.clone() };
                    store::journal::append(tx, Actor::Platform, subject, event, now).await?;
                }
            }
            for application in &applications {
                store::participant::register_application(tx, application).await?;
            }
            store::routing::touch(tx, Published::Registry).await?;
            Ok::<_, SeedError>(())
        })
        .await?;
    Ok(entries)
}

impl Seed {
    fn read(path: &Path) -> Result<Self, SeedError> {
        let text = read(path)?;
        toml::from_str(&text).map_err(|error| SeedError::Syntax(error.into()))
    }
}

impl SeedParticipant {
    fn registration(self) -> Result<Registration, SeedError> {
        let what = format!("participant {}", self.bin);
        for certificate in &self.certificates {
            check_thumbprint(&what, certificate)?;
        }
        if self.provider && self.base_url.is_none() {
            return Err(wrong(&what, "a provider needs a base_url"));
        }
        Ok(Registration {
            participant: Participant {
                bin: self.bin,
                name: self.name,
                roles: Roles { provider: self.provider, consumer: self.consumer },
                standing: Standing::Active,
            },
            certificates: self.certificates,
            base_url: self.base_url,
        })
    }
}

impl SeedApplication {
    fn application(self, folder: &Path) -> Result<Application, SeedError> {
        let what = format!("application {}", self.client_id);
        let auth = match (self.auth.as_str(), self.jwks_file, self.certificate) {
            ("private_key_jwt", Some(file), None) => {
                let keys: JwkSet = serde_json::from_str(&read(&folder.join(file))?)
                    .map_err(|_| wrong(&what, "jwks_file is not a key set"))?;
                if keys.keys.is_empty() {
                    return Err(wrong(
                        &what,
                        "jwks_file holds no ES256, EdDSA or PS256 public key",
                    ));
                }
                ClientAuth::PrivateKeyJwt(keys)
            }
            ("tls_client_auth", None, Some(certificate)) => {
                check_thumbprint(&what, &certificate)?;
                ClientAuth::TlsClientAuth(certificate)
            }
            _ => {
                let why =
                    "auth is private_key_jwt with jwks_file, or tls_client_auth with certificate";
                return Err(wrong(&what, why));
            }
        };
        for uri in &self.redirect_uris {
            let ok = url::Url::parse(uri).is_ok_and(|it| it.fragment().is_none() && it.has_host());
            if !ok {
                return Err(wrong(&what, "a redirect_uri must be a full address without fragment"));
            }
        }
        Ok(Application {
            client_id: self.client_id,
            bin: self.bin,
            name: self.name,
            auth,
            redirect_uris: self.redirect_uris,
        })
    }
}

fn read(path: &Path) -> Result<String, SeedError> {
    std::fs::read_to_string(path)
        .map_err(|error| SeedError::Unreadable { path: path.to_owned(), error })
}

fn check_thumbprint(what: &str, text: &str) -> Result<(), SeedError> {
    if from_base64(text).is_ok_and(|it| it.len() == 32) {
        return Ok(());
    }
    Err(wrong(what, "a certificate is named by its x5t#S256: SHA-256 of its DER in base64url"))
}

fn wrong(what: &str, why: &str) -> SeedError {
    SeedError::Wrong { what: what.to_owned(), why: why.to_owned() }
}
