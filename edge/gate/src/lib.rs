//! The gate: core's routing as a component whose only imports are facts from its node.

use senim_core::Timestamp;
use senim_core::id::Bin;
use senim_core::jose::{Jwk, Jws};
use senim_core::problem::Problem;
use senim_core::routing::{
    About, Allowance, AnswerAbout, Asker, Decision, Facts, Left, Memory, Policy, Quota, Request,
    Spent, Standing, Target, check_answer, decide, encode_verdict,
};

use self::senim::gate::facts;

wit_bindgen::generate!({ world: "gate", path: "../wit" });

struct Gate;

impl Guest for Gate {
    fn decide(request: Vec<u8>) -> Vec<u8> {
        let decision = match Request::decode(&request) {
            Ok(request) => decide(&request, &Node),
            // Node and gate have different versions.
            Err(_) => Decision {
                about: About { route: About::OTHER.to_owned(), ..About::default() },
                left: Vec::new(),
                outcome: Err(Problem::Internal.into()),
            },
        };
        decision.encode()
    }

    fn check_answer(about: Vec<u8>, body: Vec<u8>) -> Vec<u8> {
        let verdict = match AnswerAbout::decode(&about) {
            Ok(about) => check_answer(&about, &body),
            Err(_) => Err(Problem::Internal.into()),
        };
        encode_verdict(&verdict)
    }
}

export!(Gate);

/// The node that hosts this gate, through its imports.
struct Node;

impl Facts for Node {
    fn asker(&self, thumbprint: &str) -> Option<Asker> {
        let asker = facts::asker_of_certificate(thumbprint)?;
        let allowance = Allowance {
            requests_a_minute: asker.requests_a_minute,
            application_requests_a_minute: asker.application_requests_a_minute,
            application_requests_a_day: asker.application_requests_a_day,
            consent_requests_a_minute: asker.consent_requests_a_minute,
        };
        let (active, consumer) = (asker.active, asker.consumer);
        Some(Asker { bin: asker.bin.parse().ok()?, active, consumer, allowance })
    }

    fn owns(&self, consumer: Bin, client_id: &str) -> bool {
        facts::owns_application(&consumer.to_string(), client_id)
    }

    fn target(&self, provider: Bin) -> Option<Target> {
        let target = facts::target_of(&provider.to_string())?;
        Some(Target { active: target.active, provider: target.provider, base_url: target.base_url })
    }

    fn verify_token(&self, token: &Jws<'_>) -> bool {
        let header = &token.header;
        facts::verify_token(
            header.algorithm.name(),
            header.kid.as_deref(),
            token.signed,
            &token.signature,
        )
    }

    fn verify_proof(&self, key: &Jwk, proof: &Jws<'_>) -> bool {
        let Ok(key) = serde_json::to_string(key) else { return false };
        facts::verify_proof(&key, proof.header.algorithm.name(), proof.signed, &proof.signature)
    }

    fn gave_nonce(&self, nonce: &str) -> bool {
        facts::gave_nonce(nonce)
    }

    fn standing(&self, list: &str, index: u64) -> Standing {
        match facts::standing_of(list, index) {
            facts::Standing::Good => Standing::Good,
            facts::Standing::Ended => Standing::Ended,
            facts::Standing::Changed => Standing::Changed,
            facts::Standing::Unknown => Standing::Unknown,
        }
    }

    fn remember(&self, seen_as: &str, until: Timestamp) -> Memory {
        match facts::remember_proof(seen_as, until.timestamp_millis()) {
            facts::Memory::New => Memory::New,
            facts::Memory::Seen => Memory::Seen,
            facts::Memory::Full => Memory::Full,
        }
    }

    fn spend(&self, quotas: &[Quota]) -> Spent {
        let quota = |it: &Quota| facts::Quota {
            policy: policy_out(it.policy),
            key: it.key.clone(),
            limit: it.limit,
        };
        let quotas: Vec<_> = quotas.iter().map(quota).collect();
        let spent = facts::spend(&quotas);
        let left = |it: facts::Left| Left {
            policy: policy_in(it.policy),
            limit: it.limit,
            remaining: it.remaining,
            reset_s: it.reset_s,
        };
        Spent { admitted: spent.admitted, left: spent.left.into_iter().map(left).collect() }
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

fn policy_in(policy: facts::Policy) -> Policy {
    match policy {
        facts::Policy::Participant => Policy::Participant,
        facts::Policy::Application => Policy::Application,
        facts::Policy::ApplicationDay => Policy::ApplicationDay,
        facts::Policy::Consent => Policy::Consent,
        facts::Policy::Unattended => Policy::Unattended,
    }
}
