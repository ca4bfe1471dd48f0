//! A solution's maintenance windows: at most one in 3 months and 168 hours in a calendar year (BIO-1).
//!
//! Windows that touch or overlap count as one. From the beginning of one to the beginning of the next
//! there are at least three calendar months. A year begins at midnight in Kazakhstan (OPS-7).

use chrono::{Months, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::{Timestamp, calendar};

pub const HOURS_A_YEAR_MAX: i64 = 168;

const APART: Months = Months::new(3);

/// The solution gets no requests in `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Valid windows in order of time, none touching another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintenance(Vec<Window>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaintenanceError {
    #[error("the maintenance from {0} ends before it begins")]
    Empty(Timestamp),
    #[error("the maintenance from {0} begins within 3 months of the previous one")]
    TooSoon(Timestamp),
    #[error("the calendar year {0} holds more than {HOURS_A_YEAR_MAX} hours of maintenance")]
    TooLong(i32),
}

impl Maintenance {
    /// `windows` in any order.
    pub fn new(mut windows: Vec<Window>) -> Result<Self, MaintenanceError> {
        if let Some(empty) = windows.iter().find(|it| it.until <= it.from) {
            return Err(MaintenanceError::Empty(empty.from));
        }
        windows.sort_unstable();
        let windows = windows.into_iter().fold(Vec::new(), joined);
        for pair in windows.windows(2) {
            if pair[0].from.checked_add_months(APART).is_none_or(|it| pair[1].from < it) {
                return Err(MaintenanceError::TooSoon(pair[1].from));
            }
        }
        let whole = Self(windows);
        // A window that lies across New Year counts in both years.
        let years = whole.0.iter().flat_map(|it| [it.from, it.until]).map(calendar::year);
        let full = years.into_iter().find(|&year| {
            let [from, until] = [year, year + 1].map(first_moment);
            whole.within(from, until) > TimeDelta::hours(HOURS_A_YEAR_MAX)
        });
        match full {
            Some(year) => Err(MaintenanceError::TooLong(year)),
            None => Ok(whole),
        }
    }

    pub fn is_on(&self, now: Timestamp) -> bool {
        self.0.iter().any(|it| it.from <= now && now < it.until)
    }

    /// How much of it lies between these moments.
    pub fn within(&self, from: Timestamp, until: Timestamp) -> TimeDelta {
        let shares = self.0.iter().map(|it| it.until.min(until) - it.from.max(from));
        shares.filter(|it| *it > TimeDelta::zero()).sum()
    }
}

fn first_moment(year: i32) -> Timestamp {
    calendar::beginning(NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default())
}

