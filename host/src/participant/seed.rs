//! `senim seed`: fills the register from a file; idempotent.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use senim_channel::check_secret_file;
use senim_core::address::{BaseUrl, RedirectUri};
use senim_core::id::Bin;
use senim_core::jose::{JwkSet, from_base64};
use senim_core::journal::{Actor, Event, Subject};
use senim_core::json;
use senim_core::participant::application::{Application, ClientAuth};
use senim_core::participant::{Kind, NAME_MAX, Participant, Roles, Standing};
use senim_core::routing::Allowance;
use senim_core::text::ShownText;
use serde::Deserialize;

use crate::app::App;
use crate::operator::{OperatorError, add_operator};
use senim_store::participant::Registration;
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
    #[serde(default)]
    nodes: Vec<SeedNode>,
}

/// An edge node: only what is registered here gets the feed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedNode {
    name: String,
    /// `x5t#S256` of its certificates: two while one is renewed.
    certificates: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedParticipant {
    bin: Bin,
    name: ShownText<NAME_MAX>,
    #[serde(default)]
    provider: bool,
    #[serde(default)]
    consumer: bool,
    /// `x5t#S256` of its servers' certificates.
    #[serde(default)]
    certificates: Vec<String>,
    base_url: Option<BaseUrl>,
    #[serde(default)]
    kind: Kind,
    /// What it may ask for as a consumer, at each edge node; what is left out of it has its default. Without it a participant keeps
    /// what the operator has set in the console.
    allowance: Option<Allowance>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedApplication {
    client_id: String,
    bin: Bin,
    name: ShownText<NAME_MAX>,
    redirect_uris: BTreeSet<RedirectUri>,
    auth: String,
    /// Relative to the seed file, or an absolute path.
    jwks_file: Option<PathBuf>,
    /// The subject of its certificates as RFC 4514 writes it (RFC 8705 §2.1.2).
    tls_client_auth_subject_dn: Option<String>,
    /// Where security events are pushed (RFC 8935), over mutual TLS; absent: it polls (RFC 8936).
    events_url: Option<BaseUrl>,
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

/// Writes the file's entries into the register. Existing participants keep their standing,
/// existing operators their password. Returns the number of entries.
pub async fn seed(app: &App, path: &Path) -> Result<usize, SeedError> {
    let now = app.now();
    let seed = Seed::read(path)?;
    if !seed.operators.is_empty() {
        // The file holds operators' passwords.
        check_secret_file(path)
            .map_err(|error| SeedError::Unreadable { path: path.to_owned(), error })?;
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let registrations: Vec<_> = seed
        .participants
        .into_iter()
        .map(|it| {
            let kind = it.kind;
            it.registration().map(|it| (it, kind))
        })
        .collect::<Result<_, _>>()?;
    let applications: Vec<_> = seed
        .applications
        .into_iter()
        .map(|it| {
            let events_url = it.events_url()?;
            Ok((it.application(folder)?, events_url))
        })
        .collect::<Result<_, SeedError>>()?;
    let nodes = seed.nodes;
    nodes.iter().try_for_each(SeedNode::check)?;
    let entries = registrations.len() + applications.len() + seed.operators.len() + nodes.len();
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
            for (application, events_url) in &applications {
                store::participant::register_application(tx, application).await?;
                let (id, url) = (&application.client_id, events_url.as_deref());
                store::participant::set_events_url(tx, id, url).await?;
            }
            for SeedNode { name, certificates } in &nodes {
                for certificate in certificates {
                    if store::participant::by_certificate(tx, certificate).await?.is_some() {
                        let why = "this certificate is registered for a participant";
                        return Err(wrong(&format!("node {name}"), why));
                    }
                }
                if store::routing::register_node(tx, name, certificates).await? {
                    let (subject, event) = (Subject::Edge(name.clone()), Event::NodeRegistered {});
                    store::journal::append(tx, Actor::Platform, subject, event, now).await?;
                }
            }
            store::feed::append_registry(tx, now).await?;
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

impl SeedNode {
    fn check(&self) -> Result<(), SeedError> {
        let what = format!("node {}", self.name);
        if self.name.is_empty() || self.name.len() > 40 || self.certificates.is_empty() {
            return Err(wrong(&what, "a node has a name of 1 to 40 bytes and a certificate"));
        }
        self.certificates.iter().try_for_each(|it| check_thumbprint(&what, it))
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
        if self.base_url.as_ref().is_some_and(|it| !it.is_https()) {
            return Err(wrong(&what, "a base_url must be https: edges speak mutual TLS with it"));
        }
        let allowance = self.allowance.map_or(Ok(()), Allowance::check);
        allowance.map_err(|why| wrong(&what, why))?;
        Ok(Registration {
            allowance: self.allowance,
            participant: Participant {
                bin: self.bin,
                name: self.name.into(),
                roles: Roles { provider: self.provider, consumer: self.consumer },
                standing: Standing::Active,
            },
            certificates: self.certificates,
            base_url: self.base_url.map(|it| it.to_string()),
        })
    }
}

impl SeedApplication {
    fn events_url(&self) -> Result<Option<String>, SeedError> {
        let Some(url) = &self.events_url else { return Ok(None) };
        if url.is_https() {
            return Ok(Some(url.to_string()));
        }
        Err(wrong(&format!("application {}", self.client_id), "an events_url must be https"))
    }

    fn application(self, folder: &Path) -> Result<Application, SeedError> {
        let what = format!("application {}", self.client_id);
        let auth = match (self.auth.as_str(), self.jwks_file, self.tls_client_auth_subject_dn) {
            ("private_key_jwt", Some(file), None) => {
                let keys: JwkSet = json::read(read(&folder.join(file))?.as_bytes())
                    .map_err(|_| wrong(&what, "jwks_file is not a key set"))?;
                if keys.keys.is_empty() {
                    return Err(wrong(
                        &what,
                        "jwks_file holds no ES256, EdDSA or PS256 public key",
                    ));
                }
                ClientAuth::PrivateKeyJwt(keys)
            }
            ("tls_client_auth", None, Some(subject)) => {
                check_subject(&what, &subject)?;
                ClientAuth::TlsClientAuth(subject)
            }
            _ => {
                let why = "auth is private_key_jwt with jwks_file, or tls_client_auth with tls_client_auth_subject_dn";
                return Err(wrong(&what, why));
            }
        };
        Ok(Application {
            client_id: self.client_id,
            bin: self.bin,
            name: self.name.into(),
            auth,
            redirect_uris: self.redirect_uris.iter().map(ToString::to_string).collect(),
        })
    }
}

fn read(path: &Path) -> Result<String, SeedError> {
    std::fs::read_to_string(path)
        .map_err(|error| SeedError::Unreadable { path: path.to_owned(), error })
}

/// At least one attribute in every part: `CN=…,serialNumber=…,O=…,C=KZ`, the most specific first.
fn check_subject(what: &str, text: &str) -> Result<(), SeedError> {
    let named = |part: &str| {
        part.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
        })
    };
    if named(text) && text.len() <= 1_000 && !text.contains(", ") {
        return Ok(());
    }
    Err(wrong(
        what,
        "tls_client_auth_subject_dn is a subject as RFC 4514 writes it, such as CN=pay,O=Bank,C=KZ",
    ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_takes_no_address_and_no_name_that_misleads() {
        let participant = |changed: &str, to: &str| {
            let good = "[[participants]]\nbin = \"960440000151\"\nname = \"Bank\"\nprovider = true\n\
                        base_url = \"https://bank.example\"\n";
            let seed: Seed = toml::from_str(&good.replace(changed, to)).ok()?;
            seed.participants.into_iter().next()?.registration().ok()
        };
        assert!(participant("", "").is_some());
        for (changed, to) in [
            ("https://bank.example", "http://bank.example"),
            ("https://bank.example", "http://localhost:7443"),
            ("https://bank.example", "https://bank.example/"),
            ("https://bank.example", "https://user@bank.example"),
            ("Bank", ""),
            ("Bank", "Ba\u{202E}nk"),
            ("Bank", "Bank "),
            ("name = \"Bank\"", "name = \"Bank\"\nallowance = { requests_a_minute = 0 }"),
            ("name = \"Bank\"", "name = \"Bank\"\nallowance = { requests_a_year = 1 }"),
        ] {
            assert!(participant(changed, to).is_none(), "{to:?}");
        }
        let few = participant(
            "name = \"Bank\"",
            "name = \"Bank\"\nallowance = { requests_a_minute = 9 }",
        );
        let expected = Allowance { requests_a_minute: 9, ..Allowance::default() };
        assert_eq!(few.and_then(|it| it.allowance), Some(expected));

        let application = |changed: &str, to: &str| {
            let good = "[[applications]]\nclient_id = \"app\"\nbin = \"960440000151\"\nname = \"App\"\n\
                        redirect_uris = [\"https://app.example/back\"]\nauth = \"tls_client_auth\"\n\
                        tls_client_auth_subject_dn = \"CN=app,O=Bank,C=KZ\"\n";
            let seed: Seed = toml::from_str(&good.replace(changed, to)).ok()?;
            seed.applications.into_iter().next()?.application(Path::new(".")).ok()
        };
        for (changed, to) in
            [("", ""), ("https://app.example/back", "kz.jetisu.app:/oauth2redirect")]
        {
            assert!(application(changed, to).is_some(), "{to:?}");
        }
        for (changed, to) in [
            ("https://app.example/back", "http://app.example/back"),
            ("https://app.example/back", "javascript:alert(1)"),
            ("https://app.example/back", "https://app.example/back#x"),
            ("CN=app,O=Bank,C=KZ", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
            ("CN=app,O=Bank,C=KZ", "CN=app, O=Bank, C=KZ"),
            ("CN=app,O=Bank,C=KZ", ""),
        ] {
            assert!(application(changed, to).is_none(), "{to:?}");
        }
    }
}
