//! The calling browser: its cookies, address, language, and the session that its page acts in.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use senim_channel::budget::Origin;
use senim_core::id::SessionId;
use senim_core::identity::device::Device;
use senim_core::jose::sha256_base64;
use senim_core::problem::Problem;
use senim_core::text::Language;

use crate::app::App;
use crate::callers::{Caller, Who};
use crate::config::Config;
use crate::http::cookie;
use crate::http::problem::Refusal;

/// The hash of the browser's session cookie. The store holds only the hash.
pub struct Browser(pub String);

impl Browser {
    pub fn of(config: &Config, headers: &HeaderMap) -> Option<Self> {
        cookie::SESSION.read(config, headers).map(|it| Self(hash(it)))
    }
}

impl Caller for Browser {
    const WHO: Who = Who::Browser;
}

impl<S: Send + Sync> FromRequestParts<S> for Browser
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let app = App::from_ref(state);
        Self::of(&app.config, &parts.headers).ok_or_else(|| Problem::IdentityNoSession.into())
    }
}

/// A page that acts in a session. Its browser has one cookie, which may meanwhile belong to the session of another
/// tab; so the address names the session that the page shows (RFC 9700 §4.7).
pub struct Page {
    pub browser: Browser,
    pub session: SessionId,
}

impl Caller for Page {
    const WHO: Who = Who::Browser;
}

impl<S: Send + Sync> FromRequestParts<S> for Page
where
    App: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let session = path.ok().and_then(|Path(it)| it.parse().ok());
        let session = session.ok_or(Problem::NotFound)?;
        Ok(Self { browser: Browser::from_request_parts(parts, state).await?, session })
    }
}

/// Identifies a visitor of the pages before they have proved their identity.
pub struct Visitor {
    /// The hash of the cookie that a browser gets once somebody has proved their identity in it.
    pub known: Option<String>,
    pub origin: Option<Origin>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor
where
    App: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let app = App::from_ref(state);
        let known = cookie::BROWSER.read(&app.config, &parts.headers).map(hash);
        Ok(Self { known, origin: Address::of(parts).0.map(Origin::from) })
    }
}

pub fn hash(secret: &str) -> String {
    sha256_base64(secret.as_bytes())
}

/// The peer's address. `None` for loopback, private and link-local peers: those are reverse proxies,
/// which apply their own limits per address.
pub struct Address(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

impl Address {
    fn of(parts: &Parts) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self(peer.map(|it| it.0.ip()).filter(|it| !Origin::from(*it).is_of_own_network()))
    }
}

/// The browser's family and system, by its own word.
pub fn device(headers: &HeaderMap) -> Device {
    let named = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    Device::of(named.unwrap_or_default())
}

/// The supported language that the browser prefers most, the first of equals (RFC 9110 §12.5.4).
pub fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get_all(header::ACCEPT_LANGUAGE);
    let ranges = wanted.iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(','));
    let mut best = None;
    for range in ranges {
        let mut parts = range.split(';');
        let Some(language) = Language::from_code(parts.next().unwrap_or_default().trim()) else {
            continue;
        };
        let weight = weight(parts);
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language).unwrap_or_default()
}

/// In thousandths (RFC 9110 §12.4.2); 0 for an invalid weight.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    let q = parameters.find_map(|it| {
        let (name, value) = it.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some(q) = q else { return 1000 };
    let (whole, decimals) = q.split_once('.').unwrap_or((q, ""));
    let thousandths = format!("{decimals:0<3}").parse::<u16>();
    match (whole, decimals.len(), thousandths) {
        ("0", ..=3, Ok(thousandths)) => thousandths,
        ("1", ..=3, Ok(0)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_ours_is_taken() {
        for (sent, expected) in [
            ("ru-RU,ru;q=0.9,en;q=0.8", Language::Ru),
            ("de, en-GB;q=0.7", Language::En),
            ("fr", Language::Kk),
            ("en;q=0.1, ru;q=0.9", Language::Ru),
            ("en; q=0.5 , ru ;Q=0.50", Language::En),
            ("ru;q=0, en;q=0.001", Language::En),
            ("ru;q=2, en;q=x, kk;q=0.1", Language::Kk),
            ("*, ru;q=0.2", Language::Ru),
            ("en;q=1.000, ru", Language::En),
            ("", Language::Kk),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, sent.parse().unwrap());
            assert_eq!(language(&headers), expected, "{sent}");
        }
        assert_eq!(language(&HeaderMap::new()), Language::Kk);
    }
}