fn joined(mut windows: Vec<Window>, next: Window) -> Vec<Window> {
    match windows.last_mut() {
        Some(last) if next.from <= last.until => last.until = last.until.max(next.until),
        Some(_) | None => windows.push(next),
    }
    windows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-01-01T00:00:00 in Kazakhstan.
    const START: i64 = 1_767_225_600 - 5 * 3_600;

    #[test]
    fn one_week_a_quarter_is_too_much_and_forty_two_hours_are_not() {
        let quarters = ["2026-01-05", "2026-04-05", "2026-07-05", "2026-10-05", "2027-01-05"];
        let windows = |hours| quarters.map(|day| window(day, hours)).to_vec();
        assert!(Maintenance::new(windows(42)).is_ok(), "4 × 42 = 168, and the fifth is a year on");
        assert!(Maintenance::new(windows(43)).is_err());
        let mut longer = windows(42)[..4].to_vec();
        longer[3].until += TimeDelta::milliseconds(1);
        assert_eq!(Maintenance::new(longer), Err(MaintenanceError::TooLong(2026)));
        assert!(Maintenance::new(vec![window("2026-01-05", 168)]).is_ok());
        assert!(Maintenance::new(vec![window("2026-01-05", 169)]).is_err());
    }

    #[test]
    fn what_lies_across_new_year_counts_in_each_year_for_its_part() {
        // From 30 December, 19:00 UTC, on: 24 hours of the old year.
        let across = |hours| {
            let from: Timestamp = "2026-12-30T19:00:00Z".parse().unwrap();
            Window { from, until: from + TimeDelta::hours(hours) }
        };
        assert!(Maintenance::new(vec![across(24 + 168)]).is_ok());
        let much = Maintenance::new(vec![across(24 + 168 + 1)]);
        assert_eq!(much, Err(MaintenanceError::TooLong(2027)));
        let before = window("2026-09-01", 145);
        let much = Maintenance::new(vec![before, across(48)]);
        assert_eq!(much, Err(MaintenanceError::TooLong(2026)));
    }

    #[test]
    fn three_months_are_calendar_months_from_beginning_to_beginning() {
        let second_on = |day| Maintenance::new(vec![window("2026-01-31", 5), window(day, 5)]);
        // 31 January and three months: April has 30 days.
        assert!(second_on("2026-04-30").is_ok());
        assert!(matches!(second_on("2026-04-29"), Err(MaintenanceError::TooSoon(_))));
    }

    #[test]
    fn touching_windows_are_one_and_empty_ones_are_refused() {
        let first = window("2026-03-01", 4);
        let touching = Window { from: first.until, until: first.until + TimeDelta::hours(4) };
        let inside = Window { from: first.from, until: first.from + TimeDelta::hours(1) };
        let one = Maintenance::new(vec![touching, first, inside]).unwrap();
        assert_eq!(one.0, [Window { from: first.from, until: touching.until }]);
        let apart = Window { from: touching.from + TimeDelta::milliseconds(1), ..touching };
        assert_eq!(
            Maintenance::new(vec![first, apart]),
            Err(MaintenanceError::TooSoon(apart.from))
        );
        let reversed = Window { from: first.until, until: first.from };
        for empty in [reversed, Window { until: first.from, ..first }] {
            assert_eq!(Maintenance::new(vec![empty]), Err(MaintenanceError::Empty(empty.from)));
        }
    }

    #[test]
    fn a_window_holds_its_beginning_and_not_its_end() {
        let window = window("2026-03-01", 4);
        let maintenance = Maintenance::new(vec![window]).unwrap();
        let tick = TimeDelta::milliseconds(1);
        assert!(!maintenance.is_on(window.from - tick) && maintenance.is_on(window.from));
        assert!(maintenance.is_on(window.until - tick) && !maintenance.is_on(window.until));
        assert!(!Maintenance::default().is_on(window.from));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// The rules as a naive model: hour by hour, without merging windows.
        #[test]
        fn the_rules_are_those_of_counting_every_hour(
            hours in prop::collection::vec((0_i64..24 * 800, 1_i64..100), 0..7),
        ) {
            let windows: Vec<Window> = hours
                .iter()
                .map(|&(from, long)| Window { from: hour(from), until: hour(from + long) })
                .collect();
            let on = |at: i64| hours.iter().any(|&(from, long)| from <= at && at < from + long);
            let beginnings: Vec<i64> =
                (-1..24 * 1_000).filter(|&at| on(at) && !on(at - 1)).collect();
            let apart = beginnings.windows(2).all(|it| {
                hour(it[0]).checked_add_months(Months::new(3)).unwrap() <= hour(it[1])
            });
            let mut sums = vec![0_i64];
            for at in 0..24 * 1_400 {
                sums.push(sums[sums.len() - 1] + i64::from(on(at)));
            }
            // 2026 and 2027 have 365 days each, 2028 begins after them.
            let fits = [0, 1, 2].into_iter().all(|year| {
                let [from, until] = [year, year + 1].map(|it| 24 * 365 * it);
                sums[until.min(sums.len() - 1)] - sums[from] <= 168
            });
            let told = Maintenance::new(windows);
            prop_assert_eq!(told.is_ok(), apart && fits, "{:?}", &told);
            if let Ok(maintenance) = told {
                for at in (0..24 * 900).step_by(7) {
                    prop_assert_eq!(maintenance.is_on(hour(at)), on(at));
                }
            }
        }
    }

    fn window(day: &str, hours: i64) -> Window {
        let from: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
        Window { from, until: from + TimeDelta::hours(hours) }
    }

    fn hour(at: i64) -> Timestamp {
        Timestamp::from_timestamp(START + at * 3_600, 0).unwrap()
    }
}
