//! The Durable Object: one node of the platform's. It follows the stream, lets core decide, forwards, answers, and keeps a record of
//! each request. What it does with a request is what edge/node/src/node.rs does.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use senim_core::Timestamp;
use senim_core::exchange::ANSWER_BYTES_MAX;
use senim_core::id::{Bin, UseId};
use senim_core::problem::Problem;
use senim_core::routing::{
    About, AnswerAbout, Circuits, Counters, Decision, Forward, Left, Nonces, ProofMemory, Refusal,
    TokenMemory, check_answer, interaction_name, is_outage, refused_for_s, retry_after_s,
};
use senim_core::usage::{Use, promise};
use worker::{
    DurableObject, Env, Request, Response, State, console_error, console_log, durable_object,
};

use crate::answer::Answer;
use crate::clock;
use crate::config::Config;
use crate::decide::{Memories, decide};
use crate::feed::Feed;
use crate::outbound::{Ask, Outbound, OutboundError};
use crate::uses::Uses;

/// The header by which the Worker names the caller's certificate to the object; from outside it is removed.
pub(crate) const PEER: &str = "senim-peer";

const HEADER_BYTES_MAX: usize = 16 * 1024;
const TOKENS_MAX: usize = 20_000;
/// Proofs of a participant's last minute, and of all.
const PROOFS_EACH_MAX: usize = 20_000;
const PROOFS_MAX: usize = 60_000;
/// Consents, applications and participants whose requests are counted in a minute, and in a day.
const SPENT_MAX: usize = 50_000;
/// Open requests of one participant, of certificates that none has registered, and of all.
const PARTICIPANT_PLACES: u32 = 128;
const UNREGISTERED_PLACES: u32 = 8;
const PLACES: u32 = 512;
/// How often the object wakes up, so that it stays and follows the stream while nobody asks.
const AWAKE: Duration = Duration::from_secs(5);

const INTERACTION: &str = "x-fapi-interaction-id";

#[durable_object(alarm)]
pub struct Edge {
    state: State,
    /// `None`: its configuration is wrong.
    node: Option<Rc<Node>>,
}

struct Node {
    config: Config,
    outbound: Rc<Outbound>,
    feed: Rc<Feed>,
    uses: Rc<Uses>,
    memories: RefCell<Memories>,
    circuits: RefCell<Circuits>,
    open: RefCell<BTreeMap<Option<Bin>, u32>>,
    following: Cell<bool>,
    counted: Cell<bool>,
}

/// The result of a request.
struct Done {
    about: About,
    /// Of the quotas that the request was counted under.
    left: Vec<Left>,
    result: Result<Vec<u8>, Refusal>,
    /// When to ask again, where the provider or this node knows it.
    retry_after_s: Option<u64>,
    upstream_ms: Option<u32>,
}

impl Done {
    fn refused(about: About, refusal: impl Into<Refusal>) -> Self {
        let result = Err(refusal.into());
        Self { about, left: Vec::new(), result, retry_after_s: None, upstream_ms: None }
    }
}

impl DurableObject for Edge {
    fn new(state: State, env: Env) -> Self {
        let node = match Node::open(&state, &env) {
            Ok(node) => Some(Rc::new(node)),
            Err(error) => {
                console_error!("{error}");
                None
            }
        };
        Self { state, node }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let Some(node) = &self.node else {
            return Answer::refused(&Problem::Internal.into(), false, None).response();
        };
        self.start(node).await?;
        node.feed.begun().await;
        if request.path() == "/healthz" {
            return Answer::empty(if node.feed.fresh().is_some() { 200 } else { 503 }).response();
        }
        node.answer(&request).await?.response()
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Some(node) = &self.node {
            self.start(node).await?;
            node.uses.ship();
            self.state.storage().set_alarm(AWAKE).await?;
        }
        Response::empty()
    }
}

impl Edge {
    async fn start(&self, node: &Rc<Node>) -> worker::Result<()> {
        if !node.following.replace(true) {
            wasm_bindgen_futures::spawn_local(Rc::clone(&node.feed).follow());
            self.state.storage().set_alarm(AWAKE).await?;
        }
        if !node.counted.get() {
            node.uses.count().await?;
            node.counted.set(true);
            node.uses.ship();
        }
        Ok(())
    }
}

impl Node {
    fn open(state: &State, env: &Env) -> Result<Self, String> {
        let config = Config::read(env).map_err(|error| error.to_string())?;
        let outbound = Outbound::open(env).map_err(|error| error.to_string())?;
        let outbound = Rc::new(outbound);
        let (platform, bound) = (&config.platform_url, config.bound);
        let feed =
            Feed::new(&config.issuer, platform, bound, state.storage(), Rc::clone(&outbound));
        let uses = Uses::new(platform, state.storage(), Rc::clone(&outbound));
        let memories = Memories {
            tokens: TokenMemory::new(TOKENS_MAX),
            proofs: ProofMemory::new(PROOFS_EACH_MAX, PROOFS_MAX),
            spent: Counters::new(SPENT_MAX),
            nonces: Nonces::new(clock::random()),
        };
        Ok(Self {
            config,
            outbound,
            feed: Rc::new(feed),
            uses: Rc::new(uses),
            memories: RefCell::new(memories),
            circuits: RefCell::default(),
            open: RefCell::default(),
            following: Cell::new(false),
            counted: Cell::new(false),
        })
    }

