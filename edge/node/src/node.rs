//! One edge: the handling of a request, and the background tasks it depends on.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use senim_channel::budget::{Caller, Meter};
use senim_channel::{
    ChannelError, ClientCertificates, ListenerLimits, Metrics, Outbound, OutboundError, Peer,
    Places, ServeLimits, Timings, TlsListener, clock, metrics_listener, serve_metrics,
    server_config,
};
use senim_core::Timestamp;
use senim_core::exchange::ANSWER_BYTES_MAX;
use senim_core::id::{Bin, UseId};
use senim_core::problem::Problem;
use senim_core::release::GateName;
use senim_core::routing::{
    About, AnswerAbout, Decision, Forward, Left, Nonces, Refusal, is_outage, refused_for_s,
};
use senim_core::usage::Use;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::answer::{self, Answer};
use crate::budgets::{Budgets, Payer};
use crate::circuits::Circuits;
use crate::config::{Config, ConfigError};
use crate::facts::NodeFacts;
use crate::feed::Feed;
use crate::forward::{self, Answer as Answered, ForwardError};
use crate::gate::{Gate, GateError};
use crate::gates::{Gates, GatesError};
use crate::memory::{ProofMemory, SpentMemory, TokenMemory};
use crate::promise::Promises;
use crate::request::{
    BODY_BYTES_MAX, HEADER_BYTES_MAX, INTERACTION, for_gate, head_bytes, interaction_name,
};
use crate::ship::Shipping;
use crate::spool::Spool;

