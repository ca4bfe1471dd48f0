//! The gate as a Cloudflare Worker: the same decisions of core as in the node and in its component, from the same signed stream.
//!
//! ```text
//! request ─▶ Worker (any isolate) ─▶ Durable Object `Edge` (one) ─▶ provider
//!               │ the status list       │ stream, snapshot, memories, uses
//!               └─▶ platform            └─▶ platform
//! ```
//!
//! One Durable Object is one node of the platform's: it follows the stream, remembers proofs and allowances, and keeps each use
//! until the platform has it. Worker isolates come and go and hold nothing but the status list for its few seconds.

mod answer;
mod clock;
mod config;
pub mod decide;
pub mod edge;
mod feed;
mod front;
mod list;
mod outbound;
mod uses;
mod verify;

use worker::{Context, Env, Request, Response, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    front::answer(request, &env).await
}
