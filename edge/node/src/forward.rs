//! Requests that the node makes: to providers and to the platform, over pooled mutual TLS.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use http::{Request, StatusCode};
use senim_channel::{ChannelError, Identity, Outbound, OutboundError};
use senim_core::Timestamp;
use senim_core::routing;

use crate::config::Config;

const CONNECT: Duration = Duration::from_secs(3);

/// The codings that are asked for and taken.
const CODINGS: HeaderValue = HeaderValue::from_static("gzip, deflate");

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    retry_after: Option<String>,
    /// Without its content coding.
    pub(crate) body: Bytes,
}

impl Answer {
    /// Seconds until the sender wants to be asked again (RFC 9110 §10.2.3).
    pub(crate) fn retry_after_s(&self, now: Timestamp) -> Option<u64> {
        routing::retry_after_s(self.retry_after.as_deref()?, now)
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ForwardError {
    #[error("{0}")]
    Outbound(#[from] OutboundError),
    #[error("the answer's content coding is not one that was asked for, or is broken")]
    Coding,
}

pub(crate) fn outbound(config: &Config) -> Result<Outbound, ChannelError> {
    let identity = Identity { certificate: &config.tls_certificate, key: &config.tls_key };
    Outbound::https(&config.client_ca, Some(identity), CONNECT)
}

pub(crate) async fn get(
    outbound: &Outbound,
    url: &str,
    headers: HeaderMap,
    bytes_max: usize,
    within: Duration,
) -> Result<Answer, ForwardError> {
    let mut request = Request::get(url).body(Bytes::new()).map_err(OutboundError::from)?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.headers_mut().insert(ACCEPT_ENCODING, CODINGS);
    let answer = outbound.send(request, within).await?;
    let status = answer.status();
    let content_type = answer.header(CONTENT_TYPE).map(str::to_owned);
    let retry_after = answer.header(RETRY_AFTER).map(str::to_owned);
    let headers = answer.headers().clone();
    let body = decoded(&headers, answer.body(bytes_max).await?, bytes_max)?;
    Ok(Answer { status, content_type, retry_after, body })
}

/// RFC 9110 §8.4. What unpacks to more than `bytes_max` is too large, however small it came.
fn decoded(headers: &HeaderMap, body: Bytes, bytes_max: usize) -> Result<Bytes, ForwardError> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let coding = match (codings.next(), codings.next()) {
        (None, _) => return Ok(body),
        (Some(one), None) => one.to_str().map_err(|_| ForwardError::Coding)?.trim(),
        (Some(_), Some(_)) => return Err(ForwardError::Coding),
    };
    // The body of a refusal or a redirect may be empty and bear the header all the same.
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
    if whole.len() > bytes_max { Err(OutboundError::TooLarge.into()) } else { Ok(whole.into()) }
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
        assert!(matches!(
            read(&["gzip"], &gzip, text.len() - 1),
            Err(ForwardError::Outbound(OutboundError::TooLarge))
        ));
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
}
