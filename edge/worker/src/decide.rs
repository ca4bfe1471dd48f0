//! The gate's decision in a Worker: core's, with facts from the platform's stream and signatures that the runtime checks.
//!
//! Core decides at once, the runtime checks signatures later. So a decision that needs a signature checked is dropped, the signature
//! is checked, and core decides again: twice, since a request has one token and one proof, and once more where the platform's keys
//! have changed meanwhile. Nothing is remembered or spent before the last time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use senim_core::Timestamp;
use senim_core::feed::snapshot::Snapshot;
use senim_core::id::Bin;
use senim_core::jose::{Jwk, Jws, sha256_base64};
use senim_core::problem::Problem;
use senim_core::routing::{
    self, About, Asker, Counters, Decision, Facts, Memory, Nonces, ProofMemory, Quota, Request,
    Spent, Standing, Target, TokenMemory,
};

use crate::verify::Question;

const TRIES_MAX: u32 = 4;

/// What is remembered between requests.
pub struct Memories {
    pub tokens: TokenMemory,
    pub proofs: ProofMemory,
    pub spent: Counters,
    pub nonces: Nonces,
}

/// Decides one request. `snapshot`: what the platform said last, if that is fresh; asked each time anew, for a withdrawal that is
/// acknowledged while a signature is checked counts. Without one, nothing is known.
///
/// `participant`: of the certificate, so that one participant's proofs can't use up another's memory.
pub async fn decide(
    request: &Request<'_>,
    snapshot: impl Fn() -> Option<Rc<Snapshot>>,
    participant: Option<Bin>,
    memories: &RefCell<Memories>,
) -> Decision {
    let (token, proof) = (Cell::new(None), Cell::new(None));
    let mut generation = None;
    for _ in 0..TRIES_MAX {
        let snapshot = snapshot();
        let now = snapshot.as_ref().map(|it| it.generation);
        if generation.replace(now) != Some(now) {
            // Checked with other keys.
            token.set(None);
        }
        let facts = Known {
            snapshot: snapshot.as_deref(),
            participant,
            memories,
            now: request.now,
            token: token.get(),
            proof: proof.get(),
            open: RefCell::new(None),
        };
        let request = Request { fresh: snapshot.is_some(), ..request.clone() };
        let decision = routing::decide(&request, &facts);
        match facts.open.into_inner() {
            None => return decision,
            Some((Signature::OfToken, question)) => token.set(Some(question.holds().await)),
            Some((Signature::OfProof, question)) => proof.set(Some(question.holds().await)),
        }
    }
    let about = About { route: About::OTHER.to_owned(), ..About::default() };
    Decision { about, left: Vec::new(), outcome: Err(Problem::Internal.into()) }
}

#[derive(Clone, Copy)]
enum Signature {
    OfToken,
    OfProof,
}

struct Known<'a> {
    snapshot: Option<&'a Snapshot>,
    participant: Option<Bin>,
    memories: &'a RefCell<Memories>,
    now: Timestamp,
    /// Whether the signature is good, once it was checked.
    token: Option<bool>,
    proof: Option<bool>,
    /// What has to be checked first: this decision doesn't count.
    open: RefCell<Option<(Signature, Question)>>,
}

impl Known<'_> {
    fn ask(&self, of: Signature, jws: &Jws<'_>, keys: Vec<Jwk>) -> bool {
        let question = Question {
            keys,
            algorithm: jws.header.algorithm,
            signed: jws.signed.to_vec(),
            signature: jws.signature.clone(),
        };
        self.open.borrow_mut().get_or_insert((of, question));
        false
    }

    fn counts(&self) -> bool {
        self.open.borrow().is_none()
    }
}

impl Facts for Known<'_> {
    fn asker(&self, thumbprint: &str) -> Option<Asker> {
        self.snapshot?.asker(thumbprint)
    }

    fn owns(&self, consumer: Bin, client_id: &str) -> bool {
        self.snapshot.is_some_and(|it| it.owns(consumer, client_id))
    }

    fn target(&self, provider: Bin) -> Option<Target> {
        self.snapshot?.target(provider)
    }

    fn verify_token(&self, token: &Jws<'_>) -> bool {
        let Some(snapshot) = self.snapshot else { return false };
        let digest = sha256_base64(&[token.signed, b".", &token.signature].concat());
        let mut memories = self.memories.borrow_mut();
        if memories.tokens.knows(&digest, snapshot.generation, self.now) {
            return true;
        }
        let Some(good) = self.token else {
            let keys = snapshot.keys().candidates(&token.header).cloned().collect();
            return self.ask(Signature::OfToken, token, keys);
        };
        if good {
            memories.tokens.keep(digest, snapshot.generation, self.now);
        }
        good
    }

    fn verify_proof(&self, key: &Jwk, proof: &Jws<'_>) -> bool {
        self.proof.unwrap_or_else(|| self.ask(Signature::OfProof, proof, vec![key.clone()]))
    }

    fn gave_nonce(&self, nonce: &str) -> bool {
        self.memories.borrow().nonces.gave(nonce, self.now)
    }

    fn standing(&self, list: &str, index: u64) -> Standing {
        self.snapshot.map_or(Standing::Unknown, |it| it.standing(list, index))
    }

    fn remember(&self, seen_as: &str, until: Timestamp) -> Memory {
        if !self.counts() {
            return Memory::Full;
        }
        self.memories.borrow_mut().proofs.remember(self.participant, seen_as, until, self.now)
    }

    fn spend(&self, quotas: &[Quota]) -> Spent {
        if !self.counts() {
            return Spent { admitted: false, left: Vec::new() };
        }
        self.memories.borrow_mut().spent.spend(quotas, self.now)
    }
}
