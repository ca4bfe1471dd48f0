//! Which browser asks: its cookie, its address, its language.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use senim_core::jose::sha256_base64;
use senim_core::problem::Problem;
use senim_core::text::Language;

use crate::callers::{Caller, Who};
use crate::http::cookie;
use crate::http::problem::Refusal;

/// The hash of the browser's session cookie; the store knows no more of it.
pub struct Browser(pub String);

impl Browser {
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        cookie::read(headers, cookie::SESSION).filter(|it| !it.is_empty()).map(|it| Self(hash(it)))
    }
}

impl Caller for Browser {
    const WHO: Who = Who::Browser;
}

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Self::of(&parts.headers).ok_or_else(|| Problem::IdentityNoSession.into())
    }
}

pub fn hash(secret: &str) -> String {
    sha256_base64(secret.as_bytes())
}

/// The address that the connection comes from. Absent for one of this house: then it is a proxy's, behind
/// which is everybody, and to limit addresses is the proxy's work.
pub struct Address(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map(|it| it.0.ip()).filter(|it| !of_this_house(it))))
    }
}

fn of_this_house(address: &IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => it.is_loopback() || it.is_private() || it.is_link_local(),
        IpAddr::V6(it) => it.is_loopback() || it.is_unique_local() || it.is_unicast_link_local(),
    }
}

/// The first of the browser's languages that is ours.
pub fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let mut codes =
        wanted.unwrap_or_default().split(',').map(|it| it.split(';').next().unwrap_or(it));
    codes.find_map(|code| Language::from_code(code.trim())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_address_is_nobodys() {
        let house = ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "::ffff:127.0.0.1"];
        assert!(house.iter().all(|it| of_this_house(&it.parse().unwrap())));
        assert!(
            ["203.0.113.7", "2001:db8::1"].iter().all(|it| !of_this_house(&it.parse().unwrap()))
        );
    }

    #[test]
    fn the_first_language_that_is_ours_is_taken() {
        for (sent, expected) in [
            ("ru-RU,ru;q=0.9,en;q=0.8", Language::Ru),
            ("de, en-GB;q=0.7", Language::En),
            ("fr", Language::Kk),
            ("", Language::Kk),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, sent.parse().unwrap());
            assert_eq!(language(&headers), expected, "{sent}");
        }
        assert_eq!(language(&HeaderMap::new()), Language::Kk);
    }
}
