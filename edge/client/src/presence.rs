//! How a consumer says that the client is there while it reads (FAPI 1.0 part 1 §6.2.1).

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::request::Request;

/// A client who uses the consumer's application now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// When they last signed in there.
    pub signed_in_at: DateTime<Utc>,
    /// The address that they come from.
    pub ip_address: IpAddr,
}

impl Request {
    /// Without it a read counts as one without the client, which the consent must cover.
    #[must_use]
    pub fn attended(self, presence: &Presence) -> Self {
        // RFC 9110 §5.6.7.
        let date = presence.signed_in_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        self.with_header("x-fapi-auth-date", &date)
            .with_header("x-fapi-customer-ip-address", &presence.ip_address.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_those_of_fapi() {
        let presence = Presence {
            signed_in_at: DateTime::from_timestamp(1_800_000_000, 5).unwrap(),
            ip_address: "2001:db8::7".parse().unwrap(),
        };
        let read = Request::get("https://edge/accounts".to_owned()).attended(&presence);
        assert_eq!(read.header("x-fapi-auth-date"), Some("Fri, 15 Jan 2027 08:00:00 GMT"));
        assert_eq!(read.header("x-fapi-customer-ip-address"), Some("2001:db8::7"));
    }
}
