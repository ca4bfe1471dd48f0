//! Where the outside world reads the time.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

#[expect(clippy::disallowed_methods, reason = "the world's edge: everything else is handed the time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The calendar day in Kazakhstan (UTC+5, one time zone since 2024).
pub fn day_in_kazakhstan(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(5)).date_naive()
}

/// How a page tells a moment.
pub fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(5 * 3600);
    zone.map_or_else(|| at.fixed_offset(), |zone| at.with_timezone(&zone))
}
