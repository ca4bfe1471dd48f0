//! The parts of an HTTP request that the gate needs, and the limits checked before it runs.

use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use http::request::Parts;
use senim_core::Timestamp;
use senim_core::id::UseId;
use senim_core::routing::{self, Request};

use crate::config::Config;

pub(crate) const HEADER_BYTES_MAX: usize = 16 * 1024;
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

pub(crate) const INTERACTION: HeaderName = HeaderName::from_static("x-fapi-interaction-id");
const DPOP: HeaderName = HeaderName::from_static("dpop");
const AUTH_DATE: HeaderName = HeaderName::from_static("x-fapi-auth-date");
const IP_ADDRESS: HeaderName = HeaderName::from_static("x-fapi-customer-ip-address");
const PROVIDER: HeaderName = HeaderName::from_static("senim-provider");
const PURPOSE: HeaderName = HeaderName::from_static("senim-purpose");

/// `fresh` and `now` come from the node, the certificate from the connection.
pub(crate) fn for_gate<'a>(
    parts: &'a Parts,
    certificate: Option<&'a str>,
    config: &'a Config,
    fresh: bool,
    now: Timestamp,
) -> Request<'a> {
    Request {
        now,
        fresh,
        issuer: &config.issuer,
        audience: &config.audience,
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        certificate,
        authorization: every(&parts.headers, &AUTHORIZATION),
        dpop: every(&parts.headers, &DPOP),
        provider: every(&parts.headers, &PROVIDER),
        purpose: every(&parts.headers, &PURPOSE),
        auth_date: every(&parts.headers, &AUTH_DATE),
        ip_address: every(&parts.headers, &IP_ADDRESS),
    }
}

/// A value that is not text becomes one that no check accepts. At most three are kept: more fail in the same way.
fn every<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    headers.get_all(name).iter().take(3).map(|it| it.to_str().unwrap_or("\u{fffd}")).collect()
}

/// Bytes of method, address and headers, as HTTP/1.1 would send them.
pub(crate) fn head_bytes(parts: &Parts) -> usize {
    let address = parts.uri.path_and_query().map_or(1, |it| it.as_str().len());
    let headers: usize =
        parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    parts.method.as_str().len() + address + headers
}

/// The caller's interaction id if it is a UUID, else one derived from our id.
pub(crate) fn interaction_name(headers: &HeaderMap, id: UseId) -> String {
    routing::interaction_name(&every(headers, &INTERACTION), id)
}
