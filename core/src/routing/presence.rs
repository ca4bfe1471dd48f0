//! Whether the client is there while data is read, as the consumer's request says, and how often it may be read without them
//! (OAPI-25).

use std::net::IpAddr;

use chrono::{Datelike as _, NaiveDateTime, TimeDelta};

use super::decide::Refusal;
use crate::Timestamp;
use crate::calendar;
use crate::problem::Problem;

/// A sign-in that lies further back does not say that the client is there now.
const SIGNED_IN_MAX: TimeDelta = TimeDelta::hours(24);
/// How far a consumer's clock may run ahead.
const AHEAD_MAX: TimeDelta = TimeDelta::seconds(60);

/// Both headers, or none (FAPI 1.0 part 1 §6.2.1): `x-fapi-auth-date`, when the client last signed in at the consumer, as an
/// HTTP date, and `x-fapi-customer-ip-address`. Their values are looked at here, and go nowhere else.
pub(super) fn attended(
    auth_date: &[&str],
    ip_address: &[&str],
    now: Timestamp,
) -> Result<bool, Refusal> {
    let wrong = |detail: &str| {
        Err(Refusal { problem: Problem::RequestMalformed, detail: Some(detail.to_owned()) })
    };
    let (date, address) = match (auth_date, ip_address) {
        ([], []) => return Ok(false),
        ([date], [address]) => (*date, *address),
        _ => {
            return wrong(
                "x-fapi-auth-date and x-fapi-customer-ip-address say together that the client is there: one of each, or none",
            );
        }
    };
    if address.trim().parse::<IpAddr>().is_err() {
        return wrong("x-fapi-customer-ip-address must be an IPv4 or IPv6 address");
    }
    // RFC 9110 §5.6.7: IMF-fixdate.
    let Ok(date) = NaiveDateTime::parse_from_str(date.trim(), "%a, %d %b %Y %H:%M:%S GMT") else {
        return wrong(
            "x-fapi-auth-date must be an HTTP date, such as Tue, 11 Sep 2012 19:43:31 GMT",
        );
    };
    let age = now.signed_duration_since(date.and_utc());
    if age > SIGNED_IN_MAX || age < -AHEAD_MAX {
        return wrong("x-fapi-auth-date must be of the last 24 hours for a client who is there");
    }
    Ok(true)
}

/// The day in Kazakhstan, by a number that grows by one a day.
pub fn day(now: Timestamp) -> i64 {
    calendar::day(now).num_days_from_ce().into()
}

/// When the day in Kazakhstan ends, and its count with it.
pub fn day_ends(now: Timestamp) -> Timestamp {
    calendar::day(now).succ_opt().map_or(now, calendar::beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_S: i64 = 86_400;

    const DATE: &str = "Fri, 15 Jan 2027 08:00:00 GMT";

    #[test]
    fn both_headers_or_none() {
        let told = |dates: &[&str], addresses: &[&str], second| {
            attended(dates, addresses, at(second)).map_err(|it| it.problem)
        };
        assert_eq!(told(&[], &[], 0), Ok(false));
        for address in ["192.0.2.7", "2001:db8::7"] {
            assert_eq!(told(&[DATE], &[address], 0), Ok(true));
        }
        assert_eq!(told(&[DATE], &["192.0.2.7"], DAY_S), Ok(true));
        assert_eq!(told(&[DATE], &["192.0.2.7"], -60), Ok(true));
        let dates: [(&[&str], &[&str], i64); 9] = [
            (&[DATE], &[], 0),
            (&[], &["192.0.2.7"], 0),
            (&[DATE, DATE], &["192.0.2.7"], 0),
            (&[DATE], &["192.0.2.7", "192.0.2.7"], 0),
            (&[DATE], &["client.example"], 0),
            (&["2027-01-15T08:00:00Z"], &["192.0.2.7"], 0),
            (&["Sat, 15 Jan 2027 08:00:00 GMT"], &["192.0.2.7"], 0),
            (&[DATE], &["192.0.2.7"], DAY_S + 1),
            (&[DATE], &["192.0.2.7"], -61),
        ];
        for (dates, addresses, second) in dates {
            let refused = told(dates, addresses, second);
            assert_eq!(refused, Err(Problem::RequestMalformed), "{dates:?} {addresses:?}");
        }
    }

    /// 19:00 UTC is midnight in Kazakhstan.
    #[test]
    fn a_day_is_kazakhstan_s() {
        let midnight = at(11 * 3600);
        assert_eq!(day(midnight), day(midnight - TimeDelta::seconds(1)) + 1);
        assert_eq!(day_ends(at(0)), midnight);
        assert_eq!(day_ends(midnight), midnight + TimeDelta::days(1));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
