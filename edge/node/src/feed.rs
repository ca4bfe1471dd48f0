//! The platform's participants, consents and keys, polled several times a second and trusted only
//! while fresh.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use senim_channel::{Outbound, clock, verify_jws};
use senim_core::Timestamp;
use senim_core::id::Bin;
use senim_core::jose::{JwkSet, Jws};
use senim_core::json;
use senim_core::routing::{Asker, Registry, RegistryParticipant, Standing, Target};
use senim_core::status::{self, Entry, StatusList, StatusListClaims};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::forward::{self, ForwardError};
use crate::memory::locked;

/// The largest response that is read.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// How far a newer response's `iat` may lie in the past of an older one's: clocks of the platform's machines differ.
const BACKWARDS_MAX_S: i64 = 60;

/// The platform's data at one moment. Everything in it was signed by the platform or came from it over TLS.
#[derive(Clone)]
pub struct Snapshot {
    asked_at: Instant,
    /// Counts changes of the keys.
    pub(crate) generation: u64,
    keys: Arc<Held<JwkSet>>,
    register: Arc<Held<Register>>,
    consents: Arc<Held<Consents>>,
}

/// What was parsed, and its source text: most responses repeat the last one.
struct Held<T> {
    text: Bytes,
    read: T,
}

struct Register {
    iat: i64,
    exp: i64,
    version: u64,
    participants: HashMap<Bin, RegistryParticipant>,
    by_certificate: HashMap<String, Bin>,
}

struct Consents {
    iat: i64,
    exp: i64,
    version: u64,
    address: String,
    list: StatusList,
}

/// The three responses, unparsed.
pub struct Heard {
    /// Taken before the requests were sent, so that the responses are never thought fresher than they are.
    pub asked_at: Instant,
    pub keys: Bytes,
    pub register: Bytes,
    pub consents: Bytes,
}

