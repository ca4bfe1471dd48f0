//! etcd v3 by its JSON gateway (etcd.io/docs/v3.4/dev-guide/api_grpc_gateway): keys and values in base64, numbers as text.

use std::ops::Range;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use senim_channel::outbound::{Pieces, post_json};
use senim_channel::{Outbound, OutboundError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const WITHIN: Duration = Duration::from_secs(2);
/// What one answer may be long: all keys of one range with their values in base64.
const ANSWER_BYTES_MAX: usize = 96 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub(super) enum EtcdError {
    #[error("etcd: {0}")]
    Outbound(#[from] OutboundError),
    #[error("etcd says {status}: {said}")]
    Refused { status: u16, said: String },
    #[error("etcd's answer can't be read")]
    Unreadable,
    /// Somebody wrote something else there, or it is damaged.
    #[error("what etcd holds is not the platform's: {0}")]
    Foreign(&'static str),
    #[error("etcd is ahead of the database: {0}")]
    Ahead(String),
    #[error("{0}")]
    Host(String),
}

/// One cluster; each request goes to the member that answered last.
pub(super) struct Client {
    members: Vec<String>,
    outbound: Outbound,
    turn: AtomicUsize,
}

#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) value: Vec<u8>,
    /// Changes with each write of this key.
    pub(super) revision: u64,
}

#[derive(Deserialize)]
struct RangeAnswer {
    #[serde(default)]
    kvs: Vec<Kv>,
}

#[derive(Deserialize)]
struct Kv {
    key: String,
    #[serde(default)]
    value: String,
    mod_revision: String,
}

#[derive(Deserialize)]
struct TxnAnswer {
    #[serde(default)]
    succeeded: bool,
    header: Header,
}

#[derive(Deserialize)]
struct Header {
    revision: String,
}

impl Client {
    pub(super) fn new(members: Vec<String>, outbound: Outbound) -> Self {
        Self { members, outbound, turn: AtomicUsize::new(0) }
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Pair>, EtcdError> {
        Ok(self.range(&json!({ "key": text(key) })).await?.pop())
    }

    /// So many of them at most, in their order.
    pub(super) async fn between(
        &self,
        keys: Range<&str>,
        limit: usize,
    ) -> Result<Vec<Pair>, EtcdError> {
        let (key, end) = (text(keys.start), text(keys.end));
        self.range(&json!({ "key": key, "range_end": end, "limit": limit.to_string() })).await
    }

    /// Keys alone.
    pub(super) async fn keys_between(&self, keys: Range<&str>) -> Result<Vec<String>, EtcdError> {
        let (key, end) = (text(keys.start), text(keys.end));
        let asked = json!({ "key": key, "range_end": end, "keys_only": true });
        Ok(self.range(&asked).await?.into_iter().map(|it| it.key).collect())
    }

    pub(super) async fn put(&self, key: &str, value: &[u8]) -> Result<(), EtcdError> {
        let asked = json!({ "key": text(key), "value": STANDARD.encode(value) });
        self.ask::<Value>("/v3/kv/put", &asked).await.map(drop)
    }

    pub(super) async fn delete(&self, keys: Range<&str>) -> Result<(), EtcdError> {
        let asked = json!({ "key": text(keys.start), "range_end": text(keys.end) });
        self.ask::<Value>("/v3/kv/deleterange", &asked).await.map(drop)
    }

    /// Writes the value if the key's revision is this one, 0 where there is no such key. `None`: it is another one.
    pub(super) async fn swap(
        &self,
        key: &str,
        revision: u64,
        value: &[u8],
    ) -> Result<Option<u64>, EtcdError> {
        let revision = revision.to_string();
        let asked = json!({
            "compare": [{ "key": text(key), "target": "MOD", "result": "EQUAL", "mod_revision": revision }],
            "success": [{ "request_put": { "key": text(key), "value": STANDARD.encode(value) } }],
        });
        let TxnAnswer { succeeded, header } = self.ask("/v3/kv/txn", &asked).await?;
        let revision = header.revision.parse().map_err(|_| EtcdError::Unreadable)?;
        Ok(succeeded.then_some(revision))
    }

    /// Each piece says that the key may have been written.
    pub(super) async fn watch(&self, key: &str) -> Result<Pieces, EtcdError> {
        let asked = json!({ "create_request": { "key": text(key) } });
        let url = format!("{}/v3/watch", self.member());
        let answer = self.outbound.send(post_json(&url, &asked)?, WITHIN).await;
        let answer = answer.inspect_err(|_| self.another())?;
        if !answer.status().is_success() {
            return Err(refused(answer.status().as_u16(), answer.body(ANSWER_BYTES_MAX).await));
        }
        Ok(answer.pieces())
    }

    async fn range(&self, asked: &Value) -> Result<Vec<Pair>, EtcdError> {
        let RangeAnswer { kvs } = self.ask("/v3/kv/range", asked).await?;
        let pair = |kv: Kv| {
            let key = String::from_utf8(STANDARD.decode(kv.key).ok()?).ok()?;
            let value = STANDARD.decode(kv.value).ok()?;
            Some(Pair { key, value, revision: kv.mod_revision.parse().ok()? })
        };
        kvs.into_iter().map(pair).collect::<Option<_>>().ok_or(EtcdError::Unreadable)
    }

    async fn ask<T: for<'a> Deserialize<'a>>(
        &self,
        path: &str,
        asked: &impl Serialize,
    ) -> Result<T, EtcdError> {
        let url = format!("{}{path}", self.member());
        let answer = self.outbound.send(post_json(&url, asked)?, WITHIN).await;
        let answer = answer.inspect_err(|_| self.another())?;
        let status = answer.status();
        let body = answer.body(ANSWER_BYTES_MAX).await;
        if !status.is_success() {
            // A member without a leader says so.
            self.another();
            return Err(refused(status.as_u16(), body));
        }
        serde_json::from_slice(&body?).map_err(|_| EtcdError::Unreadable)
    }

    fn member(&self) -> &str {
        let turn = self.turn.load(Ordering::Relaxed);
        self.members.get(turn % self.members.len().max(1)).map_or("", String::as_str)
    }

    /// The next request goes to the next one.
    fn another(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
    }
}

fn refused(status: u16, body: Result<Bytes, OutboundError>) -> EtcdError {
    let said = body.ok().and_then(|it| serde_json::from_slice::<Value>(&it).ok());
    let said =
        said.and_then(|it| it["message"].as_str().or(it["error"].as_str()).map(str::to_owned));
    EtcdError::Refused { status, said: said.unwrap_or_default() }
}

fn text(key: &str) -> String {
    STANDARD.encode(key)
}
