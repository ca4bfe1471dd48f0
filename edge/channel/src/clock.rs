//! Where time enters the native processes.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use senim_core::Timestamp;

#[expect(clippy::disallowed_methods, reason = "the edge where time enters")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// For durations.
#[expect(clippy::disallowed_methods, reason = "the edge where time enters")]
pub fn instant() -> Instant {
    Instant::now()
}

pub fn milliseconds_since(start: Instant) -> u32 {
    u32::try_from(instant().duration_since(start).as_millis()).unwrap_or(u32::MAX)
}
