//! The console's last hour, minute by minute.

use chrono::TimeDelta;

use crate::Timestamp;

pub mod view;

pub const MINUTES_SHOWN: u64 = 60;

/// The start of the hour that the console shows; its last minute contains `now`.
pub fn hour_before(now: Timestamp) -> Timestamp {
    let into_minute = TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(60_000));
    let minutes = i64::try_from(MINUTES_SHOWN - 1).unwrap_or_default();
    now - into_minute - TimeDelta::minutes(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_sixty_minutes_the_last_of_which_is_now() {
        for second in [0, 1, 59] {
            let since = hour_before(at(40 + second));
            assert_eq!((at(40 + second) - since).num_minutes(), 59);
            assert_eq!(since.timestamp() % 60, 0);
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