const TOKENS_MAX: usize = 50_000;
/// Proofs of a participant's last minute at 2,000 requests a second.
const PROOFS_EACH_MAX: usize = 120_000;
const PROOFS_MAX: usize = 600_000;
/// Consents, applications and participants whose requests are counted in a minute, and in a day; some 100 MB each.
const SPENT_MAX: usize = 1_000_000;
/// Answers larger than this, in bytes, are checked off the runtime's threads.
const INLINE_BYTES_MAX: usize = 16 * 1024;
/// Concurrent checks of such answers.
const LARGE_ANSWERS_MAX: usize = 32;
/// Concurrent requests on one HTTP/2 connection.
const STREAMS_MAX: u32 = 128;
/// Grace period of open requests at shutdown, beyond the provider's time limit.
const DRAIN_BEYOND: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("listen: {0}")]
    Listen(std::io::Error),
    #[error("metrics_listen: {0}")]
    Metrics(std::io::Error),
    #[error("spool_dir: {0}")]
    Spool(std::io::Error),
    #[error("gate: {0}")]
    Gate(#[from] GatesError),
    #[error(transparent)]
    Channel(#[from] ChannelError),
}

/// Boxed: an `async fn` is compiled again by each program and test that awaits it.
type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A node that runs until it is stopped.
pub struct Node {
    address: SocketAddr,
    edge: Arc<Edge>,
    stop: oneshot::Sender<()>,
    // Dropping it ends the tasks at once, as in a crash; call `stop` to drain.
    serving: JoinSet<()>,
    background: JoinSet<()>,
    config: Config,
}

impl Node {
    /// Listens at once, but refuses everything until the first snapshot from the platform.
    pub fn start(config: Config) -> Boxed<Result<Self, NodeError>> {
        Box::pin(Self::begin(config))
    }

    async fn begin(config: Config) -> Result<Self, NodeError> {
        config.check()?;
        let edge = Arc::new(Edge {
            gates: Gates::open(&config).await?,
            feed: feed(&config).map_err(NodeError::Spool)?,
            outbound: forward::outbound(&config)?,
            spool: Spool::open(&config.spool_dir).map_err(NodeError::Spool)?,
            promises: Promises::open(&config)?,
            tokens: Arc::new(TokenMemory::new(TOKENS_MAX)),
            proofs: Arc::new(ProofMemory::new(PROOFS_EACH_MAX, PROOFS_MAX)),
            nonces: Arc::new(Nonces::new(rand::random())),
            spent: Arc::new(SpentMemory::new(SPENT_MAX)),
            large_answers: Semaphore::new(LARGE_ANSWERS_MAX),
            circuits: Circuits::default(),
            budgets: Budgets::open(&config),
            unrecorded: AtomicU64::new(0),
            requests: Timings::default(),
            gate_calls: Timings::default(),
            config: config.clone(),
        });
        let tls = server_config(
            &config.tls_certificate,
            &config.tls_key,
            ClientCertificates::Required(&config.client_ca),
        )?;
        let tcp = TcpListener::bind(config.listen).await.map_err(NodeError::Listen)?;
        let registry = &edge.budgets.registry;
        let places =
            Places::open(registry, "edge", ListenerLimits::default(), |_| Caller::Participant);
        let listener = TlsListener::within(tcp, tls, places).map_err(NodeError::Listen)?;
        let address = listener.address();
        let measured = match config.metrics_listen {
            Some(it) => Some(metrics_listener(it).await.map_err(NodeError::Metrics)?),
            None => None,
        };
        let (stop, stopped) = oneshot::channel();
        let mut serving = JoinSet::new();
        let answering = Arc::clone(&edge);
        serving.spawn(senim_channel::serve(
            listener,
            limits(&config),
            async {
                // Sender dropped or signalled: the node ends either way.
                let _ = stopped.await;
            },
            move |request, peer: Arc<Peer>| {
                let edge = Arc::clone(&answering);
                async move { edge.answer(request, &peer).await }
            },
        ));
        let (following, shipping) = (Arc::clone(&edge), Arc::clone(&edge));
        let ship = Shipping::new(&config);
        let mut background = JoinSet::new();
        background.spawn(async move { following.feed.run(&following.outbound).await });
        background.spawn(async move { ship.ship(&shipping.spool, &shipping.outbound).await });
        if let Some(listener) = measured {
            background.spawn(serve_metrics(listener, metrics(&edge), std::future::pending()));
        }
        Ok(Self { address, edge, stop, serving, background, config })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the platform's data is fresh enough to decide with.
    pub fn is_fresh(&self) -> bool {
        self.edge.feed.fresh().is_some()
    }

    /// The gate that decides now.
    pub fn gate(&self) -> GateName {
        self.edge.gates.current().name().clone()
    }

    /// Looks into `gate_dir` again. If what is there is refused, the running gate goes on.
    pub fn reload_gate(&self) -> Boxed<Result<GateName, GatesError>> {
        let edge = Arc::clone(&self.edge);
        Box::pin(async move { edge.gates.reload().await })
    }

    /// The budgets in use, for metrics.
    pub fn meters(&self) -> Vec<Meter> {
        self.edge.budgets.registry.meters()
    }

    /// What `metrics_listen` serves.
    pub fn metrics(&self) -> String {
        metrics(&self.edge).text()
    }

    /// Number of refusals of unknown callers, which are not journalled.
    pub fn unrecorded(&self) -> u64 {
        self.edge.unrecorded.load(Ordering::Relaxed)
    }

    /// How many uses are set aside because the platform rejected them. They are sent again later.
    pub fn refused_uses(&self) -> usize {
        self.edge.spool.refused()
    }

    /// Stops listening, finishes open requests, and ships their uses.
    pub fn stop(self) -> Boxed<()> {
        Box::pin(self.end())
    }

    async fn end(mut self) {
        // Fails if serving has already ended.
        let _ = self.stop.send(());
        while self.serving.join_next().await.is_some() {}
        self.background.shutdown().await;
        let rest = Shipping::new(&self.config).ship_rest(&self.edge.spool, &self.edge.outbound);
        let _ = tokio::time::timeout(Duration::from_secs(5), rest).await;
    }
}

fn feed(config: &Config) -> std::io::Result<Feed> {
    let bound = Duration::from_secs(u64::from(config.registry_stale_s));
    Feed::open(&config.platform_url, &config.issuer, &config.spool_dir, bound)
}

fn metrics(edge: &Arc<Edge>) -> Metrics {
    let metrics = Metrics::new();
    metrics.timings("request", "Requests answered, by route and status", &edge.requests);
    metrics.timings("gate", "Calls of the gate component, by its answer", &edge.gate_calls);
    metrics.budgets(&edge.budgets.registry);
    let waiting = Arc::clone(edge);
    metrics.gauges(
        "queue_length",
        "Uses that the platform has not acknowledged",
        "queue",
        move || {
            let number = |it| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
            let (waits, refused) = (waiting.spool.waiting(), waiting.spool.refused());
            vec![
                ("uses.waiting".to_owned(), number(waits)),
                ("uses.refused".to_owned(), number(refused)),
            ]
        },
    );
    let circuits = Arc::clone(edge);
    metrics.gauges(
        "circuits_open",
        "Routes to providers that are left alone for a while after failures",
        "of",
        move || {
            let open = u32::try_from(circuits.circuits.open()).unwrap_or(u32::MAX);
            vec![("providers".to_owned(), f64::from(open))]
        },
    );
    let fresh = Arc::clone(edge);
    metrics.gauges(
        "platform_fresh",
        "1 while what the platform said is young enough to judge by",
        "of",
        move || {
            let fresh = fresh.feed.fresh().is_some();
            vec![("feed".to_owned(), if fresh { 1.0 } else { 0.0 })]
        },
    );
    metrics
}

fn limits(config: &Config) -> ServeLimits {
    ServeLimits {
        last_answers: Duration::from_secs(u64::from(config.upstream_timeout_s)) + DRAIN_BEYOND,
        // Between our own limit and this one, the answer is a problem document.
        head_bytes: u32::try_from(4 * HEADER_BYTES_MAX).unwrap_or(u32::MAX),
        streams: STREAMS_MAX,
        ..ServeLimits::default()
    }
}

struct Edge {
    gates: Gates,
    feed: Feed,
    outbound: Outbound,
    spool: Spool,
    promises: Promises,
    tokens: Arc<TokenMemory>,
    proofs: Arc<ProofMemory>,
    nonces: Arc<Nonces>,
    spent: Arc<SpentMemory>,
    large_answers: Semaphore,
    circuits: Circuits,
    budgets: Budgets,
    /// Refusals of unknown callers. They are only counted, because a journal record for each would let anybody
    /// fill the journal.
    unrecorded: AtomicU64,
    /// By route and status.
    requests: Timings,
    /// By what the gate was asked, and its answer.
    gate_calls: Timings,
    config: Config,
}

/// The result of a request.
struct Done {
    about: About,
    /// Of the quotas that the request was counted under.
    left: Vec<Left>,
    result: Result<Bytes, Refusal>,
    /// When to ask again, where the provider or this node knows it.
    retry_after_s: Option<u64>,
    upstream_ms: Option<u32>,
    /// Who decided, if anybody was asked.
    gate: Option<GateName>,
}

impl Done {
    fn refused(about: About, refusal: impl Into<Refusal>) -> Self {
        let result = Err(refusal.into());
        Self { about, left: Vec::new(), result, retry_after_s: None, upstream_ms: None, gate: None }
    }
}

impl Edge {
    async fn answer(&self, request: http::Request<Incoming>, peer: &Peer) -> Answer {
        if request.uri().path() == "/healthz" {
            return self.health();
        }
        let thumbprint = peer.certificate.as_ref().map_or("", |it| it.thumbprint.as_str());
        let participant = self.feed.current().and_then(|it| it.asker(thumbprint)).map(|it| it.bin);
        let payer = participant.map_or(Payer::Unregistered(thumbprint), Payer::Participant);
        // Held until the answer is ready.
        let _place = match self.budgets.admit(&payer, clock::now()) {
            Ok(place) => place,
            Err(exhausted) => {
                tracing::debug!(budget = %exhausted.budget, "refused");
                self.unrecorded.fetch_add(1, Ordering::Relaxed);
                return answer::exhausted(&exhausted, &request);
            }
        };
        let id = UseId(rand::random());
        let span = tracing::info_span!("edge.request", interaction = %id);
        self.serve(request, peer, participant, id).instrument(span).await
    }

    async fn serve(
        &self,
        request: http::Request<Incoming>,
        peer: &Peer,
        participant: Option<Bin>,
        id: UseId,
    ) -> Answer {
        let (start, at) = (clock::instant(), clock::now());
        let (parts, body) = request.into_parts();
        let interaction = interaction_name(&parts.headers, id);
        let dpop = parts.headers.contains_key("dpop");
        let head = head_bytes(&parts);
        let (request_bytes, mut done) = match self.admit(&parts, body, head).await {
            Err(refusal) => (head, Done::refused(other(), refusal)),
            Ok(body_bytes) => {
                (head + body_bytes, self.handle(&parts, peer, participant, &interaction, at).await)
            }
        };
        // The certificate's owner is known even if the request was refused before the gate ran.
        done.about.consumer = done.about.consumer.or(participant);
        let mut reply = match &done.result {
            Ok(body) => answer::passed_on(body.clone()),
            Err(refusal) => answer::refused(refusal, dpop, done.retry_after_s),
        };
        answer::tell_left(&mut reply, &done.left);
        let entry = use_of(id, at, &done, &reply, request_bytes, start);
        let took = Duration::from_millis(clock::milliseconds_since(start).into());
        self.requests.add(&entry.route, reply.status().as_str(), took);
        tracing::info!(
            fapi_interaction = %interaction,
            route = %entry.route,
            status = entry.status,
            problem = entry.problem.as_deref(),
            total_ms = entry.total_ms,
            upstream_ms = entry.upstream_ms,
            consumer = entry.consumer.map(tracing::field::display),
            provider = entry.provider.map(tracing::field::display),
            consent = entry.consent.map(tracing::field::display),
            "answered"
        );
        if entry.consumer.is_none() && done.result.is_err() {
            self.unrecorded.fetch_add(1, Ordering::Relaxed);
        } else {
            let promised = self.promises.of(&entry);
            if let Err(error) = self.spool.put(entry).await {
                // No answer leaves without a record of it.
                tracing::error!(%error, "can't save the use; the answer is withheld");
                reply = answer::refused(&Problem::Internal.into(), dpop, None);
            } else if let Some(promised) = promised {
                promised.put(&mut reply);
            }
        }
        if dpop || done.result.as_ref().is_err_and(|it| it.problem == Problem::DpopMissing) {
            answer::give_nonce(&mut reply, &self.nonces.now(at));
        }
        answer::finished(reply, &interaction)
    }

    /// Checks the request's limits. Its body is read and ignored.
    async fn admit(&self, parts: &Parts, body: Incoming, head: usize) -> Result<usize, Problem> {
        if head > HEADER_BYTES_MAX {
            return Err(Problem::HeadersTooLarge);
        }
        if hyper::body::Body::size_hint(&body).lower() > BODY_BYTES_MAX as u64 {
            return Err(Problem::BodyTooLarge);
        }
        let read = Limited::new(body, BODY_BYTES_MAX).collect();
        match tokio::time::timeout(Duration::from_secs(10), read).await {
            Ok(Ok(body)) => Ok(body.to_bytes().len()),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                Err(Problem::BodyTooLarge)
            }
            Ok(Err(_)) | Err(_) => {
                tracing::debug!(method = %parts.method, "the body did not arrive");
                Err(Problem::RequestMalformed)
            }
        }
    }

    async fn handle(
        &self,
        parts: &Parts,
        peer: &Peer,
        participant: Option<Bin>,
        interaction: &str,
        now: Timestamp,
    ) -> Done {
        // One from the decision to the answer.
        let gate = self.gates.current();
        let done = self.handle_with(&gate, parts, peer, participant, interaction, now).await;
        Done { gate: Some(gate.name().clone()), ..done }
    }

    async fn handle_with(
        &self,
        gate: &Arc<Gate>,
        parts: &Parts,
        peer: &Peer,
        participant: Option<Bin>,
        interaction: &str,
        now: Timestamp,
    ) -> Done {
        let decision = match self.decide(gate, parts, peer, participant, now).await {
            Ok(decision) => decision,
            Err(error) => {
                tracing::error!(%error, "the gate failed");
                return Done::refused(other(), error.problem());
            }
        };
        let Decision { about, left, outcome } = decision;
        match outcome {
            Err(refusal) => {
                let room_at = || self.proofs.room_at(participant);
                let retry_after_s = refused_for_s(refusal.problem, &left, room_at, now);
                Done { left, retry_after_s, ..Done::refused(about, refusal) }
            }
            // Don't forward what could not be recorded.
            Ok(_) if !self.spool.has_room() => Done::refused(about, Problem::EdgeStale),
            Ok(forward) => {
                let open = about.provider.map(|it| self.circuits.admit(it, &about.route, now));
                if let Some(Err(rests_s)) = open {
                    let refused = Done::refused(about, Problem::ProviderUnavailable);
                    return Done { left, retry_after_s: Some(rests_s), ..refused };
                }
                let start = clock::instant();
                let (result, retry_after_s) =
                    self.forward(gate, participant, forward, interaction, now).await;
                let upstream_ms = Some(clock::milliseconds_since(start));
                if let Some(provider) = about.provider {
                    let answered = !result.as_ref().is_err_and(|it| is_outage(it.problem));
                    self.circuits.ended(provider, &about.route, answered, clock::now());
                }
                Done {
                    left,
                    result,
                    retry_after_s,
                    upstream_ms,
                    ..Done::refused(about, Problem::Internal)
                }
            }
        }
    }

    async fn decide(
        &self,
        gate: &Gate,
        parts: &Parts,
        peer: &Peer,
        participant: Option<Bin>,
        now: Timestamp,
    ) -> Result<Decision, GateError> {
        let snapshot = self.feed.fresh();
        let certificate = peer.certificate.as_ref().map(|it| it.thumbprint.as_str());
        let request = for_gate(parts, certificate, &self.config, snapshot.is_some(), now);
        let (tokens, proofs) = (Arc::clone(&self.tokens), Arc::clone(&self.proofs));
        let (nonces, spent) = (Arc::clone(&self.nonces), Arc::clone(&self.spent));
        let facts = NodeFacts { snapshot, participant, tokens, proofs, nonces, spent, now };
        let started = clock::instant();
        let decided = gate.decide(&request, facts).await;
        let end = match &decided {
            Ok(Decision { outcome: Ok(_), .. }) => "allowed",
            Ok(_) => "refused",
            Err(_) => "failed",
        };
        self.gate_calls.add("decide", end, started.elapsed());
        decided
    }

    /// Also returns the provider's `Retry-After` in seconds, if any.
    async fn forward(
        &self,
        gate: &Arc<Gate>,
        participant: Option<Bin>,
        forward: Forward,
        interaction: &str,
        now: Timestamp,
    ) -> (Result<Bytes, Refusal>, Option<u64>) {
        let answered = match self.ask(&forward, interaction).await {
            Ok(answered) => answered,
            Err(problem) => return (Err(problem.into()), None),
        };
        let (status, retry_after_s) = (answered.status, answered.retry_after_s(now));
        let (content_type, body) = (answered.content_type, &answered.body);
        match self.judge(gate, participant, &forward, status, content_type, body).await {
            Ok(Ok(())) => (Ok(answered.body), None),
            Ok(Err(refusal)) => {
                tracing::info!(
                    status = status.as_u16(),
                    fault = refusal.detail.as_deref(),
                    "the provider's answer was rejected"
                );
                (Err(refusal), retry_after_s)
            }
            Err(error) => {
                tracing::error!(%error, "the gate failed to check an answer");
                (Err(error.problem().into()), None)
            }
        }
    }

    async fn ask(&self, forward: &Forward, interaction: &str) -> Result<Answered, Problem> {
        let url = format!("{}{}", forward.base_url, forward.path_and_query);
        let headers = headers_for(forward, interaction).ok_or(Problem::Internal)?;
        let within = Duration::from_secs(u64::from(self.config.upstream_timeout_s));
        let answered = forward::get(&self.outbound, &url, headers, ANSWER_BYTES_MAX, within).await;
        answered.map_err(|error| {
            tracing::info!(%error, "the provider did not answer");
            match error {
                ForwardError::Outbound(OutboundError::Slow) => Problem::ProviderSlow,
                ForwardError::Outbound(
                    OutboundError::Unreachable(_)
                    | OutboundError::Request(_)
                    | OutboundError::Body(_),
                ) => Problem::ProviderUnreachable,
                ForwardError::Outbound(OutboundError::TooLarge | OutboundError::Broken(_))
                | ForwardError::Coding => Problem::ProviderAnswer,
            }
        })
    }

    async fn judge(
        &self,
        gate: &Arc<Gate>,
        participant: Option<Bin>,
        forward: &Forward,
        status: StatusCode,
        content_type: Option<String>,
        body: &Bytes,
    ) -> Result<Result<(), Refusal>, GateError> {
        let is_large = body.len() > INLINE_BYTES_MAX;
        let limits = forward.limits.clone();
        let check = {
            let (gate, body) = (Arc::clone(gate), body.clone());
            let calls = self.gate_calls.clone();
            let path_and_query = forward.path_and_query.clone();
            async move {
                let about = AnswerAbout {
                    path_and_query: &path_and_query,
                    limits,
                    status: status.as_u16(),
                    content_type: content_type.as_deref(),
                };
                let started = clock::instant();
                let checked = if is_large {
                    gate.check_large_answer(&about, &body).await
                } else {
                    gate.check_answer(participant, &about, &body).await
                };
                let end = match &checked {
                    Ok(Ok(())) => "allowed",
                    Ok(Err(_)) => "refused",
                    Err(_) => "failed",
                };
                calls.add("check_answer", end, started.elapsed());
                checked
            }
        };
        if !is_large {
            return check.await;
        }
        let _place = self.large_answers.acquire().await;
        let runtime = tokio::runtime::Handle::current();
        // Fails when the runtime ends or the gate's host panics: either way the answer is not passed on.
        tokio::task::spawn_blocking(move || runtime.block_on(check))
            .await
            .unwrap_or(Ok(Err(Problem::Internal.into())))
    }

    fn health(&self) -> Answer {
        let mut answer = Response::new(Full::default());
        if self.feed.fresh().is_none() {
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        answer
    }
}

fn other() -> About {
    About { route: About::OTHER.to_owned(), ..About::default() }
}

/// The headers for the provider: of the caller's, only the interaction id.
fn headers_for(forward: &Forward, interaction: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(forward.headers.len() + 2);
    for (name, value) in &forward.headers {
        let mut value = HeaderValue::from_str(value).ok()?;
        // Keeps it out of `Debug` output and of HTTP/2 header compression tables.
        value.set_sensitive(name == "senim-client");
        headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
    }
    headers.insert(INTERACTION, HeaderValue::from_str(interaction).ok()?);
    Some(headers)
}

fn use_of(
    id: UseId,
    at: Timestamp,
    done: &Done,
    answer: &Answer,
    request_bytes: usize,
    start: Instant,
) -> Use {
    let about = &done.about;
    let answer_bytes = hyper::body::Body::size_hint(answer.body()).lower();
    Use {
        id,
        at,
        consent: about.consent,
        consumer: about.consumer,
        provider: about.provider,
        data: about.data,
        attended: about.attended,
        route: about.route.clone(),
        status: answer.status().as_u16(),
        problem: done.result.as_ref().err().map(|it| it.problem.code().to_owned()),
        request_bytes: request_bytes as u64,
        answer_bytes,
        total_ms: clock::milliseconds_since(start),
        upstream_ms: done.upstream_ms,
        gate: done.gate.clone(),
    }
}
