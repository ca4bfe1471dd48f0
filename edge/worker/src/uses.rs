//! Uses on their way to the platform: each is in storage before its answer is sent, and stays there until the platform has it.

use std::cell::Cell;
use std::rc::Rc;

use senim_core::usage::{ReportUses, Use};
use std::time::Duration;
use wasm_bindgen::JsValue;
use worker::{ListOptions, Storage, console_error, console_warn};

use crate::clock;
use crate::outbound::{Ask, Outbound, OutboundError};

/// Uses that may wait. Beyond it nothing more is forwarded.
const WAITING_MAX: usize = 10_000;
/// Uses in a report: as many keys as storage deletes at once.
const BATCH: usize = 128;
const WITHIN: Duration = Duration::from_secs(10);
/// The platform's answer is a problem or nothing.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// After so long, uses that the platform refused are offered to it again.
const AGAIN_AFTER_MS: i64 = 3_600_000;

/// Keys in storage; what follows is the moment and the use's id.
const WAITING: &str = "use/";
const REFUSED: &str = "refused/";

pub(crate) struct Uses {
    url: String,
    storage: Storage,
    outbound: Rc<Outbound>,
    waiting: Cell<usize>,
    shipping: Cell<bool>,
    offered_at_ms: Cell<i64>,
}

enum Outcome {
    Acknowledged,
    /// The platform can't take it now.
    Later,
    /// The platform will never take it.
    Refused,
}

impl Uses {
    pub(crate) fn new(platform_url: &str, storage: Storage, outbound: Rc<Outbound>) -> Self {
        Self {
            url: format!("{platform_url}/edge/uses"),
            storage,
            outbound,
            // Until they were counted there is no room.
            waiting: Cell::new(WAITING_MAX),
            shipping: Cell::new(false),
            offered_at_ms: Cell::new(0),
        }
    }

    /// Counts what an earlier life of the object left.
    pub(crate) async fn count(&self) -> worker::Result<()> {
        self.waiting.set(self.some(WAITING, WAITING_MAX).await?.len());
        Ok(())
    }

    pub(crate) fn has_room(&self) -> bool {
        self.waiting.get() < WAITING_MAX
    }

    /// Afterwards it is in storage: the runtime holds every answer back until that is durable.
    pub(crate) async fn put(&self, entry: &Use) -> worker::Result<()> {
        let text = serde_json::to_string(entry)?;
        let key = format!("{WAITING}{:013}/{}", entry.at.timestamp_millis(), entry.id);
        self.storage.put(&key, text).await?;
        self.waiting.set(self.waiting.get() + 1);
        Ok(())
    }

    /// Hands over what waits, until nothing is left or the platform can't take it; the next use or alarm goes on.
    pub(crate) fn ship(self: &Rc<Self>) {
        if self.shipping.replace(true) {
            return;
        }
        let uses = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            if let Err(error) = uses.ship_all().await {
                console_error!("uses can't be read or removed: {error}");
            }
            uses.shipping.set(false);
        });
    }

    async fn ship_all(&self) -> worker::Result<()> {
        if clock::milliseconds() >= self.offered_at_ms.get() + AGAIN_AFTER_MS {
            self.offered_at_ms.set(clock::milliseconds());
            for (key, text) in self.some(REFUSED, BATCH).await? {
                self.storage.put(&key.replacen(REFUSED, WAITING, 1), text).await?;
                self.storage.delete(&key).await?;
                self.waiting.set(self.waiting.get() + 1);
            }
        }
        let mut batch = BATCH;
        loop {
            let some = self.some(WAITING, batch).await?;
            if some.is_empty() {
                return Ok(());
            }
            match self.report(&some).await {
                Outcome::Acknowledged => {
                    self.remove(some.into_iter().map(|(key, _)| key).collect()).await?;
                    batch = (batch * 2).min(BATCH);
                }
                Outcome::Later => return Ok(()),
                // To find the one that is refused.
                Outcome::Refused if some.len() > 1 => batch = some.len() / 2,
                Outcome::Refused => {
                    console_error!("the platform refuses a use; it is offered again in an hour");
                    for (key, text) in some {
                        self.storage.put(&key.replacen(WAITING, REFUSED, 1), text).await?;
                        self.remove(vec![key]).await?;
                    }
                }
            }
        }
    }

    async fn remove(&self, keys: Vec<String>) -> worker::Result<()> {
        let count = keys.len();
        self.storage.delete_multiple(keys).await?;
        self.waiting.set(self.waiting.get().saturating_sub(count));
        Ok(())
    }

    /// The oldest with this beginning of their keys.
    async fn some(&self, prefix: &str, limit: usize) -> worker::Result<Vec<(String, String)>> {
        let options = ListOptions::new().prefix(prefix).limit(limit);
        let found = self.storage.list_with_options(options).await?;
        let mut some = Vec::new();
        found.for_each(&mut |text: JsValue, key: JsValue| {
            some.extend(key.as_string().zip(text.as_string()));
        });
        Ok(some)
    }

    async fn report(&self, some: &[(String, String)]) -> Outcome {
        let read = |text: &String| serde_json::from_str::<Use>(text).ok();
        let uses = some.iter().filter_map(|(_, text)| read(text)).collect();
        let Ok(body) = serde_json::to_string(&ReportUses { uses }) else { return Outcome::Later };
        match self.post(&body).await {
            Ok(200..300) => Outcome::Acknowledged,
            Ok(400 | 413 | 422) => Outcome::Refused,
            Ok(status) => {
                console_warn!("the platform did not take uses: status {status}");
                Outcome::Later
            }
            Err(_) => Outcome::Later,
        }
    }

    async fn post(&self, body: &str) -> Result<u16, OutboundError> {
        let headers = [("content-type", "application/json")];
        let ask = Ask { method: "POST", url: &self.url, headers: &headers, body: Some(body) };
        let answer = self.outbound.send(ask, WITHIN).await?;
        let status = answer.status;
        answer.body(ANSWER_BYTES_MAX).await?;
        Ok(status)
    }
}