    async fn answer(&self, request: &Request) -> worker::Result<Answer> {
        let (started_ms, at) = (clock::milliseconds(), clock::now());
        let headers = Headers::of(request)?;
        let certificate = headers.certificate.as_deref();
        let participant = certificate.and_then(|it| self.feed.current()?.asker(it));
        let participant = participant.map(|it| it.bin);
        let id = UseId(u128::from_be_bytes(clock::random()));
        let interaction = interaction_name(&borrowed(&headers.interaction), id);
        let dpop = !headers.dpop.is_empty();
        let Some(_place) = Place::take(&self.open, participant) else {
            let refused = Answer::refused(&Problem::Busy.into(), dpop, None);
            return Ok(refused.finished(interaction));
        };
        let mut done = if headers.bytes > HEADER_BYTES_MAX {
            Done::refused(other(), Problem::HeadersTooLarge)
        } else {
            self.handle(request, &headers, participant, &interaction, at).await?
        };
        // The certificate's owner is known even if the request was refused before the gate ran.
        done.about.consumer = done.about.consumer.or(participant);
        let mut answer = match &done.result {
            Ok(body) => Answer::passed_on(body.clone()),
            Err(refusal) => Answer::refused(refusal, dpop, done.retry_after_s),
        };
        answer.tell_left(&done.left);
        let entry = use_of(id, at, &done, &answer, headers.bytes, started_ms);
        console_log!(
            "answered: route {}, status {}, problem {}, {} ms",
            entry.route,
            entry.status,
            entry.problem.as_deref().unwrap_or("none"),
            entry.total_ms
        );
        // Refusals of unknown callers are not journalled: a record for each would let anybody fill the journal.
        if entry.consumer.is_some() || done.result.is_ok() {
            match self.uses.put(&entry).await {
                Ok(()) => {
                    answer.put(promise::USE, id.to_string());
                    self.uses.ship();
                }
                Err(error) => {
                    // No answer leaves without a record of it.
                    console_error!("can't keep the use; the answer is withheld: {error}");
                    answer = Answer::refused(&Problem::Internal.into(), dpop, None);
                }
            }
        }
        if dpop || done.result.as_ref().is_err_and(|it| it.problem == Problem::DpopMissing) {
            answer.put("dpop-nonce", self.memories.borrow().nonces.now(at));
        }
        Ok(answer.finished(interaction))
    }

    async fn handle(
        &self,
        request: &Request,
        headers: &Headers,
        participant: Option<Bin>,
        interaction: &str,
        now: Timestamp,
    ) -> worker::Result<Done> {
        let (method, url) = (request.method(), request.url()?);
        let asked = senim_core::routing::Request {
            now,
            // `decide` says so itself.
            fresh: false,
            issuer: &self.config.issuer,
            audience: &self.config.audience,
            method: method.as_ref(),
            path: url.path(),
            query: url.query().unwrap_or_default(),
            certificate: headers.certificate.as_deref(),
            authorization: borrowed(&headers.authorization),
            dpop: borrowed(&headers.dpop),
            provider: borrowed(&headers.provider),
            purpose: borrowed(&headers.purpose),
            auth_date: borrowed(&headers.auth_date),
            ip_address: borrowed(&headers.ip_address),
        };
        let decision = decide(&asked, || self.feed.fresh(), participant, &self.memories).await;
        let Decision { about, left, outcome } = decision;
        Ok(match outcome {
            Err(refusal) => {
                let room_at = || self.memories.borrow().proofs.room_at(participant);
                let retry_after_s = refused_for_s(refusal.problem, &left, room_at, now);
                Done { left, retry_after_s, ..Done::refused(about, refusal) }
            }
            // Don't forward what could not be recorded.
            Ok(_) if !self.uses.has_room() => Done::refused(about, Problem::EdgeStale),
            Ok(forward) => self.forwarded(forward, about, left, interaction, now).await,
        })
    }

    async fn forwarded(
        &self,
        forward: Forward,
        about: About,
        left: Vec<Left>,
        interaction: &str,
        now: Timestamp,
    ) -> Done {
        let open = about.provider.map(|it| self.circuits.borrow_mut().admit(it, &about.route, now));
        if let Some(Err(rests_s)) = open {
            let refused = Done::refused(about, Problem::ProviderUnavailable);
            return Done { left, retry_after_s: Some(rests_s), ..refused };
        }
        let started_ms = clock::milliseconds();
        let (result, retry_after_s) = self.forward(&forward, interaction, now).await;
        let upstream_ms = Some(since(started_ms));
        if let Some(provider) = about.provider {
            let answered = !result.as_ref().is_err_and(|it| is_outage(it.problem));
            self.circuits.borrow_mut().ended(provider, &about.route, answered, clock::now());
        }
        Done { about, left, result, retry_after_s, upstream_ms }
    }

