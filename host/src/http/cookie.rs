//! The cookies of the pages. Over TLS their names begin with `__Host-`, so that no other
//! host of the site can set one (draft-ietf-httpbis-rfc6265bis §4.1.3.2).
//!
//! On `http://localhost` the names are plain: `__Host-` needs `Secure`, and `WebKit` (measured: `WebKitGTK` 2.50.6) stores no
//! `Secure` cookie from an http response.

use axum::http::{HeaderMap, HeaderValue, header};
use senim_core::identity::requester::KNOWN_DAYS;

use crate::config::Config;

pub struct Cookie {
    /// Without the prefix.
    name: &'static str,
    /// Absent: until the browser is closed.
    max_age_s: Option<u32>,
}

const KNOWN_S: u32 = KNOWN_DAYS as u32 * 24 * 60 * 60;

pub const SESSION: Cookie = Cookie { name: "senim_session", max_age_s: None };
/// Marks a browser in which a person has proved their identity; grants no access.
pub const BROWSER: Cookie = Cookie { name: "senim_browser", max_age_s: Some(KNOWN_S) };
pub const CONSOLE: Cookie = Cookie { name: "senim_console", max_age_s: None };
/// Marks a browser in which an operator has signed in before; grants no access.
pub const CONSOLE_BROWSER: Cookie =
    Cookie { name: "senim_console_browser", max_age_s: Some(KNOWN_S) };

impl Cookie {
    pub fn name(&self, config: &Config) -> String {
        if config.pages_secure() { format!("__Host-{}", self.name) } else { self.name.to_owned() }
    }

    /// Its value, if exactly one was sent.
    pub fn read<'a>(&self, config: &Config, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(config);
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        // Two of one name: another host of the site may have set one.
        values.next().filter(|it| !it.is_empty() && values.next().is_none())
    }

    /// `Set-Cookie` for a secret that scripts can't read and that cross-site requests don't send.
    pub fn set(&self, config: &Config, value: &str) -> HeaderValue {
        self.header(config, value, self.max_age_s)
    }

    pub fn clear(&self, config: &Config) -> HeaderValue {
        self.header(config, "", Some(0))
    }

    fn header(&self, config: &Config, value: &str, max_age_s: Option<u32>) -> HeaderValue {
        let secure = if config.pages_secure() { "; Secure" } else { "" };
        let age = max_age_s.map(|it| format!("; Max-Age={it}")).unwrap_or_default();
        let name = self.name(config);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_among_others_and_never_when_doubled() {
        let config = config("http://localhost:8080");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; senim_session=abc; b=2".parse().unwrap());
        assert_eq!(SESSION.read(&config, &headers), Some("abc"));
        assert_eq!(CONSOLE.read(&config, &headers), None);
        headers.append(header::COOKIE, "senim_session=def".parse().unwrap());
        assert_eq!(SESSION.read(&config, &headers), None);
    }

    /// Another host of the same site can set `senim_session`, and can't set `__Host-senim_session`.
    #[test]
    fn over_tls_a_neighbours_cookie_is_not_read() {
        let config = config("https://id.example.kz");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "senim_session=planted".parse().unwrap());
        assert_eq!(SESSION.read(&config, &headers), None);
        headers.insert(header::COOKIE, "__Host-senim_session=own".parse().unwrap());
        assert_eq!(SESSION.read(&config, &headers), Some("own"));
        for cookie in [SESSION, BROWSER, CONSOLE, CONSOLE_BROWSER] {
            let set = cookie.set(&config, "x").to_str().unwrap().to_owned();
            assert!(set.starts_with("__Host-") && set.contains("; Path=/;"), "{set}");
            assert!(set.ends_with("; Secure") && !set.contains("Domain"), "{set}");
        }
    }

    fn config(pages_url: &str) -> Config {
        let example = include_str!("../../senim.example.toml");
        let text = example.replace("http://localhost:8080", pages_url);
        toml::from_str(&text).unwrap()
    }
}
