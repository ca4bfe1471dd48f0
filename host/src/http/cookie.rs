//! The two cookies of the pages: `senim_session` and `senim_console`.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Config;

pub const SESSION: &str = "senim_session";
pub const CONSOLE: &str = "senim_console";

/// The value of the cookie `name`, if exactly one was sent.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    // Two of one name: somebody on a neighbouring address planted one.
    values.next().filter(|_| values.next().is_none())
}

/// `Set-Cookie` for a secret that scripts never see and that other sites' forms never send.
pub fn set(config: &Config, name: &'static str, value: &str) -> HeaderValue {
    let secure = if config.pages_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| clear(config, name))
}

pub fn clear(config: &Config, name: &'static str) -> HeaderValue {
    let secure = if config.pages_secure() { "; Secure" } else { "" };
    let text = format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_among_others_and_never_when_doubled() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; senim_session=abc; b=2".parse().unwrap());
        assert_eq!(read(&headers, SESSION), Some("abc"));
        assert_eq!(read(&headers, CONSOLE), None);
        headers.append(header::COOKIE, "senim_session=def".parse().unwrap());
        assert_eq!(read(&headers, SESSION), None);
    }
}
