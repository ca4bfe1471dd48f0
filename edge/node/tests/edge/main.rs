//! A real node with the real gate, between a consumer, a provider and a platform that are made for the test.

#![expect(clippy::unwrap_used, reason = "what can't be set up has failed")]

mod allowances;
mod certificates;
mod circuits;
mod gates;
mod hostile;
mod life;
mod limits;
mod parity;
mod platform;
mod program;
mod proofs;
mod provider;
mod refusals;
mod sockets;
mod stream;
mod table;
mod tokens;
mod worker;
#[expect(unreachable_pub, reason = "it is a module of the tests' library as well")]
#[path = "../../../../tests/workerd.rs"]
mod workerd;
mod world;
