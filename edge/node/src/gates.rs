//! Which gate this node runs: the configured file, or the operator's signed releases in a folder, one of which takes the other's
//! place while requests go on.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use senim_channel::clock;
use senim_core::log::note::VerifierKey;
use senim_core::release::{GateName, NOTE_BYTES_MAX, Release, ReleaseError, Version};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::facts::NodeFacts;
use crate::gate::{Gate, GateEngine, GateError};

/// Files in a folder that are looked at.
const ENTRIES_MAX: usize = 1024;
/// The file in the folder of releases that names the version to run.
const CHOSEN: &str = "use";
/// The file in the spool's folder that says which gates ran.
const STATE: &str = "gate.json";

#[derive(Debug, thiserror::Error)]
pub enum GatesError {
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Release { path: PathBuf, source: ReleaseError },
    #[error("no release in {}", .0.display())]
    None(PathBuf),
    #[error("there is no release {version} in {}", dir.display())]
    Missing { version: Version, dir: PathBuf },
    #[error(
        "the latest release is {version}, but {highest} ran before; to go back to it, name it in {}",
        chosen.display()
    )]
    Older { version: Version, highest: Version, chosen: PathBuf },
}

/// The gate that runs, and where others come from.
pub(crate) struct Gates {
    engine: GateEngine,
    releases: Option<Releases>,
    current: RwLock<Arc<Gate>>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
}

/// What a node remembers of its gates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// The greatest version that ever ran.
    highest: Option<Version>,
    /// The one that ran last.
    last: Option<Version>,
}

/// Signed releases in a folder: each a `NAME.note` beside its `NAME.wasm`.
#[derive(Clone)]
struct Releases {
    dir: PathBuf,
    keys: Vec<VerifierKey>,
    state: PathBuf,
}

struct Found {
    release: Release,
    component: PathBuf,
}

impl Gates {
    pub(crate) async fn open(config: &Config) -> Result<Self, GatesError> {
        let engine = GateEngine::new()?;
        let releases = config.gate_dir.clone().map(|dir| Releases {
            dir,
            keys: config.gate_keys.clone(),
            state: config.spool_dir.join(STATE),
        });
        let first = match (&releases, &config.gate) {
            (Some(releases), _) => releases.first(&engine).await?,
            (None, Some(file)) => engine.open(file, config.gate_sha256.as_deref(), None)?,
            // The configuration's check says so before.
            (None, None) => return Err(GatesError::None(PathBuf::new())),
        };
        let current = RwLock::new(Arc::new(first));
        Ok(Self { engine, releases, current, changing: tokio::sync::Mutex::default() })
    }

    /// For one request, from its decision to its answer.
    pub(crate) fn current(&self) -> Arc<Gate> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks into the folder again. What is wrong with the release there leaves the running gate in its place; requests
    /// under way end with the gate that they began with.
    pub(crate) async fn reload(&self) -> Result<GateName, GatesError> {
        let _one = self.changing.lock().await;
        let Some(releases) = &self.releases else { return Ok(self.current().name().clone()) };
        let found = releases.choose()?;
        let running = self.current();
        if running.name().version == Some(found.release.version)
            && running.name().digest == found.release.digest
        {
            return Ok(running.name().clone());
        }
        let gate = releases.start(&self.engine, found).await?;
        let name = gate.name().clone();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(gate);
        Ok(name)
    }
}

impl Releases {
    /// The one to begin with: as after a change, else the one that ran last.
    async fn first(&self, engine: &GateEngine) -> Result<Gate, GatesError> {
        let error = match self.choose() {
            Ok(found) => match self.start(engine, found).await {
                Ok(gate) => return Ok(gate),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let last = State::read(&self.state)?.last;
        let Some(found) = last.and_then(|last| self.of(last).ok()) else { return Err(error) };
        tracing::error!(%error, "the gate to run is refused; the one that ran last goes on");
        self.start(engine, found).await
    }

    /// Compiles it, tries it out, and remembers that it runs.
    async fn start(&self, engine: &GateEngine, found: Found) -> Result<Gate, GatesError> {
        let Found { release, component } = found;
        let (engine, version) = (engine.clone(), release.version);
        let opening = tokio::task::spawn_blocking(move || {
            engine.open(&component, Some(&release.digest), Some(version))
        });
        let gate = opening.await.unwrap_or(Err(GateError::Lost))?;
        gate.try_out(NodeFacts::none(clock::now())).await?;
        let before = State::read(&self.state)?;
        let state = State { highest: before.highest.max(Some(version)), last: Some(version) };
        if state != before {
            state.keep(&self.state)?;
        }
        Ok(gate)
    }

    /// The release to run: the one that the operator names, else the latest, if no later one ran before.
    fn choose(&self) -> Result<Found, GatesError> {
        let chosen = self.dir.join(CHOSEN);
        if let Some(text) = read(&chosen)? {
            let version = text.trim().parse();
            return self
                .of(version.map_err(|source| GatesError::Release { path: chosen, source })?);
        }
        let mut all = self.all()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        all.sort_by_key(|it| it.release.version);
        let latest = all.pop().ok_or_else(|| GatesError::None(self.dir.clone()))?;
        let version = latest.release.version;
        match State::read(&self.state)?.highest {
            Some(highest) if version < highest => {
                Err(GatesError::Older { version, highest, chosen })
            }
            _ => Ok(latest),
        }
    }

    /// The release of this version, whatever else lies there.
    fn of(&self, version: Version) -> Result<Found, GatesError> {
        let mut found = self.all()?.into_iter().flatten();
        let found = found.find(|it| it.release.version == version);
        found.ok_or_else(|| GatesError::Missing { version, dir: self.dir.clone() })
    }

    /// Each note that the operator's keys signed, and an error for each other one.
    fn all(&self) -> Result<Vec<Result<Found, GatesError>>, GatesError> {
        let file = |source| GatesError::File { path: self.dir.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(file)?.take(ENTRIES_MAX) {
            let path = entry.map_err(file)?.path();
            if path.extension().is_some_and(|it| it == "note") {
                found.push(self.verified(&path));
            }
        }
        Ok(found)
    }

    fn verified(&self, path: &Path) -> Result<Found, GatesError> {
        let note = read(path)?.unwrap_or_default();
        let release = Release::verify(&note, &self.keys)
            .map_err(|source| GatesError::Release { path: path.to_owned(), source })?;
        Ok(Found { release, component: path.with_extension("wasm") })
    }
}

impl State {
    fn read(path: &Path) -> Result<Self, GatesError> {
        let Some(text) = read(path)? else { return Ok(Self::default()) };
        serde_json::from_str(&text)
            .map_err(|error| GatesError::File { path: path.to_owned(), source: error.into() })
    }

    /// Written atomically.
    fn keep(self, path: &Path) -> Result<(), GatesError> {
        let write = || {
            let part = path.with_extension("part");
            let mut file = File::create(&part)?;
            file.write_all(&serde_json::to_vec(&self)?)?;
            file.sync_all()?;
            fs::rename(part, path)
        };
        write().map_err(|source| GatesError::File { path: path.to_owned(), source })
    }
}

/// A small file; `None` if there is none.
fn read(path: &Path) -> Result<Option<String>, GatesError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|it| it.take(NOTE_BYTES_MAX).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(GatesError::File { path: path.to_owned(), source }),
    }
}
