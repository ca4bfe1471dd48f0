//! Validation of URLs in configuration and registration (RFC 3986, RFC 8252).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// The longest accepted URL, in bytes.
const LENGTH_MAX: usize = 2_000;

/// A server's base URL: https, or http on this machine only; without user information, query, fragment or
/// trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// A redirect URI: as [`BaseUrl`] with any path and query, or with a private-use scheme
/// (RFC 8252 §7.1: `kz.jetisu.app:/callback`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RedirectUri(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("is not a URL such as https://name.example")]
    Malformed,
    #[error("must be https; http is allowed for this machine only (localhost, 127.0.0.1, [::1])")]
    Plain,
    #[error("must be https")]
    NotHttps,
    #[error("must have no trailing slash, query or fragment")]
    NotABase,
    #[error("must have no fragment")]
    Fragment,
    #[error(
        "must be https, http on this machine itself, or a private-use scheme with a dot in its name and one slash (RFC 8252 §7.1)"
    )]
    Scheme,
}

impl BaseUrl {
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// A URL that is https even on this machine, as mutual TLS needs it.
    pub fn https(text: &str) -> Result<Self, AddressError> {
        let url: Self = text.parse()?;
        if url.is_https() { Ok(url) } else { Err(AddressError::NotHttps) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let rest = server(text)?;
        if rest.ends_with('/') || rest.contains(['?', '#']) {
            return Err(AddressError::NotABase);
        }
        Ok(Self(text.to_owned()))
    }
}

impl RedirectUri {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RedirectUri {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        check_characters(text)?;
        // RFC 6749 §3.1.2.
        if text.contains('#') {
            return Err(AddressError::Fragment);
        }
        if text.starts_with("https:") || text.starts_with("http:") {
            server(text)?;
        } else {
            let (scheme, rest) = text.split_once(':').ok_or(AddressError::Malformed)?;
            let path = rest.strip_prefix('/').ok_or(AddressError::Scheme)?;
            if !is_private_use(scheme) || path.starts_with('/') {
                return Err(AddressError::Scheme);
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BaseUrl {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What follows the authority of an https URL, or of an http one on this machine.
fn server(text: &str) -> Result<&str, AddressError> {
    check_characters(text)?;
    let (plain, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return Err(AddressError::Malformed),
    };
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let loopback = check_authority(authority)?;
    if plain && !loopback { Err(AddressError::Plain) } else { Ok(rest) }
}

/// RFC 3986 §2: only reserved and unreserved characters and percent signs are allowed.
fn check_characters(text: &str) -> Result<(), AddressError> {
    let stands = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    if text.len() <= LENGTH_MAX && text.bytes().all(stands) {
        Ok(())
    } else {
        Err(AddressError::Malformed)
    }
}

/// Whether the host is this machine.
fn check_authority(authority: &str) -> Result<bool, AddressError> {
    let malformed = AddressError::Malformed;
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or(malformed)?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if !port.is_empty() {
        let digits = port.strip_prefix(':').ok_or(malformed)?;
        let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u16>());
        if !matches!(number, Some(Ok(1..))) {
            return Err(malformed);
        }
    }
    if authority.starts_with('[') {
        return host.parse::<Ipv6Addr>().map(|it| it.is_loopback()).map_err(|_| malformed);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    // Parsers read such a host as an IPv4 address, each in its own way.
    if last.starts_with(|it: char| it.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().map(|it| it.is_loopback()).map_err(|_| malformed);
    }
    let label = |it: &str| {
        (1..=63).contains(&it.len())
            && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !it.starts_with('-')
            && !it.ends_with('-')
    };
    if host.len() > 253 || !host.split('.').all(label) {
        return Err(malformed);
    }
    Ok(host.eq_ignore_ascii_case("localhost"))
}

/// A reversed domain name of the app's maker: no scheme that browsers handle has a dot.
fn is_private_use(scheme: &str) -> bool {
    let label = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-".contains(&b))
    };
    scheme.contains('.')
        && scheme.starts_with(|it: char| it.is_ascii_lowercase())
        && scheme.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_reached_by_https_or_on_this_machine() {
        for text in [
            "https://id.example.kz",
            "https://id.example.kz:8443",
            "https://id.example.kz/senim",
            "https://192.0.2.1:8443",
            "https://[2001:db8::1]:8443",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(text.parse::<BaseUrl>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(BaseUrl::https("http://localhost:8080"), Err(AddressError::NotHttps));
        for (text, error) in [
            ("http://id.example.kz", AddressError::Plain),
            ("http://localhost.example.kz", AddressError::Plain),
            ("http://192.0.2.1", AddressError::Plain),
            ("http://[2001:db8::1]", AddressError::Plain),
            ("https://id.example.kz/", AddressError::NotABase),
            ("https://id.example.kz?x", AddressError::NotABase),
            ("https://id.example.kz#x", AddressError::NotABase),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error), "{text}");
        }
        for text in [
            "",
            "edge",
            "ftp://id.example.kz",
            "HTTPS://id.example.kz",
            "https:/id.example.kz",
            "https://",
            "https://user@id.example.kz",
            "https://user:pw@localhost",
            "http://localhost@evil.example",
            "http://localhost\\@evil.example",
            "https://id.example.kz:",
            "https://id.example.kz:0",
            "https://id.example.kz:65536",
            "https://id.example.kz:+1",
            "https://id..example.kz",
            "https://-a.kz",
            "https://id.example.kz/a b",
            "https://ид.қаз",
            "https://id.example.kz\n",
            "http://127.1",
            "http://0x7f.1",
            "http://2130706433",
            "https://[::1",
            "https://[::1]x",
            "https://[localhost]",
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(AddressError::Malformed), "{text}");
        }
    }

    // spring-authorization-server#844.
    #[test]
    fn a_browser_goes_back_by_https_to_this_machine_or_to_an_app() {
        for text in [
            "https://app.example/back",
            "https://app.example/back?x=1",
            "https://app.example/",
            "http://127.0.0.1:4000/back",
            "http://localhost:7080/callback",
            "kz.jetisu.app:/oauth2redirect",
            "kz.jetisu.app:/",
        ] {
            assert!(text.parse::<RedirectUri>().is_ok(), "{text}");
        }
        for (text, error) in [
            ("http://app.example/back", AddressError::Plain),
            ("https://app.example/back#x", AddressError::Fragment),
            ("javascript:alert(1)", AddressError::Scheme),
            ("javascript:/alert(1)", AddressError::Scheme),
            ("data:/text", AddressError::Scheme),
            ("file:///etc/passwd", AddressError::Scheme),
            ("kz.jetisu.app://oauth2redirect", AddressError::Scheme),
            ("kz.jetisu.app:oauth2redirect", AddressError::Scheme),
            ("KZ.jetisu.app:/oauth2redirect", AddressError::Scheme),
            (".jetisu:/oauth2redirect", AddressError::Scheme),
            ("/back", AddressError::Malformed),
            ("https://", AddressError::Malformed),
            ("https:app.example", AddressError::Malformed),
            ("java\tscript:/x", AddressError::Malformed),
        ] {
            assert_eq!(text.parse::<RedirectUri>(), Err(error), "{text}");
        }
    }
}
