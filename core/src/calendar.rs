//! Kazakhstan's clock: UTC+5 all year, in the whole country (OPS-7).

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::Timestamp;

/// Since 1 March 2024.
const EAST: TimeDelta = TimeDelta::hours(5);

/// What the clocks show in Kazakhstan.
pub fn local(at: Timestamp) -> NaiveDateTime {
    (at + EAST).naive_utc()
}

/// The day that it is in Kazakhstan.
pub fn day(at: Timestamp) -> NaiveDate {
    local(at).date()
}

/// The moment at which a day begins in Kazakhstan.
pub fn beginning(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).and_utc() - EAST
}

/// The moment at which the calendar month of `at` began in Kazakhstan.
pub fn month_beginning(at: Timestamp) -> Timestamp {
    let day = day(at);
    beginning(day.with_day(1).unwrap_or(day))
}

/// The calendar year that it is in Kazakhstan.
pub fn year(at: Timestamp) -> i32 {
    day(at).year()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_five_hours_before_it_does_in_greenwich() {
        let day_of = |text: &str| day(text.parse().unwrap()).to_string();
        assert_eq!(day_of("2026-12-31T18:59:59Z"), "2026-12-31");
        assert_eq!(day_of("2026-12-31T19:00:00Z"), "2027-01-01");
        let first = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        assert_eq!(beginning(first), "2026-12-31T19:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(year(beginning(first)), 2027);
        let month_of = |text: &str| month_beginning(text.parse().unwrap());
        assert_eq!(month_of("2027-01-31T18:59:59Z"), beginning(first));
        assert_eq!(month_of("2026-12-31T18:59:59Z").to_rfc3339(), "2026-11-30T19:00:00+00:00");
    }
}
