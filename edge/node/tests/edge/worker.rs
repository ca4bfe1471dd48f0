//! The Worker under Cloudflare's runtime, with the entry by which tests put requests to it (edge/worker/src/bin/parity.rs).

use std::fs;
use std::path::Path;

use senim_channel::client_config;
use senim_core::feed::content::Content;
use senim_core::routing::{Decision, Request};

use crate::certificates::Certificates;
use crate::workerd::{Given, Workerd};

pub(crate) struct Worker {
    runtime: Workerd,
    client: reqwest::Client,
}

/// Requests that share memories, as those of one node do.
#[derive(Clone)]
pub(crate) struct Batch(Vec<u8>);

impl Worker {
    /// `name`: of the test.
    pub(crate) fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("edge").join(name);
        fs::create_dir_all(&folder).unwrap();
        let runtime = Workerd::start(&folder, "worker-parity", &Given::default()).unwrap();
        // Plain HTTP; a client wants to know how it would speak TLS.
        Certificates::make(&folder);
        let tls = client_config(&folder.join("ca.pem"), None).unwrap();
        // A connection is driven by the thread that has opened it; none is shared.
        let client =
            reqwest::Client::builder().use_preconfigured_tls(tls).pool_max_idle_per_host(0);
        Self { runtime, client: client.build().unwrap() }
    }

    pub(crate) async fn decide(&self, batch: Batch) -> Vec<Decision> {
        let answer = self.client.post(self.runtime.url()).body(batch.0).send().await.unwrap();
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap();
        assert!(status.is_success(), "{}", String::from_utf8_lossy(&bytes));
        let mut rest = bytes.as_ref();
        let mut decisions = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk() {
            let (decision, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            decisions.push(Decision::decode(decision).unwrap());
            rest = after;
        }
        decisions
    }
}

impl Batch {
    /// `nonces`: their key.
    pub(crate) fn new(nonces: [u8; 32], content: &Content) -> Self {
        let mut batch = Self(nonces.to_vec());
        batch.put(&content.snapshot().unwrap());
        batch
    }

    pub(crate) fn ask(&mut self, request: &Request<'_>) {
        self.put(&request.encode());
    }

    fn put(&mut self, part: &[u8]) {
        self.0.extend(u32::try_from(part.len()).unwrap().to_le_bytes());
        self.0.extend(part);
    }
}
