//! Hosts the judge component: a fresh instance for every call. The same component repeats a verdict years later.

use std::path::Path;
use std::thread;
use std::time::Duration;

use senim_channel::{ComponentError, OpenedComponent, open_component};
use senim_core::liveness::{Question, Seen, Verdict};
use wasmtime::component::Linker;
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

mod bindings {
    wasmtime::component::bindgen!({ path: "judge/wit", world: "judge" });
}

/// The input is a few hundred kilobytes of numbers.
const VERDICT_MEMORY_MAX: usize = 64 * 1024 * 1024;
/// Holds the nets, their inputs and one image.
const LOOK_MEMORY_MAX: usize = 1024 * 1024 * 1024;
const TICK: Duration = Duration::from_millis(100);
/// Deadline of a verdict in ticks; it normally takes a few milliseconds.
const VERDICT_TICKS: u64 = 50;
/// Deadline for running the nets, which only replays do: ten minutes.
const LOOK_TICKS: u64 = 6_000;

pub struct Judge {
    engine: Engine,
    ready: bindings::JudgePre<StoreLimits>,
    digest: String,
}

#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    #[error(transparent)]
    Component(#[from] ComponentError),
    #[error("can't load the judge component: {0:#}")]
    Wasm(#[from] wasmtime::Error),
    #[error("the judge rejected its input: {0}")]
    Answer(String),
    #[error("can't parse the judge's output: {0}")]
    Json(#[from] serde_json::Error),
}

impl Judge {
    /// Loads the component; with `sha256`, in hexadecimal, only the one of that digest. The compiled code is cached beside
    /// it, under a name with the component's digest.
    pub fn open(path: &Path, sha256: Option<&str>) -> Result<Self, JudgeError> {
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        let OpenedComponent { component, digest } = open_component(&engine, path, sha256)?;
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

    /// Runs the nets (name to ONNX file) over a pack; takes seconds.
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

/// Advances the deadline clock for as long as the engine lives.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_judge_than_the_configured_one_is_refused_with_both_digests() {
        let path = std::env::temp_dir().join(format!("senim-judge-{}.wasm", std::process::id()));
        std::fs::write(&path, "not the judge").unwrap();
        let (expected, found) = ("0".repeat(64), senim_core::jose::sha256(b"not the judge"));
        let told = Judge::open(&path, Some(&expected)).err().expect("refused").to_string();
        assert!(told.contains(&expected) && told.contains(&found), "{told}");
        // The right digest is not the reason any more.
        let error = Judge::open(&path, Some(&found)).err().expect("it is no component");
        assert!(matches!(error, JudgeError::Component(ComponentError::Wasm { .. })), "{error}");
        std::fs::remove_file(path).unwrap();
    }
}