#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("{what}: {source}")]
    Fetch { what: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{what}: status {status}")]
    Status { what: &'static str, status: StatusCode },
    #[error("can't parse {0}")]
    Unreadable(&'static str),
    #[error("{0} is not signed by the platform")]
    Signature(&'static str),
    #[error("{0} is from another issuer")]
    Issuer(&'static str),
    #[error("{0} has expired")]
    Expired(&'static str),
    #[error("{0} is older than the previous one")]
    Older(&'static str),
    #[error(
        "{what} has version {version}, below {seen} seen before; if the platform was restored from a backup, delete `{}`",
        VERSIONS
    )]
    Version { what: &'static str, version: u64, seen: u64 },
    #[error("can't save the versions: {0}")]
    Keep(#[from] std::io::Error),
}

/// The highest versions that this node has accepted. They outlive keys and restarts, so that an old response with
/// a key of its time can't be replayed to restore an earlier state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    register: u64,
    consents: u64,
}

/// The name of their file in the spool's folder.
const VERSIONS: &str = "versions.json";

impl Versions {
    /// All 0 if there is no file yet.
    pub(crate) fn read(folder: &Path) -> std::io::Result<Self> {
        match fs::read(folder.join(VERSIONS)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Written atomically.
    fn keep(self, folder: &Path) -> std::io::Result<()> {
        let part = folder.join("versions.part");
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec(&self)?)?;
        file.sync_all()?;
        fs::rename(part, folder.join(VERSIONS))?;
        File::open(folder)?.sync_all()
    }
}

fn not_behind(what: &'static str, version: u64, seen: u64) -> Result<u64, FeedError> {
    if version < seen { Err(FeedError::Version { what, version, seen }) } else { Ok(version) }
}

impl Snapshot {
    /// Accepts responses that are signed by the platform's keys, name it as issuer and have not expired.
    pub fn read(
        heard: Heard,
        issuer: &str,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, FeedError> {
        let asked_at = heard.asked_at;
        let (keys, generation) = match before {
            Some(before) if before.keys.text == heard.keys => {
                (Arc::clone(&before.keys), before.generation)
            }
            Some(_) | None => {
                let read: JwkSet =
                    json::read(&heard.keys).map_err(|_| FeedError::Unreadable("the key set"))?;
                let generation = before.map_or(0, |it| it.generation + 1);
                (Arc::new(Held { text: heard.keys, read }), generation)
            }
        };
        // After a change of keys everything is verified again.
        let same_keys = before.filter(|it| it.generation == generation);
        let register = match same_keys {
            Some(before) if before.register.text == heard.register => Arc::clone(&before.register),
            Some(_) | None => {
                let claims: Registry =
                    claims(&heard.register, Registry::TYPE, "the registry", &keys.read)?;
                of_issuer(&claims.iss, issuer, "the registry")?;
                Arc::new(Held { text: heard.register, read: Register::from(claims) })
            }
        };
        let consents = match same_keys {
            Some(before) if before.consents.text == heard.consents => Arc::clone(&before.consents),
            Some(_) | None => {
                let claims: StatusListClaims =
                    claims(&heard.consents, status::TYPE, "the status list", &keys.read)?;
                of_issuer(&claims.iss, issuer, "the status list")?;
                let list = claims
                    .status_list
                    .unpack()
                    .map_err(|_| FeedError::Unreadable("the status list"))?;
                let (iat, exp, version) = (claims.iat, claims.exp, claims.version);
                let read = Consents { iat, exp, version, address: claims.sub, list };
                Arc::new(Held { text: heard.consents, read })
            }
        };
        for (what, exp, iat, iat_before) in [
            (
                "the registry",
                register.read.exp,
                register.read.iat,
                before.map(|it| it.register.read.iat),
            ),
            (
                "the status list",
                consents.read.exp,
                consents.read.iat,
                before.map(|it| it.consents.read.iat),
            ),
        ] {
            if exp <= now.timestamp() {
                return Err(FeedError::Expired(what));
            }
            if iat_before.is_some_and(|before| iat < before - BACKWARDS_MAX_S) {
                return Err(FeedError::Older(what));
            }
        }
        Ok(Self { asked_at, generation, keys, register, consents })
    }

    /// The versions of this snapshot; an error if one is below `seen`.
    pub fn after(&self, seen: Versions) -> Result<Versions, FeedError> {
        let (register, consents) = (self.register.read.version, self.consents.read.version);
        Ok(Versions {
            register: not_behind("the registry", register, seen.register)?,
            consents: not_behind("the status list", consents, seen.consents)?,
        })
    }

    /// Its age is measured by the monotonic clock.
    pub(crate) fn fresh(&self, stale: Duration, now: Timestamp) -> bool {
        let now_s = now.timestamp();
        clock::instant().duration_since(self.asked_at) <= stale
            && now_s < self.register.read.exp
            && now_s < self.consents.read.exp
    }

    pub(crate) fn asker(&self, thumbprint: &str) -> Option<Asker> {
        let participant = self.participant(*self.register.read.by_certificate.get(thumbprint)?)?;
        Some(Asker {
            bin: participant.bin,
            active: participant.active,
            consumer: participant.roles.consumer,
        })
    }

    pub(crate) fn owns(&self, consumer: Bin, client_id: &str) -> bool {
        self.participant(consumer)
            .is_some_and(|it| it.applications.iter().any(|own| own == client_id))
    }

    pub(crate) fn target(&self, provider: Bin) -> Option<Target> {
        let participant = self.participant(provider)?;
        Some(Target {
            active: participant.active,
            provider: participant.roles.provider,
            base_url: participant.base_url.clone(),
        })
    }

    pub(crate) fn standing(&self, address: &str, index: u64) -> Standing {
        let consents = &self.consents.read;
        match consents.list.entry(index) {
            _ if consents.address != address => Standing::Unknown,
            Some(Entry::Valid) => Standing::Good,
            Some(Entry::Ended) => Standing::Ended,
            Some(Entry::Changed) => Standing::Changed,
            None => Standing::Unknown,
        }
    }

    pub(crate) fn keys(&self) -> &JwkSet {
        &self.keys.read
    }

    fn participant(&self, bin: Bin) -> Option<&RegistryParticipant> {
        self.register.read.participants.get(&bin)
    }
}

impl From<Registry> for Register {
    fn from(claims: Registry) -> Self {
        let mut by_certificate = HashMap::new();
        let mut shared = Vec::new();
        for participant in &claims.participants {
            for certificate in &participant.certificates {
                let before = by_certificate.insert(certificate.clone(), participant.bin);
                if before.is_some_and(|it| it != participant.bin) {
                    shared.push(certificate.clone());
                }
            }
        }
        // A certificate registered for two participants identifies neither.
        for certificate in shared {
            by_certificate.remove(&certificate);
        }
        let participants = claims.participants.into_iter().map(|it| (it.bin, it)).collect();
        let (iat, exp, version) = (claims.iat, claims.exp, claims.version);
        Self { iat, exp, version, participants, by_certificate }
    }
}

fn claims<T: serde::de::DeserializeOwned>(
    text: &[u8],
    typ: &str,
    what: &'static str,
    keys: &JwkSet,
) -> Result<T, FeedError> {
    let text = std::str::from_utf8(text).map_err(|_| FeedError::Unreadable(what))?;
    let jws = Jws::parse_long(text.trim(), BYTES_MAX).map_err(|_| FeedError::Unreadable(what))?;
    if !jws.is_type(typ) {
        return Err(FeedError::Unreadable(what));
    }
    if !verify_jws(&jws, keys) {
        return Err(FeedError::Signature(what));
    }
    jws.claims().map_err(|_| FeedError::Unreadable(what))
}

fn of_issuer(found: &str, issuer: &str, what: &'static str) -> Result<(), FeedError> {
    if found == issuer { Ok(()) } else { Err(FeedError::Issuer(what)) }
}

/// Polls the platform and holds the latest snapshot.
pub(crate) struct Feed {
    current: RwLock<Option<Arc<Snapshot>>>,
    versions: Mutex<Versions>,
    /// The folder with the versions' file.
    folder: PathBuf,
    stale: Duration,
    pause: Duration,
    issuer: String,
    keys_url: String,
    register_url: String,
    consents_url: String,
}

impl Feed {
    pub(crate) fn open(config: &Config) -> std::io::Result<Self> {
        let platform = config.platform_url.trim_end_matches('/');
        Ok(Self {
            current: RwLock::default(),
            versions: Mutex::new(Versions::read(&config.spool_dir)?),
            folder: config.spool_dir.clone(),
            stale: Duration::from_secs(u64::from(config.registry_stale_s)),
            pause: Duration::from_millis(u64::from(config.poll_ms)),
            issuer: config.issuer.clone(),
            keys_url: format!("{platform}/jwks"),
            register_url: format!("{platform}/edge/registry"),
            consents_url: format!("{platform}/edge/status-list"),
        })
    }

    pub(crate) fn current(&self) -> Option<Arc<Snapshot>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The snapshot, if it is fresh enough to decide requests with.
    pub(crate) fn fresh(&self, now: Timestamp) -> Option<Arc<Snapshot>> {
        self.current().filter(|it| it.fresh(self.stale, now))
    }

    /// Polls forever. Logs only the first failure and the recovery.
    pub(crate) async fn poll(&self, outbound: &Outbound) {
        let mut failing = false;
        loop {
            match self.ask(outbound).await {
                Ok(snapshot) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) =
                        Some(Arc::new(snapshot));
                    if std::mem::take(&mut failing) {
                        tracing::info!("contact with the platform is restored");
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "lost contact with the platform");
                    }
                }
            }
            tokio::time::sleep(self.pause).await;
        }
    }

    async fn ask(&self, outbound: &Outbound) -> Result<Snapshot, FeedError> {
        let (now, asked_at) = (clock::now(), clock::instant());
        let (keys, register, consents) = tokio::try_join!(
            self.fetch(outbound, &self.keys_url, "the key set"),
            self.fetch(outbound, &self.register_url, "the registry"),
            self.fetch(outbound, &self.consents_url, "the status list"),
        )?;
        let heard = Heard { asked_at, keys, register, consents };
        let snapshot = Snapshot::read(heard, &self.issuer, self.current().as_deref(), now)?;
        self.advance(&snapshot)?;
        Ok(snapshot)
    }

    /// Saved to disk before the snapshot is used: a few bytes, only when a version has changed.
    fn advance(&self, snapshot: &Snapshot) -> Result<(), FeedError> {
        let mut seen = locked(&self.versions);
        let versions = snapshot.after(*seen)?;
        if versions != *seen {
            versions.keep(&self.folder)?;
            *seen = versions;
        }
        Ok(())
    }

    async fn fetch(
        &self,
        outbound: &Outbound,
        url: &str,
        what: &'static str,
    ) -> Result<Bytes, FeedError> {
        let within = self.stale / 2;
        let answer = forward::get(outbound, url, HeaderMap::new(), BYTES_MAX, within)
            .await
            .map_err(|source: ForwardError| FeedError::Fetch { what, source: source.into() })?;
        if answer.status != StatusCode::OK {
            return Err(FeedError::Status { what, status: answer.status });
        }
        Ok(answer.body)
    }
}
