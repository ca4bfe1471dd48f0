//! Hosts the gate: a fresh instance for every call, with a deadline and a memory limit.

use std::path::Path;
use std::time::Duration;

use senim_channel::{ComponentError, open_component};
use senim_core::Timestamp;
use senim_core::jose::{Algorithm, Jwk};
use senim_core::problem::Problem;
use senim_core::routing::{
    AnswerAbout, Decision, Facts as _, Memory, Refusal, Request, Standing, WireError,
    decode_verdict,
};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreLimits,
    StoreLimitsBuilder,
};

use self::bindings::senim::gate::facts::{self, Asker, Host, Target};
use crate::facts::NodeFacts;

mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "gate" });
}

/// Concurrent instances; a decision runs on a thread of the runtime, so there are never more than threads.
const INSTANCES_MAX: u32 = 256;
/// Parsing an answer of two megabytes takes several times its size.
const MEMORY_BYTES_MAX: usize = 48 * 1024 * 1024;
const TICK: Duration = Duration::from_millis(10);
/// The deadline of a call in ticks; a decision takes less than a thousandth of it.
const DEADLINE_TICKS: u64 = 200;

pub struct Gate {
    engine: Engine,
    ready: bindings::GatePre<Caller>,
}

struct Caller {
    facts: Option<NodeFacts>,
    limits: StoreLimits,
}

#[derive(Debug, thiserror::Error)]
pub enum GateError {
    #[error(transparent)]
    Component(#[from] ComponentError),
    #[error("can't load the gate: {0:#}")]
    Wasm(#[from] wasmtime::Error),
    #[error("can't parse the gate's answer: {0}")]
    Wire(#[from] WireError),
}

impl Gate {
    /// Loads the component; with `sha256`, in hexadecimal, only the one of that digest. The compiled code is cached beside
    /// it, under a name with the component's digest.
    pub fn open(path: &Path, sha256: Option<&str>) -> Result<Self, GateError> {
        let engine = engine()?;
        let component = open_component(&engine, path, sha256)?.component;
        let mut linker = Linker::new(&engine);
        bindings::Gate::add_to_linker::<_, HasSelf<Caller>>(&mut linker, |caller| caller)?;
        let ready = bindings::GatePre::new(linker.instantiate_pre(&component)?)?;
        tick(&engine);
        Ok(Self { engine, ready })
    }

    pub fn decide(&self, request: &Request<'_>, facts: NodeFacts) -> Result<Decision, GateError> {
        let mut store = self.store(Some(facts));
        let gate = self.ready.instantiate(&mut store)?;
        let decision = gate.call_decide(&mut store, &request.encode())?;
        Ok(Decision::decode(&decision)?)
    }

    pub fn check_answer(
        &self,
        about: &AnswerAbout<'_>,
        body: &[u8],
    ) -> Result<Result<(), Refusal>, GateError> {
        let mut store = self.store(None);
        let gate = self.ready.instantiate(&mut store)?;
        let verdict = gate.call_check_answer(&mut store, &about.encode(), body)?;
        Ok(decode_verdict(&verdict)?)
    }

    fn store(&self, facts: Option<NodeFacts>) -> Store<Caller> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_BYTES_MAX)
            .trap_on_grow_failure(true)
            .build();
        let mut store = Store::new(&self.engine, Caller { facts, limits });
        store.limiter(|caller| &mut caller.limits);
        store.set_epoch_deadline(DEADLINE_TICKS);
        store
    }
}

fn engine() -> Result<Engine, wasmtime::Error> {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(INSTANCES_MAX * 4)
        .total_memories(INSTANCES_MAX)
        .total_tables(INSTANCES_MAX * 4)
        .max_memory_size(MEMORY_BYTES_MAX)
        .max_unused_warm_slots(64)
        .linear_memory_keep_resident(256 * 1024)
        .table_keep_resident(16 * 1024);
    let mut config = Config::new();
    config.epoch_interruption(true).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// Advances the deadline clock for as long as the engine lives.
fn tick(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

/// The gate's imports. While the gate checks an answer there are no facts to return.
impl Host for Caller {
    fn asker_of_certificate(&mut self, thumbprint: String) -> Option<Asker> {
        let asker = self.facts.as_ref()?.asker(&thumbprint)?;
        Some(Asker { bin: asker.bin.to_string(), active: asker.active, consumer: asker.consumer })
    }

    fn owns_application(&mut self, bin: String, client_id: String) -> bool {
        let Some(facts) = &self.facts else { return false };
        bin.parse().is_ok_and(|bin| facts.owns(bin, &client_id))
    }

    fn target_of(&mut self, bin: String) -> Option<Target> {
        let target = self.facts.as_ref()?.target(bin.parse().ok()?)?;
        Some(Target { active: target.active, provider: target.provider, base_url: target.base_url })
    }

    fn verify_token(
        &mut self,
        algorithm: String,
        kid: Option<String>,
        signed: Vec<u8>,
        signature: Vec<u8>,
    ) -> bool {
        let (Some(facts), Some(algorithm)) = (&self.facts, algorithm_named(&algorithm)) else {
            return false;
        };
        facts.verify_token(algorithm, kid.as_deref(), &signed, &signature)
    }

    fn verify_proof(
        &mut self,
        jwk: String,
        algorithm: String,
        signed: Vec<u8>,
        signature: Vec<u8>,
    ) -> bool {
        let (Ok(key), Some(algorithm)) =
            (serde_json::from_str::<Jwk>(&jwk), algorithm_named(&algorithm))
        else {
            return false;
        };
        senim_channel::verify(&key, algorithm, &signed, &signature)
    }

    fn standing_of(&mut self, list: String, index: u64) -> facts::Standing {
        match self.facts.as_ref().map_or(Standing::Unknown, |it| it.standing(&list, index)) {
            Standing::Good => facts::Standing::Good,
            Standing::Ended => facts::Standing::Ended,
            Standing::Changed => facts::Standing::Changed,
            Standing::Unknown => facts::Standing::Unknown,
        }
    }

    fn remember_proof(&mut self, seen_as: String, until_ms: i64) -> facts::Memory {
        let until = Timestamp::from_timestamp_millis(until_ms);
        match self
            .facts
            .as_ref()
            .zip(until)
            .map_or(Memory::Full, |(it, until)| it.remember(&seen_as, until))
        {
            Memory::New => facts::Memory::New,
            Memory::Seen => facts::Memory::Seen,
            Memory::Full => facts::Memory::Full,
        }
    }

    fn count_read(&mut self, consent: String, provider: String, reads_a_day: u16) -> bool {
        let Some(facts) = &self.facts else { return false };
        let (Ok(consent), Ok(provider)) = (consent.parse(), provider.parse()) else { return false };
        facts.count_read(consent, provider, reads_a_day)
    }
}

fn algorithm_named(name: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|it| it.name() == name)
}

impl GateError {
    /// The caller sees no details.
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::Component(_) | Self::Wasm(_) | Self::Wire(_) => Problem::Internal,
        }
    }
}
