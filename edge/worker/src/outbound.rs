//! Requests with the node's certificate: to the platform and to providers. The binding holds certificate and key; the Worker never
//! sees the key.

use std::time::Duration;

use futures::StreamExt as _;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{ByteStream, Env, Fetcher};

use crate::clock;
use crate::config::CERTIFICATE;

#[wasm_bindgen]
extern "C" {
    /// A binding that makes requests. The wrapper of `worker` has no signal, by which a request is given up.
    #[wasm_bindgen(extends = js_sys::Object)]
    type Requests;

    #[wasm_bindgen(method, catch, js_name = fetch)]
    async fn send(
        this: &Requests,
        url: &str,
        init: &web_sys::RequestInit,
    ) -> Result<JsValue, JsValue>;
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("it can't be reached")]
    Unreachable,
    #[error("it took too long")]
    Slow,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer broke off")]
    Broken,
    #[error("the answer's content coding is none that was asked for")]
    Coding,
}

pub(crate) struct Outbound(Requests);

/// A request. Redirects are not followed.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'static str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: Option<&'a str>,
}

/// An answer whose body has not been read. Dropping it ends the connection.
pub(crate) struct Answer {
    pub(crate) status: u16,
    response: web_sys::Response,
    pieces: Option<ByteStream>,
    _open: Open,
    ends_at_ms: i64,
}

struct Open(web_sys::AbortController);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Outbound {
    pub(crate) fn open(env: &Env) -> worker::Result<Self> {
        Ok(Self(env.get_binding::<Fetcher>(CERTIFICATE)?.into_rpc::<Requests>()))
    }

    /// `within`: for the answer and its body.
    pub(crate) async fn send(
        &self,
        ask: Ask<'_>,
        within: Duration,
    ) -> Result<Answer, OutboundError> {
        let ends_at_ms = clock::milliseconds() + millis(within);
        let open = Open(web_sys::AbortController::new().map_err(|_| OutboundError::Unreachable)?);
        let init = web_sys::RequestInit::new();
        init.set_method(ask.method);
        init.set_redirect(web_sys::RequestRedirect::Manual);
        init.set_signal(Some(&open.0.signal()));
        let headers = web_sys::Headers::new().map_err(|_| OutboundError::Unreachable)?;
        for (name, value) in ask.headers {
            headers.set(name, value).map_err(|_| OutboundError::Unreachable)?;
        }
        // What the runtime unpacks by itself.
        headers.set("accept-encoding", "gzip").map_err(|_| OutboundError::Unreachable)?;
        init.set_headers(headers.as_ref());
        if let Some(body) = ask.body {
            init.set_body(&body.into());
        }
        let answer = clock::within(within, self.0.send(ask.url, &init)).await;
        let answer = answer.ok_or(OutboundError::Slow)?.map_err(|_| OutboundError::Unreachable)?;
        let response: web_sys::Response =
            answer.dyn_into().map_err(|_| OutboundError::Unreachable)?;
        let pieces = response.body().map(ByteStream::from);
        Ok(Answer { status: response.status(), response, pieces, _open: open, ends_at_ms })
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    /// The next bytes, unpacked; `None` at the end.
    pub(crate) async fn piece(
        &mut self,
        within: Duration,
    ) -> Result<Option<Vec<u8>>, OutboundError> {
        let Some(pieces) = &mut self.pieces else { return Ok(None) };
        match clock::within(within, pieces.next()).await {
            None => Err(OutboundError::Slow),
            Some(None) => Ok(None),
            Some(Some(Ok(piece))) => Ok(Some(piece)),
            Some(Some(Err(_))) => Err(OutboundError::Broken),
        }
    }

    /// The whole body, unpacked, of at most so many bytes.
    pub(crate) async fn body(mut self, bytes_max: usize) -> Result<Vec<u8>, OutboundError> {
        let coding = self.header("content-encoding").unwrap_or_default();
        if !["", "identity", "gzip"].contains(&coding.trim().to_ascii_lowercase().as_str()) {
            return Err(OutboundError::Coding);
        }
        let mut body = Vec::new();
        loop {
            let left = u64::try_from(self.ends_at_ms - clock::milliseconds()).unwrap_or_default();
            let Some(piece) = self.piece(Duration::from_millis(left)).await? else {
                return Ok(body);
            };
            if body.len() + piece.len() > bytes_max {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
