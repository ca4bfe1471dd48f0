//! How fast a solution answers: one request after the other, and eight at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use senim_core::trial::{Latency, Load};

/// Each part ends after its requests or this long.
const WITHIN: Duration = Duration::from_secs(20);

/// `count` requests in each part.
pub(super) fn load(count: usize, ask: &(dyn Fn() + Sync)) -> Load {
    let load_before = load_average();
    for _ in 0..3 {
        ask();
    }
    let (one_took, one) = requests(1, count, ask);
    let (eight_took, eight) = requests(8, count, ask);
    Load {
        a_minute_one_thread: a_minute(one.len(), one_took),
        one: latency(&one),
        a_minute_eight: a_minute(eight.len(), eight_took),
        eight: latency(&eight),
        requests: (one.len() + eight.len()) as u64,
        load_before,
    }
}

/// How long all took, and each of them in milliseconds.
#[expect(clippy::disallowed_methods, reason = "a measurement of time")]
fn requests(at_once: usize, count: usize, ask: &(dyn Fn() + Sync)) -> (Duration, Vec<f64>) {
    let next = AtomicUsize::new(0);
    let begin = Instant::now();
    let work = || {
        let mut took = Vec::new();
        while begin.elapsed() < WITHIN {
            if next.fetch_add(1, Ordering::Relaxed) >= count {
                break;
            }
            let asked = Instant::now();
            ask();
            took.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        took
    };
    let took = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|it| it.join().unwrap_or_default()).collect()
    });
    (begin.elapsed(), took)
}

#[expect(clippy::cast_precision_loss, reason = "hundreds")]
fn a_minute(requests: usize, took: Duration) -> f64 {
    requests as f64 * 60.0 / took.as_secs_f64()
}

fn latency(took: &[f64]) -> Latency {
    let mut sorted = took.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).max(1) - 1);
    let at = |percent| at(percent).copied().unwrap_or_default();
    Latency { median_ms: at(50), p95_ms: at(95), p99_ms: at(99) }
}

/// Of the last minute, where the machine tells it.
fn load_average() -> f64 {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninety_ninth_of_a_hundred_is_the_99th_percentile() {
        let took: Vec<f64> = (1..=100).map(f64::from).rev().collect();
        let Latency { median_ms, p95_ms, p99_ms } = latency(&took);
        assert!((median_ms, p95_ms, p99_ms) == (50.0, 95.0, 99.0), "{median_ms} {p95_ms} {p99_ms}");
        assert_eq!(latency(&[]), Latency::default());
    }

    #[test]
    fn every_request_is_counted_once() {
        let asked = AtomicUsize::new(0);
        let load = load(50, &|| {
            asked.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(load.requests, 100);
        assert_eq!(asked.load(Ordering::Relaxed), 103);
    }
}
