//! The edge's judgement: who asks, under which token and consent, and where the request goes (OAPI-3..5, CNS-4).

mod registry;
mod token;

pub mod dpop;

pub use registry::{Registry, RegistryParticipant};
pub use token::{Confirmation, GrantedClient, GrantedDetails, Status, StatusRef, TokenClaims};
