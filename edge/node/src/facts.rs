//! The facts that a decision needs, from one snapshot and the node's memory.

use std::sync::Arc;

use senim_channel::verify;
use senim_core::Timestamp;
use senim_core::feed::snapshot::Snapshot;
use senim_core::id::Bin;
use senim_core::jose::{Algorithm, Jwk, Jws, sha256_base64};
use senim_core::routing::{Asker, Facts, Memory, Nonces, Quota, Spent, Standing, Target};

use crate::memory::{ProofMemory, SpentMemory, TokenMemory};

/// The facts of one request at one moment.
#[derive(Clone)]
pub struct NodeFacts {
    /// `None`: the edge is stale, and no facts are available.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The participant of the certificate, so that one participant's proofs can't use up another's memory.
    pub participant: Option<Bin>,
    pub tokens: Arc<TokenMemory>,
    pub proofs: Arc<ProofMemory>,
    pub nonces: Arc<Nonces>,
    pub spent: Arc<SpentMemory>,
    pub now: Timestamp,
}

impl NodeFacts {
    /// Of a node that knows nothing, for trying a gate out.
    pub(crate) fn none(now: Timestamp) -> Self {
        Self {
            snapshot: None,
            participant: None,
            tokens: Arc::new(TokenMemory::new(1)),
            proofs: Arc::new(ProofMemory::new(1, 1)),
            nonces: Arc::new(Nonces::new([0; 32])),
            spent: Arc::new(SpentMemory::new(1)),
            now,
        }
    }

    pub(crate) fn verify_token(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        let Some(snapshot) = &self.snapshot else { return false };
        let digest = sha256_base64(&[signed, b".", signature].concat());
        if self.tokens.knows(&digest, snapshot.generation, self.now) {
            return true;
        }
        let good = snapshot.keys().keys.iter().any(|key| {
            key.algorithm() == algorithm
                && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
                && verify(key, algorithm, signed, signature)
        });
        if good {
            self.tokens.keep(digest, snapshot.generation, self.now);
        }
        good
    }
}

impl Facts for NodeFacts {
    fn asker(&self, thumbprint: &str) -> Option<Asker> {
        self.snapshot.as_ref()?.asker(thumbprint)
    }

    fn owns(&self, consumer: Bin, client_id: &str) -> bool {
        self.snapshot.as_ref().is_some_and(|it| it.owns(consumer, client_id))
    }

    fn target(&self, provider: Bin) -> Option<Target> {
        self.snapshot.as_ref()?.target(provider)
    }

    fn verify_token(&self, token: &Jws<'_>) -> bool {
        let header = &token.header;
        Self::verify_token(
            self,
            header.algorithm,
            header.kid.as_deref(),
            token.signed,
            &token.signature,
        )
    }

    fn verify_proof(&self, key: &Jwk, proof: &Jws<'_>) -> bool {
        verify(key, proof.header.algorithm, proof.signed, &proof.signature)
    }

    fn gave_nonce(&self, nonce: &str) -> bool {
        self.nonces.gave(nonce, self.now)
    }

    fn standing(&self, list: &str, index: u64) -> Standing {
        self.snapshot.as_ref().map_or(Standing::Unknown, |it| it.standing(list, index))
    }

    fn remember(&self, seen_as: &str, until: Timestamp) -> Memory {
        self.proofs.remember(self.participant, seen_as, until, self.now)
    }

    fn spend(&self, quotas: &[Quota]) -> Spent {
        self.spent.spend(quotas, self.now)
    }
}
