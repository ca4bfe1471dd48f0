//! Outgoing requests to providers and to the platform, over pooled mutual TLS.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use senim_channel::{ChannelError, Connector, Identity, client_config, connector};
use senim_core::Timestamp;

use crate::config::Config;

/// Idle connections are closed earlier than most servers do, so that few requests meet a closed one.
const IDLE: Duration = Duration::from_secs(25);
const CONNECT: Duration = Duration::from_secs(3);

/// The accepted content codings.
const CODINGS: HeaderValue = HeaderValue::from_static("gzip, deflate");
/// A longer `Retry-After` is cut to this.
const RETRY_AFTER_MAX_S: u64 = 24 * 3600;

pub(crate) struct Outbound {
    pooled: Client<Connector, Full<Bytes>>,
    /// Without pooling: for the retry after the peer has closed a pooled connection.
    fresh: Client<Connector, Full<Bytes>>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    retry_after: Option<String>,
    /// Decoded.
    pub(crate) body: Bytes,
}

impl Answer {
    /// `Retry-After` in seconds (RFC 9110 §10.2.3).
    pub(crate) fn retry_after_s(&self, now: Timestamp) -> Option<u64> {
        let text = self.retry_after.as_deref()?.trim();
        let seconds = if let Ok(seconds) = text.parse::<u64>() {
            seconds
        } else {
            let at = DateTime::parse_from_rfc2822(text).ok()?;
            u64::try_from((at.to_utc() - now).num_seconds()).unwrap_or_default()
        };
        Some(seconds.clamp(1, RETRY_AFTER_MAX_S))
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ForwardError {
    #[error("invalid address: {0}")]
    Address(#[from] http::Error),
    #[error("timed out")]
    Slow,
    #[error("can't connect: {}", with_causes(.0))]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer's content coding is unsupported or broken")]
    Coding,
    #[error("the answer broke off: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

/// The error with its causes: hyper's own message names only the failed step.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Outbound {
    pub(crate) fn new(config: &Config) -> Result<Self, ChannelError> {
        let identity = Identity { certificate: &config.tls_certificate, key: &config.tls_key };
        let tls = client_config(&config.client_ca, Some(identity))?;
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        let pooled = builder.build(connector(tls.clone(), CONNECT));
        let fresh = builder.pool_max_idle_per_host(0).build(connector(tls, CONNECT));
        Ok(Self { pooled, fresh })
    }

    pub(crate) async fn get(
        &self,
        url: &str,
        headers: HeaderMap,
        bytes_max: usize,
        within: Duration,
    ) -> Result<Answer, ForwardError> {
        let mut request = Request::builder().method(Method::GET).uri(url).body(Full::default())?;
        *request.headers_mut() = headers;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(ACCEPT_ENCODING, CODINGS);
        let again = request.clone();
        let asking = async {
            match self.pooled.request(request).await {
                // The peer may close a pooled connection while a request is sent (RFC 9112 §9.3.1). A safe request
                // is sent once more, on a new connection.
                Err(error) if !error.is_connect() => {
                    tracing::debug!(error = with_causes(&error), "retrying on a new connection");
                    self.fresh.request(again).await
                }
                answered => answered,
            }
        };
        received(asking, bytes_max, within).await
    }

    pub(crate) async fn post_json(
        &self,
        url: &str,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, ForwardError> {
        let uri: Uri = url.parse().map_err(http::Error::from)?;
        let request =
            Request::post(uri).header(CONTENT_TYPE, "application/json").body(Full::from(body))?;
        received(self.pooled.request(request), 64 * 1024, within).await
    }
}

async fn received(
    asking: impl Future<Output = Result<Response<Incoming>, hyper_util::client::legacy::Error>>,
    bytes_max: usize,
    within: Duration,
) -> Result<Answer, ForwardError> {
    let whole = async {
        let (head, body) = asking.await?.into_parts();
        let body = Limited::new(body, bytes_max).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                ForwardError::TooLarge
            } else {
                ForwardError::Broken(error)
            }
        })?;
        let text = |name| head.headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let body = decoded(&head.headers, body.to_bytes(), bytes_max)?;
        let (content_type, retry_after) = (text(CONTENT_TYPE), text(RETRY_AFTER));
        Ok(Answer { status: head.status, content_type, retry_after, body })
    };
    tokio::time::timeout(within, whole).await.map_err(|_| ForwardError::Slow)?
}

/// RFC 9110 §8.4. `bytes_max` applies to the decoded body.
fn decoded(headers: &HeaderMap, body: Bytes, bytes_max: usize) -> Result<Bytes, ForwardError> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let coding = match (codings.next(), codings.next()) {
        (None, _) => return Ok(body),
        (Some(one), None) => one.to_str().map_err(|_| ForwardError::Coding)?.trim(),
        (Some(_), Some(_)) => return Err(ForwardError::Coding),
    };
    // An error or redirect may have an empty body and still this header.
    if coding.is_empty() || coding.eq_ignore_ascii_case("identity") || body.is_empty() {
        return Ok(body);
    }
    let mut unpacked: Box<dyn Read> = match coding.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(&*body)),
        "deflate" => Box::new(ZlibDecoder::new(&*body)),
        _ => return Err(ForwardError::Coding),
    };
    let mut whole = Vec::new();
    let most = bytes_max as u64 + 1;
    unpacked.by_ref().take(most).read_to_end(&mut whole).map_err(|_| ForwardError::Coding)?;
    if whole.len() > bytes_max { Err(ForwardError::TooLarge) } else { Ok(whole.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    #[test]
    fn a_coded_answer_is_unpacked_within_its_bound() {
        let text = b"[\"a\"]".repeat(100);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(&text).unwrap();
        let zlib = zlib.finish().unwrap();
        let read = |coding: &[&'static str], body: &[u8], most| {
            let mut headers = HeaderMap::new();
            for coding in coding {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            decoded(&headers, Bytes::copy_from_slice(body), most)
        };
        for (coding, body) in [
            (&["gzip"][..], &gzip),
            (&["X-GZIP"], &gzip),
            (&["deflate"], &zlib),
            (&[], &text),
            (&["identity"], &text),
        ] {
            assert_eq!(read(coding, body, text.len()).unwrap(), text, "{coding:?}");
        }
        assert!(matches!(read(&["gzip"], &gzip, text.len() - 1), Err(ForwardError::TooLarge)));
        assert!(read(&["gzip"], b"", 10).unwrap().is_empty());
        for (coding, body) in [
            (&["br"][..], &gzip),
            (&["gzip", "gzip"], &gzip),
            (&["gzip, gzip"], &gzip),
            (&["gzip"], &zlib),
            (&["gzip"], &gzip[..9].to_vec()),
        ] {
            assert!(matches!(read(coding, body, 9999), Err(ForwardError::Coding)), "{coding:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_timestamp(784_111_777, 0).unwrap();
        for (text, seconds) in [
            (Some("120"), Some(120)),
            (Some("0"), Some(1)),
            (Some("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60)),
            (Some("Sun, 06 Nov 1994 08:00:00 GMT"), Some(1)),
            (Some("999999999"), Some(RETRY_AFTER_MAX_S)),
            (Some("soon"), None),
            (Some("-1"), None),
            (None, None),
        ] {
            let answer = Answer {
                status: StatusCode::SERVICE_UNAVAILABLE,
                content_type: None,
                retry_after: text.map(str::to_owned),
                body: Bytes::new(),
            };
            assert_eq!(answer.retry_after_s(now), seconds, "{text:?}");
        }
    }
}
