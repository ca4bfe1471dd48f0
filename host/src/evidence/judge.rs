//! Hosts the judge: a fresh instance for every question. What made a verdict makes it again years later.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use senim_core::liveness::{Question, Seen, Verdict};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

use senim_core::jose::sha256;

mod bindings {
    wasmtime::component::bindgen!({ path: "judge/wit", world: "judge" });
}

/// A question is some hundred kilobytes of numbers.
const VERDICT_MEMORY_MAX: usize = 64 * 1024 * 1024;
/// The nets, their inputs and a picture.
const LOOK_MEMORY_MAX: usize = 1024 * 1024 * 1024;
const TICK: Duration = Duration::from_millis(100);
/// A verdict past so many ticks is cut off; it takes a few milliseconds.
const VERDICT_TICKS: u64 = 50;
/// Looking is a replay's, on nobody's time but the operator's: ten minutes.
const LOOK_TICKS: u64 = 6_000;

pub struct Judge {
    engine: Engine,
    ready: bindings::JudgePre<StoreLimits>,
    digest: String,
}

#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("the judge can't be used: {0:#}")]
    Wasm(#[from] wasmtime::Error),
    #[error("the judge does not understand: {0}")]
    Answer(String),
    #[error("the judge answers what can't be read: {0}")]
    Json(#[from] serde_json::Error),
}

impl Judge {
    /// Reads the component; what it compiles to is kept beside it, under a name that tells of both.
    pub fn open(path: &Path) -> Result<Self, JudgeError> {
        let bytes =
            fs::read(path).map_err(|source| JudgeError::File { path: path.to_owned(), source })?;
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        let digest = sha256(&bytes);
        let kept = path.with_extension(format!("{}.cwasm", &digest[..16]));
        let component = match compiled(&engine, &kept) {
            Some(component) => component,
            None => compile(&engine, &bytes, &kept)?,
        };
        let linker = Linker::new(&engine);
        let ready = bindings::JudgePre::new(linker.instantiate_pre(&component)?)?;
        tick(&engine);
        Ok(Self { engine, ready, digest })
    }

    /// SHA-256 of the component, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    pub fn verdict(&self, question: &Question) -> Result<Verdict, JudgeError> {
        let question = serde_json::to_vec(question)?;
        let mut store = self.store(VERDICT_MEMORY_MAX, VERDICT_TICKS);
        let judge = self.ready.instantiate(&mut store)?;
        let answer = judge.call_verdict(&mut store, &question)?.map_err(JudgeError::Answer)?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Runs the nets, given by their names as ONNX files, over a pack: some seconds of work.
    pub fn look(&self, nets: &[(String, Vec<u8>)], pack: &[u8]) -> Result<Vec<Seen>, JudgeError> {
        let mut store = self.store(LOOK_MEMORY_MAX, LOOK_TICKS);
        let judge = self.ready.instantiate(&mut store)?;
        let answer = judge.call_look(&mut store, nets, pack)?.map_err(JudgeError::Answer)?;
        Ok(serde_json::from_slice(&answer)?)
    }

    fn store(&self, memory_max: usize, ticks: u64) -> Store<StoreLimits> {
        let limits =
            StoreLimitsBuilder::new().memory_size(memory_max).trap_on_grow_failure(true).build();
        let mut store = Store::new(&self.engine, limits);
        store.limiter(|limits| limits);
        store.set_epoch_deadline(ticks);
        store
    }
}

/// Lets deadlines pass for as long as the engine lives.
fn tick(engine: &Engine) {
    let engine = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
}

/// SAFETY of what follows: the file is our own work, and whoever can write beside the judge can change the
/// judge. Another wasmtime's is refused by its header.
#[expect(unsafe_code, reason = "wasmtime can't check compiled code, only recognise its own")]
fn compiled(engine: &Engine, kept: &Path) -> Option<Component> {
    kept.exists().then(|| unsafe { Component::deserialize_file(engine, kept) })?.ok()
}

/// What was kept of an earlier judge of the same name; whoever runs it has read it.
fn forget_earlier(kept: &Path) -> std::io::Result<()> {
    let name = |path: &Path| Path::new(path.file_stem()?).file_stem().map(ToOwned::to_owned);
    for entry in fs::read_dir(kept.parent().unwrap_or(kept))? {
        let other = entry?.path();
        let alike = other.extension() == kept.extension() && name(&other) == name(kept);
        if alike && other != kept {
            fs::remove_file(other)?;
        }
    }
    Ok(())
}

fn compile(engine: &Engine, bytes: &[u8], kept: &Path) -> Result<Component, JudgeError> {
    let component = Component::new(engine, bytes)?;
    // Whole or not at all: another host may be reading. Without it the next start takes seconds longer.
    let part = kept.with_extension(format!("{}.part", std::process::id()));
    let written = component
        .serialize()
        .map_err(std::io::Error::other)
        .and_then(|it| fs::write(&part, it))
        .and_then(|()| fs::rename(&part, kept))
        .and_then(|()| forget_earlier(kept));
    if let Err(error) = written {
        tracing::warn!(%error, "the compiled judge can't be kept");
    }
    Ok(component)
}