    /// Also returns the provider's `Retry-After` in seconds, if any.
    async fn forward(
        &self,
        forward: &Forward,
        interaction: &str,
        now: Timestamp,
    ) -> (Result<Vec<u8>, Refusal>, Option<u64>) {
        let url = format!("{}{}", forward.base_url, forward.path_and_query);
        let told = forward.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        // Of the caller's headers, only the interaction id.
        let headers: Vec<_> =
            told.chain([(INTERACTION, interaction), ("accept", "application/json")]).collect();
        let ask = Ask { method: "GET", url: &url, headers: &headers, body: None };
        let answered = async {
            let answer = self.outbound.send(ask, self.config.upstream_timeout).await?;
            let (status, content_type) = (answer.status, answer.header("content-type"));
            let retry_after = answer.header("retry-after");
            let body = answer.body(ANSWER_BYTES_MAX).await?;
            Ok((status, content_type, retry_after, body))
        };
        let (status, content_type, retry_after, body) = match answered.await {
            Ok(answered) => answered,
            Err(error) => {
                console_log!("the provider did not answer: {error}");
                return (Err(problem_of(&error).into()), None);
            }
        };
        let about = AnswerAbout {
            path_and_query: &forward.path_and_query,
            limits: forward.limits.clone(),
            status,
            content_type: content_type.as_deref(),
        };
        match check_answer(&about, &body) {
            Ok(()) => (Ok(body), None),
            Err(refusal) => (Err(refusal), retry_after.and_then(|it| retry_after_s(&it, now))),
        }
    }
}

fn problem_of(error: &OutboundError) -> Problem {
    match error {
        OutboundError::Slow => Problem::ProviderSlow,
        OutboundError::Unreachable | OutboundError::Broken => Problem::ProviderUnreachable,
        OutboundError::TooLarge | OutboundError::Coding => Problem::ProviderAnswer,
    }
}

/// A request's place until its answer is made.
struct Place<'a> {
    open: &'a RefCell<BTreeMap<Option<Bin>, u32>>,
    of: Option<Bin>,
}

impl<'a> Place<'a> {
    fn take(open: &'a RefCell<BTreeMap<Option<Bin>, u32>>, of: Option<Bin>) -> Option<Self> {
        let mut taken = open.borrow_mut();
        let most = if of.is_some() { PARTICIPANT_PLACES } else { UNREGISTERED_PLACES };
        let own = taken.get(&of).copied().unwrap_or(0);
        if own >= most || taken.values().sum::<u32>() >= PLACES {
            return None;
        }
        taken.insert(of, own + 1);
        Some(Self { open, of })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.open.borrow_mut();
        if let Some(own) = taken.get_mut(&self.of) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

/// The parts of the request's head that the gate needs.
struct Headers {
    certificate: Option<String>,
    authorization: Vec<String>,
    dpop: Vec<String>,
    provider: Vec<String>,
    purpose: Vec<String>,
    auth_date: Vec<String>,
    ip_address: Vec<String>,
    interaction: Vec<String>,
    /// Of method, address and headers, as HTTP/1.1 would send them.
    bytes: usize,
}

impl Headers {
    fn of(request: &Request) -> worker::Result<Self> {
        let told = request.headers();
        // The runtime joins headers of one name with commas. A date has one of its own: two of them are no date.
        let every = |name: &str| -> worker::Result<Vec<String>> {
            let text = told.get(name)?;
            let parts = text.iter().flat_map(|it| it.split(',')).map(|it| it.trim().to_owned());
            Ok(parts.take(3).collect())
        };
        let lines: usize = told.entries().map(|(name, value)| name.len() + value.len() + 4).sum();
        let address = request.inner().url().len();
        Ok(Self {
            certificate: told.get(PEER)?,
            authorization: every("authorization")?,
            dpop: every("dpop")?,
            provider: every("senim-provider")?,
            purpose: every("senim-purpose")?,
            auth_date: told.get("x-fapi-auth-date")?.into_iter().collect(),
            ip_address: every("x-fapi-customer-ip-address")?,
            interaction: every(INTERACTION)?,
            bytes: request.method().as_ref().len() + address + lines,
        })
    }
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn other() -> About {
    About { route: About::OTHER.to_owned(), ..About::default() }
}

fn since(started_ms: i64) -> u32 {
    u32::try_from(clock::milliseconds() - started_ms).unwrap_or_default()
}

fn use_of(
    id: UseId,
    at: Timestamp,
    done: &Done,
    answer: &Answer,
    request_bytes: usize,
    started_ms: i64,
) -> Use {
    let about = &done.about;
    Use {
        id,
        at,
        consent: about.consent,
        consumer: about.consumer,
        provider: about.provider,
        data: about.data,
        attended: about.attended,
        route: about.route.clone(),
        status: answer.status,
        problem: done.result.as_ref().err().map(|it| it.problem.code().to_owned()),
        request_bytes: request_bytes as u64,
        answer_bytes: answer.body.len() as u64,
        total_ms: since(started_ms),
        upstream_ms: done.upstream_ms,
        gate: None,
    }
}
