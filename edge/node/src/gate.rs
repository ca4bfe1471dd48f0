//! Hosts gates: an instance for the calls of one participant, with a deadline, a memory limit, and the processor in slices, so
//! that a call which never ends costs its own request only.

use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use senim_channel::{ComponentError, clock, open_component};
use senim_core::Timestamp;
use senim_core::consent::Limits;
use senim_core::id::Bin;
use senim_core::jose::{Algorithm, Jwk};
use senim_core::problem::Problem;
use senim_core::release::{GateName, Version};
use senim_core::routing::{
    AnswerAbout, Decision, Facts as _, Memory, Policy, Quota, Refusal, Request, Standing,
    WireError, decode_verdict,
};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, ResourceLimiter,
    Store,
};

use self::bindings::senim::gate::facts::{self, Asker, Host, Target};
use crate::facts::NodeFacts;
use crate::idle::Idle;
use crate::memory::locked;

mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "gate", exports: { default: async } });
}

/// Concurrent instances, those that wait for another call included.
const INSTANCES_MAX: u32 = 320;
/// Instances that wait for another call of their participant.
const IDLE_MAX: usize = 64;
/// Of one participant.
const IDLE_EACH_MAX: usize = 16;
/// How long they wait.
const IDLE_FOR: Duration = Duration::from_secs(10);
/// Calls of one instance.
const CALLS_MAX: u32 = 128;
/// An instance that has grown beyond this is not used again, in bytes; a decision needs a tenth of it.
const KEPT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Parsing an answer of two megabytes takes several times its size.
const MEMORY_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Bytes that a gate hands over in one call of the host, or as its answer; a decision has about one thousand.
const HANDED_OVER_MAX: usize = 1024 * 1024;
/// Questions of one call to the node; a decision has nine.
const QUESTIONS_MAX: u32 = 32;
/// How long a call runs before it leaves its thread to others; a decision takes a tenth of it.
const SLICE: Duration = Duration::from_millis(1);
/// Calls that need more than a slice, at the same time.
const LONG_MAX: usize = 64;
/// Slices of a call that finds no place among those, before it is ended: on a busy machine a slice may pass without the call
/// having run.
const SPARE_SLICES: u32 = 4;
/// The deadline of a call.
const WITHIN: Duration = Duration::from_secs(1);
/// The deadline of a check of a large answer, which has a thread to itself.
const LARGE_WITHIN: Duration = Duration::from_secs(2);
/// The longest key of a quota (a `client_id`), and of a proof that is remembered.
const KEY_LENGTH_MAX: usize = 1024;

/// Compiles gates and runs their calls: one for a node, whichever gate it has.
#[derive(Clone)]
pub struct GateEngine {
    engine: Engine,
    loaded: Arc<AtomicU64>,
    idle: Arc<Mutex<Idle<Instance>>>,
    long: Arc<Long>,
}

/// A gate that is ready to be called.
pub struct Gate(Arc<Ready>);

struct Ready {
    name: GateName,
    /// Another for each gate that this process loads.
    number: u64,
    on: GateEngine,
    instances: bindings::GatePre<Caller>,
}

/// It ends with its first error, for only one that answered is kept.
struct Instance {
    store: Store<Caller>,
    gate: bindings::Gate,
    calls_left: u32,
}

