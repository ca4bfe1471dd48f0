//! The tests' own clock: they stand outside of what takes its time as an argument.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970, as JWTs count them.
#[expect(
    clippy::disallowed_methods,
    reason = "a client outside the platform has a clock of its own"
)]
pub fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    #[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
    pub fn elapsed(self) -> Duration {
        Instant::now().duration_since(self.0)
    }
}

/// Tries until it succeeds, or gives the last error after `limit`.
pub async fn until<T, F: AsyncFnMut() -> anyhow::Result<T>>(
    what: &str,
    limit: Duration,
    mut attempt: F,
) -> anyhow::Result<T> {
    let watch = Stopwatch::start();
    loop {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) if watch.elapsed() > limit => {
                return Err(error.context(format!("{what}: not within {limit:?}")));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
