//! Where the outside world reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

#[expect(
    clippy::disallowed_methods,
    reason = "the world's edge: everything else is handed the time"
)]
pub fn now() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(second, since.subsec_nanos()).unwrap_or_default()
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
