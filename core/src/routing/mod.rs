//! The edge's decision: who calls, with which token and consent, and where the request goes (OAPI-3..5, CNS-4).

mod allowance;
mod answer;
mod circuit;
mod decide;
mod memory;
mod registry;
mod reply;
mod token;
mod wire;

pub mod dpop;
pub mod presence;

pub use allowance::{
    ALLOWANCE_MAX, Allowance, Counters, Left, Policy, Quota, SetAllowance, Spent, headers,
};
pub use answer::check_answer;
pub use circuit::{Circuit, Circuits, FAILURES_MAX};
pub use decide::{
    About, Asker, Decision, Facts, Forward, Memory, Refusal, Request, Standing, Target, decide,
};
pub(crate) use decide::{Scheme, presented};
pub use memory::{Nonces, ProofMemory, TokenMemory};
pub use registry::{Registry, RegistryParticipant};
pub use reply::{challenges, interaction_name, is_outage, refused_for_s, retry_after_s};
pub use token::{Confirmation, GrantedClient, GrantedDetails, Status, StatusRef, TokenClaims};
pub use wire::{AnswerAbout, WireError, decode_verdict, encode_verdict};
