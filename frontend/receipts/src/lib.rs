//! What the cabinet's worker runs: the client's own history is verified in the client's own browser.
//!
//! A module of its own, fetched when a page with records is opened, so that other pages don't pay for it.

mod words;

use std::collections::BTreeMap;

use senim_core::receipts::{self, Examined, Findings, Known, Offered};
use wasm_bindgen::prelude::*;

/// All of core's [`receipts::examine`]. Answers an [`Examined`] as JSON.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "JavaScript's values come as their own")]
pub fn examine(
    history: &str,
    policy: &str,
    checkpoint: Option<String>,
    from: Option<String>,
    served: &str,
    restart: Option<String>,
) -> Result<String, JsError> {
    let known = Known { checkpoint: checkpoint.as_deref(), from: from.as_deref() };
    let offered = restart.as_deref().map(|restart| Offered { policy: served, restart });
    let findings = receipts::examine(history, policy, known, offered);
    let mut said = BTreeMap::new();
    if let Findings::Holds(proven) = &findings {
        for it in &proven.records {
            if let Some(texts) = words::of(&it.event) {
                said.entry(it.event.clone()).or_insert_with(|| texts.map(str::to_owned));
            }
        }
    }
    Ok(serde_json::to_string(&Examined { findings, said })?)
}
