//! A real node with the real gate, between a consumer, a provider and a platform that are made for the test.

mod certificates;
mod life;
mod limits;
mod parity;
mod platform;
mod provider;
mod refusals;
mod tokens;
mod world;