struct Caller {
    facts: Option<NodeFacts>,
    memory_bytes: usize,
    questions_left: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum GateError {
    #[error(transparent)]
    Component(#[from] ComponentError),
    #[error("can't load the gate: {0:#}")]
    Wasm(#[from] wasmtime::Error),
    #[error("can't parse the gate's answer: {0}")]
    Wire(#[from] WireError),
    #[error("the gate did not answer in its time")]
    Overrun,
    #[error("the gate does not refuse what must be refused")]
    Lenient,
    #[error("can't start a thread for the gate: {0}")]
    Thread(#[from] std::io::Error),
    #[error("the gate was interrupted")]
    Lost,
}

impl GateEngine {
    pub fn new() -> Result<Self, GateError> {
        let engine = engine()?;
        let idle = Arc::new(Mutex::new(Idle::new(IDLE_MAX, IDLE_EACH_MAX, IDLE_FOR)));
        tick(&engine, &idle);
        let long = Arc::new(Long::start()?);
        Ok(Self { engine, loaded: Arc::default(), idle, long })
    }

    /// Loads a component; with `sha256`, in hexadecimal, only the one of that digest. The compiled code is cached beside it,
    /// under a name with the component's digest.
    pub fn open(
        &self,
        path: &Path,
        sha256: Option<&str>,
        version: Option<Version>,
    ) -> Result<Gate, GateError> {
        let opened = open_component(&self.engine, path, sha256)?;
        let mut linker = Linker::new(&self.engine);
        bindings::Gate::add_to_linker::<_, HasSelf<Caller>>(&mut linker, |caller| caller)?;
        let instances = bindings::GatePre::new(linker.instantiate_pre(&opened.component)?)?;
        let name = GateName { version, digest: opened.digest };
        let number = self.loaded.fetch_add(1, Ordering::Relaxed);
        Ok(Gate(Arc::new(Ready { name, number, on: self.clone(), instances })))
    }
}

impl Gate {
    /// For records.
    pub fn name(&self) -> &GateName {
        &self.0.name
    }

    pub async fn decide(
        &self,
        request: &Request<'_>,
        facts: NodeFacts,
    ) -> Result<Decision, GateError> {
        let participant = facts.participant;
        let (ready, request) = (Arc::clone(&self.0), request.encode());
        let call = async move {
            let mut on = ready.instance(participant, Some(facts)).await?;
            let decision = on.gate.call_decide(&mut on.store, &request).await?;
            let decision = Decision::decode(&decision)?;
            ready.keep(participant, on);
            Ok(decision)
        };
        self.0.on.long.after_a_slice(Box::pin(call)).await
    }

    /// Of an answer to this participant that is small enough for a thread of the runtime.
    pub async fn check_answer(
        &self,
        participant: Option<Bin>,
        about: &AnswerAbout<'_>,
        body: &Bytes,
    ) -> Result<Result<(), Refusal>, GateError> {
        let call = self.check(participant, about, body.clone());
        self.0.on.long.after_a_slice(Box::pin(call)).await
    }

    /// Of a large answer. To be awaited on a thread that nobody else needs.
    pub async fn check_large_answer(
        &self,
        about: &AnswerAbout<'_>,
        body: &Bytes,
    ) -> Result<Result<(), Refusal>, GateError> {
        let call = self.check(None, about, body.clone());
        tokio::time::timeout(LARGE_WITHIN, call).await.unwrap_or(Err(GateError::Overrun))
    }

    /// Whether it refuses a request before which the node knows nothing, and an answer that is none.
    pub async fn try_out(&self, facts: NodeFacts) -> Result<(), GateError> {
        let request = Request {
            now: facts.now,
            fresh: false,
            issuer: "https://platform.invalid",
            audience: "https://edge.invalid",
            method: "GET",
            path: "/account-information/v1/accounts",
            query: "",
            certificate: None,
            authorization: vec![],
            dpop: vec![],
            provider: vec![],
            purpose: vec![],
            auth_date: vec![],
            ip_address: vec![],
        };
        let decision = self.decide(&request, facts).await?;
        let limits =
            Limits { data: [].into(), accounts: None, transactions_from: None, unattended: None };
        let path_and_query = request.path;
        let about = AnswerAbout { path_and_query, limits, status: 200, content_type: None };
        let verdict = self.check_answer(None, &about, &Bytes::from_static(b"no answer")).await?;
        if decision.outcome.is_err() && verdict.is_err() {
            return Ok(());
        }
        Err(GateError::Lenient)
    }

    fn check(
        &self,
        participant: Option<Bin>,
        about: &AnswerAbout<'_>,
        body: Bytes,
    ) -> impl Future<Output = Result<Result<(), Refusal>, GateError>> + Send + 'static {
        let (ready, about) = (Arc::clone(&self.0), about.encode());
        async move {
            let mut on = ready.instance(participant, None).await?;
            let verdict = on.gate.call_check_answer(&mut on.store, &about, &body).await?;
            let verdict = decode_verdict(&verdict)?;
            ready.keep(participant, on);
            Ok(verdict)
        }
    }
}

impl Ready {
    /// One that served this participant before, or a fresh one.
    async fn instance(
        &self,
        participant: Option<Bin>,
        facts: Option<NodeFacts>,
    ) -> Result<Instance, GateError> {
        let idle = participant.and_then(|it| locked(&self.on.idle).take(&(self.number, it)));
        let caller = Caller { facts, memory_bytes: 0, questions_left: QUESTIONS_MAX };
        let Some(mut on) = idle else {
            let mut store = Store::new(&self.on.engine, caller);
            store.limiter(|caller| caller);
            limit(&mut store);
            let gate = self.instances.instantiate_async(&mut store).await?;
            return Ok(Instance { store, gate, calls_left: CALLS_MAX });
        };
        let memory_bytes = on.store.data().memory_bytes;
        *on.store.data_mut() = Caller { memory_bytes, ..caller };
        limit(&mut on.store);
        Ok(on)
    }

    /// For another call of the same participant; of strangers none is kept.
    fn keep(&self, participant: Option<Bin>, mut on: Instance) {
        on.calls_left -= 1;
        on.store.data_mut().facts = None;
        let small = on.store.data().memory_bytes <= KEPT_BYTES_MAX;
        if let Some(participant) = participant.filter(|_| small && on.calls_left > 0) {
            let gone = locked(&self.on.idle).put((self.number, participant), on, clock::instant());
            // Not under the lock.
            drop(gone);
        }
    }
}

/// What one call may take.
fn limit(store: &mut Store<Caller>) {
    store.set_hostcall_fuel(HANDED_OVER_MAX);
    // The first tick of a slice may come at once.
    store.set_epoch_deadline(2);
    store.epoch_deadline_async_yield_and_update(2);
}

impl ResourceLimiter for Caller {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > MEMORY_BYTES_MAX {
            return Err(wasmtime::Error::msg("the gate wants too much memory"));
        }
        self.memory_bytes = desired;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // The pool has its own limit.
        Ok(true)
    }
}

/// A thread for calls that need more than a slice, of the lowest priority: the processor is the other calls'.
struct Long {
    runtime: tokio::runtime::Handle,
    places: Arc<Semaphore>,
    /// The thread ends with it.
    _used: oneshot::Sender<()>,
}

impl Long {
    fn start() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let handle = runtime.handle().clone();
        let (used, unused) = oneshot::channel::<()>();
        std::thread::Builder::new().name("long-calls".to_owned()).spawn(move || {
            // Of this thread alone, where the system is Linux.
            #[cfg(target_os = "linux")]
            if let Err(error) = rustix::process::setpriority_process(None, 19) {
                tracing::warn!(%error, "long calls of the gate run at the priority of others");
            }
            // Fails when the engine is gone.
            let _ = runtime.block_on(unused);
        })?;
        Ok(Self { runtime: handle, places: Arc::new(Semaphore::new(LONG_MAX)), _used: used })
    }

    /// Here for its first slice, then over there, at most until its deadline; where there is no place, here for a few more.
    async fn after_a_slice<T: Send + 'static>(
        &self,
        mut call: Pin<Box<dyn Future<Output = Result<T, GateError>> + Send>>,
    ) -> Result<T, GateError> {
        // It waits for nothing but another slice.
        if let Some(done) = call.as_mut().now_or_never() {
            return done;
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            for _ in 0..SPARE_SLICES {
                tokio::task::yield_now().await;
                if let Some(done) = call.as_mut().now_or_never() {
                    return done;
                }
            }
            return Err(GateError::Overrun);
        };
        // Ends what is in it when it is dropped.
        let mut over_there = JoinSet::new();
        let call = async move {
            let done = call.await;
            drop(place);
            done
        };
        over_there.spawn_on(call, &self.runtime);
        match tokio::time::timeout(WITHIN, over_there.join_next()).await {
            Ok(Some(Ok(done))) => done,
            Ok(Some(Err(_)) | None) => Err(GateError::Lost),
            Err(_) => Err(GateError::Overrun),
        }
    }
}

fn engine() -> Result<Engine, wasmtime::Error> {
    let mut pool = PoolingAllocationConfig::default();
    // Finds what an instance wrote, where Linux tells it.
    pool.pagemap_scan(Enabled::Auto);
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(INSTANCES_MAX * 4)
        .total_memories(INSTANCES_MAX)
        .total_tables(INSTANCES_MAX * 4)
        .total_stacks(INSTANCES_MAX)
        .max_memory_size(MEMORY_BYTES_MAX)
        .max_unused_warm_slots(64)
        .linear_memory_keep_resident(256 * 1024)
        .async_stack_keep_resident(16 * 1024)
        .table_keep_resident(16 * 1024);
    let mut config = Config::new();
    config.epoch_interruption(true).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// Ends slices, and the waiting of idle instances, for as long as the engine lives.
fn tick(engine: &Engine, idle: &Arc<Mutex<Idle<Instance>>>) {
    let engine = engine.weak();
    // An instance holds the engine.
    let idle = Arc::downgrade(idle);
    std::thread::spawn(move || {
        while let (Some(engine), Some(idle)) = (engine.upgrade(), idle.upgrade()) {
            engine.increment_epoch();
            let gone = locked(&idle).overdue(clock::instant());
            drop((gone, engine, idle));
            std::thread::sleep(SLICE);
        }
    });
}

impl Caller {
    /// Without an answer once the call has asked too much.
    fn ask(&mut self) -> Option<&NodeFacts> {
        self.questions_left = self.questions_left.checked_sub(1)?;
        self.facts.as_ref()
    }
}

/// The gate's imports. While the gate checks an answer there are no facts to return.
impl Host for Caller {
    fn asker_of_certificate(&mut self, thumbprint: String) -> Option<Asker> {
        let asker = self.ask()?.asker(&thumbprint)?;
        Some(Asker {
            bin: asker.bin.to_string(),
            active: asker.active,
            consumer: asker.consumer,
            requests_a_minute: asker.allowance.requests_a_minute,
            application_requests_a_minute: asker.allowance.application_requests_a_minute,
            application_requests_a_day: asker.allowance.application_requests_a_day,
            consent_requests_a_minute: asker.allowance.consent_requests_a_minute,
        })
    }

    fn owns_application(&mut self, bin: String, client_id: String) -> bool {
        let Some(facts) = self.ask() else { return false };
        bin.parse().is_ok_and(|bin| facts.owns(bin, &client_id))
    }

    fn target_of(&mut self, bin: String) -> Option<Target> {
        let target = self.ask()?.target(bin.parse().ok()?)?;
        Some(Target { active: target.active, provider: target.provider, base_url: target.base_url })
    }

    fn verify_token(
        &mut self,
        algorithm: String,
        kid: Option<String>,
        signed: Vec<u8>,
        signature: Vec<u8>,
    ) -> bool {
        let (Some(facts), Some(algorithm)) = (self.ask(), algorithm_named(&algorithm)) else {
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
        if self.ask().is_none() {
            return false;
        }
        let (Ok(key), Some(algorithm)) =
            (serde_json::from_str::<Jwk>(&jwk), algorithm_named(&algorithm))
        else {
            return false;
        };
        senim_channel::verify(&key, algorithm, &signed, &signature)
    }

    fn gave_nonce(&mut self, nonce: String) -> bool {
        self.ask().is_some_and(|it| it.gave_nonce(&nonce))
    }

    fn standing_of(&mut self, list: String, index: u64) -> facts::Standing {
        match self.ask().map_or(Standing::Unknown, |it| it.standing(&list, index)) {
            Standing::Good => facts::Standing::Good,
            Standing::Ended => facts::Standing::Ended,
            Standing::Changed => facts::Standing::Changed,
            Standing::Unknown => facts::Standing::Unknown,
        }
    }

    fn remember_proof(&mut self, seen_as: String, until_ms: i64) -> facts::Memory {
        let until = Timestamp::from_timestamp_millis(until_ms);
        let short = seen_as.len() <= KEY_LENGTH_MAX;
        match self
            .ask()
            .filter(|_| short)
            .zip(until)
            .map_or(Memory::Full, |(it, until)| it.remember(&seen_as, until))
        {
            Memory::New => facts::Memory::New,
            Memory::Seen => facts::Memory::Seen,
            Memory::Full => facts::Memory::Full,
        }
    }

    fn spend(&mut self, quotas: Vec<facts::Quota>) -> facts::Spent {
        let nothing = || facts::Spent { admitted: false, left: Vec::new() };
        // A gate that asks for more is broken: what it counts is kept.
        let within = quotas.len() <= Policy::ALL.len()
            && quotas.iter().all(|it| it.key.len() <= KEY_LENGTH_MAX);
        let Some(facts) = self.ask().filter(|_| within) else { return nothing() };
        let quota =
            |it: facts::Quota| Quota { policy: policy_in(it.policy), key: it.key, limit: it.limit };
        let quotas: Vec<_> = quotas.into_iter().map(quota).collect();
        let spent = facts.spend(&quotas);
        let left = |it: &senim_core::routing::Left| facts::Left {
            policy: policy_out(it.policy),
            limit: it.limit,
            remaining: it.remaining,
            reset_s: it.reset_s,
        };
        facts::Spent { admitted: spent.admitted, left: spent.left.iter().map(left).collect() }
    }
}

fn policy_in(policy: facts::Policy) -> Policy {
    match policy {
        facts::Policy::Participant => Policy::Participant,
        facts::Policy::Application => Policy::Application,
        facts::Policy::ApplicationDay => Policy::ApplicationDay,
        facts::Policy::Consent => Policy::Consent,
        facts::Policy::Unattended => Policy::Unattended,
    }
}

fn policy_out(policy: Policy) -> facts::Policy {
    match policy {
        Policy::Participant => facts::Policy::Participant,
        Policy::Application => facts::Policy::Application,
        Policy::ApplicationDay => facts::Policy::ApplicationDay,
        Policy::Consent => facts::Policy::Consent,
        Policy::Unattended => facts::Policy::Unattended,
    }
}

fn algorithm_named(name: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|it| it.name() == name)
}

impl GateError {
    /// The caller sees no details.
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::Component(_)
            | Self::Wasm(_)
            | Self::Wire(_)
            | Self::Overrun
            | Self::Lenient
            | Self::Thread(_)
            | Self::Lost => Problem::Internal,
        }
    }
}
