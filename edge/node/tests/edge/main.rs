//! A real node with the real gate, between a consumer, a provider and a platform that are made for the test.

#![expect(clippy::unwrap_used, reason = "what can't be set up has failed")]

mod certificates;
mod life;
mod limits;
mod parity;
mod platform;
mod program;
mod provider;
mod refusals;
mod tokens;
mod world;
