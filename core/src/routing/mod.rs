//! The edge's decision: who calls, with which token and consent, and where the request goes (OAPI-3..5, CNS-4).

mod answer;
mod decide;
mod registry;
mod token;
mod wire;

pub mod dpop;
pub mod presence;

pub use answer::check_answer;
pub use decide::{
    About, Asker, Decision, Facts, Forward, Memory, Refusal, Request, Standing, Target, decide,
};
pub(crate) use decide::{Scheme, presented};
pub use registry::{Registry, RegistryParticipant};
pub use token::{Confirmation, GrantedClient, GrantedDetails, Status, StatusRef, TokenClaims};
pub use wire::{AnswerAbout, WireError, decode_verdict, encode_verdict};
