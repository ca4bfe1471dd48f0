//! The Worker with one more entry, for tests: recorded requests in, decisions out. The code that decides is the Worker's.

#![no_main]

use std::cell::RefCell;
use std::rc::Rc;

use senim_core::feed::content::Content;
use senim_core::feed::snapshot::Snapshot;
use senim_core::routing::{Counters, Nonces, ProofMemory, Request, TokenMemory};
use senim_worker::decide::{Memories, decide};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// What each memory holds.
const MAX: usize = 1000;

/// A key of nonces, then parts, each after its length in four bytes: a snapshot, and requests as core writes them. All requests
/// share memories, as those of one node do. The decisions, written in the same way.
#[wasm_bindgen]
pub async fn parity(batch: Vec<u8>) -> Result<Vec<u8>, JsError> {
    let malformed = || JsError::new("not a batch");
    let (key, mut rest) = batch.split_first_chunk::<32>().ok_or_else(malformed)?;
    let snapshot = Content::from_snapshot(part(&mut rest).ok_or_else(malformed)?)?;
    let snapshot = Rc::new(Snapshot::new(snapshot, None));
    let memories = RefCell::new(Memories {
        tokens: TokenMemory::new(MAX),
        proofs: ProofMemory::new(MAX, MAX),
        spent: Counters::new(MAX),
        nonces: Nonces::new(*key),
    });
    let mut decisions = Vec::new();
    while !rest.is_empty() {
        let request = Request::decode(part(&mut rest).ok_or_else(malformed)?)?;
        let snapshot = || request.fresh.then(|| Rc::clone(&snapshot));
        let decision = decide(&request, snapshot, None, &memories).await.encode();
        decisions.extend(u32::try_from(decision.len())?.to_le_bytes());
        decisions.extend(decision);
    }
    Ok(decisions)
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(part)
}
