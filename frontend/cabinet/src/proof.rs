//! What this browser has verified itself of the client's records, and what it keeps for that: the log's policy and the
//! last checkpoint. Nothing of it names a person. The work is done in a worker (`frontend/receipts`).

use std::rc::Rc;

use js_sys::{Promise, Reflect};
use senim_core::id::UseId;
use senim_core::receipts::{Examined, Findings, Proven, ProvenRecord};
use senim_kit::api::{self, Trouble};
use senim_kit::browser::{remember, remembered, sleep};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::prelude::*;

const WORKER: &str = "/receipts/worker.js";
const KEPT: &str = "senim-log";
/// A use is in the log within a second or two of its row in the list.
const TRIES: u32 = 6;
const PAUSE_MS: u32 = 2_000;

/// What this browser keeps of the log, from its first check on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    policy: String,
    /// The note of the last checkpoint that was verified.
    checkpoint: Option<String>,
    size: Option<u64>,
    /// The month with which the history began.
    from: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Proof {
    /// Under way, or not asked for yet.
    Working,
    /// The platform has published no log.
    NoLog,
    Trouble(Trouble),
    /// This browser can't run the check.
    Unable,
    Found(Rc<Found>),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) examined: Examined,
    /// The history, byte by byte, for `senim verify`.
    pub(crate) history: String,
    /// What it was verified with.
    pub(crate) policy: String,
    /// What the platform offers now, where it is something else.
    pub(crate) offered: Option<String>,
    /// Nothing was kept before.
    pub(crate) first: bool,
    /// The check alone, without the network.
    pub(crate) milliseconds: f64,
}

impl Found {
    pub(crate) fn proven(&self) -> Option<&Proven> {
        match &self.examined.findings {
            Findings::Holds(proven) => Some(proven),
            Findings::Fails(_) => None,
        }
    }

    pub(crate) fn of_use(&self, id: UseId) -> Option<&ProvenRecord> {
        self.proven()?.records.iter().find(|it| it.interaction == Some(id))
    }

    /// Whether all of these are proven; where the history fails, more tries change nothing.
    fn has(&self, wanted: &[UseId]) -> bool {
        self.proven().is_none() || wanted.iter().all(|it| self.of_use(*it).is_some())
    }
}

pub(crate) struct Proving {
    pub(crate) proof: Proof,
    /// Whether it is still waited for what the log does not have yet.
    pub(crate) waits: bool,
    pub(crate) again: Callback<()>,
}

/// Verifies once `wanted` is there, and again while one of these uses is not in the log yet.
#[hook]
pub(crate) fn use_proof(wanted: Option<Vec<UseId>>) -> Proving {
    let state = use_state(|| (Proof::Working, true));
    let turn = use_state(|| 0_u32);
    {
        let state = state.setter();
        use_effect_with((wanted, *turn), move |(wanted, _)| {
            let alive = Rc::new(std::cell::Cell::new(true));
            if let Some(wanted) = wanted.clone() {
                let watch = Rc::clone(&alive);
                spawn_local(async move {
                    for left in (0..TRIES).rev() {
                        let proof = prove().await;
                        if !watch.get() {
                            return;
                        }
                        let done = match &proof {
                            Proof::Found(found) => found.has(&wanted),
                            Proof::NoLog => false,
                            Proof::Working | Proof::Trouble(_) | Proof::Unable => true,
                        };
                        let waits = !done && left > 0;
                        state.set((proof, waits));
                        if !waits {
                            return;
                        }
                        sleep(PAUSE_MS).await;
                    }
                });
            }
            move || alive.set(false)
        });
    }
    let again = Callback::from(move |()| turn.set(turn.wrapping_add(1)));
    let (proof, waits) = (*state).clone();
    Proving { proof, waits, again }
}

/// The client takes over another log in the place of the lost one: nothing that was kept of that is of use any more.
pub(crate) fn keep_other_log(policy: &str) {
    keep(&Kept { policy: policy.to_owned(), ..Kept::default() });
}

/// The client has compared the platform's new list with another source. The log stays the same: its last checkpoint too.
pub(crate) fn keep_policy(policy: &str) {
    keep(&Kept { policy: policy.to_owned(), ..kept().unwrap_or_default() });
}

async fn prove() -> Proof {
    let kept = kept();
    let Some(answer) = asked(kept.as_ref()).await else { return Proof::Unable };
    let text = |name: &str| Reflect::get(&answer, &name.into()).ok()?.as_string();
    let number = |name: &str| Reflect::get(&answer, &name.into()).ok()?.as_f64();
    let (Some(status), Some(history)) = (number("status"), text("body")) else {
        return Proof::Trouble(Trouble::Offline);
    };
    let Some(found) = text("found") else {
        return match api::answered::<serde::de::IgnoredAny>(status, &history) {
            Err(Trouble::Refused(it)) if it.status == 404 => Proof::NoLog,
            Err(trouble) => Proof::Trouble(trouble),
            Ok(_) => Proof::Unable,
        };
    };
    let (Some(policy), Some(served)) = (text("policy"), text("served")) else {
        return Proof::Unable;
    };
    let Ok(examined) = serde_json::from_str::<Examined>(&found) else { return Proof::Unable };
    if let Findings::Holds(proven) = &examined.findings {
        keep(&Kept {
            policy: policy.clone(),
            checkpoint: Some(proven.checkpoint.clone()),
            size: Some(proven.size),
            from: Some(proven.from.clone()),
        });
    }
    Proof::Found(Rc::new(Found {
        examined,
        history,
        offered: (served != policy).then_some(served),
        policy,
        first: kept.is_none(),
        milliseconds: number("took").unwrap_or_default(),
    }))
}

/// `None`: the worker does not run here.
async fn asked(kept: Option<&Kept>) -> Option<JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(WORKER, &options).ok()?;
    let answered = Promise::new(&mut |done, failed| {
        worker.set_onmessage(Some(&done));
        worker.set_onerror(Some(&failed));
    });
    let request = js_sys::Object::new();
    let text = |it: Option<&str>| it.map_or(JsValue::NULL, JsValue::from_str);
    let checkpoint = kept.and_then(|it| it.checkpoint.as_deref());
    let size = kept.and_then(|it| it.size).map(|it| it.to_string());
    for (name, value) in [
        ("policy", text(kept.map(|it| it.policy.as_str()))),
        ("checkpoint", text(checkpoint)),
        ("from", text(kept.and_then(|it| it.from.as_deref()))),
        ("size", text(size.as_deref())),
    ] {
        Reflect::set(&request, &name.into(), &value).ok()?;
    }
    worker.post_message(&request).ok()?;
    let event = JsFuture::from(answered).await;
    worker.terminate();
    Some(event.ok()?.dyn_into::<MessageEvent>().ok()?.data())
}

fn kept() -> Option<Kept> {
    serde_json::from_str(&remembered(KEPT)?).ok()
}

fn keep(kept: &Kept) {
    if let Ok(text) = serde_json::to_string(kept) {
        remember(KEPT, &text);
    }
}
