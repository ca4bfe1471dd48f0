//! Statistics of error rates from counts.

#![expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]

use serde::{Deserialize, Serialize};

/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// One-sided 95 %.
const DOUBT: f64 = 0.05;

/// A count of errors among trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub hits: u64,
    pub of: u64,
}

/// Both ends of a 95 % confidence interval, as shares 0–1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Share {
    pub fn new(hits: u64, of: u64) -> Self {
        Self { hits, of }
    }

    /// 0–1; 0 without trials.
    pub fn value(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.hits as f64 / self.of as f64 }
    }

    /// Wilson's score interval at 95 % (Wilson 1927; ISO/IEC 19795-1 §8 asks for an interval on every rate).
    ///
    /// It assumes independent trials, so for pairs of images of the same people it is too narrow:
    /// [`super::bootstrap`] resamples people, not pairs.
    pub fn wilson(self) -> Interval {
        if self.of == 0 {
            return Interval { low: 0.0, high: 1.0 };
        }
        let (n, p) = (self.of as f64, self.value());
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let (centre, whole) = (p + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
        Interval {
            low: if self.hits == 0 { 0.0 } else { (centre - spread) / whole },
            high: if self.hits == self.of { 1.0 } else { (centre + spread) / whole },
        }
    }
}

/// The 95 % interval of the difference `a − b` of two rates, from each one's value and interval: the distances to
/// their ends are added squared (Newcombe 1998, method 10; Zou and Donner 2008 for any two intervals).
///
/// It assumes that both are independent. Two solutions tried on the same people fail together, so the true interval is
/// narrower: a difference found here is real.
pub fn difference((a, of_a): (f64, Interval), (b, of_b): (f64, Interval)) -> Interval {
    Interval {
        low: a - b - (a - of_a.low).hypot(of_b.high - b),
        high: a - b + (of_a.high - a).hypot(b - of_b.low),
    }
}

/// The exact upper 95 % bound of a rate after no errors in `of` trials: `1 − 0.05^(1/of)`.
/// The rule of three, `3 / of`, is its approximation.
pub fn none_of(of: u64) -> f64 {
    if of == 0 { 1.0 } else { -(DOUBT.ln() / of as f64).exp_m1() }
}

/// How many trials without an error prove a rate at 95 %.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates from 1e-12 on")]
pub fn trials_to_show(rate: f64) -> u64 {
    (DOUBT.ln() / (-rate).ln_1p()).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_is_what_newcombe_published() {
        // Newcombe 1998, Statistics in Medicine 17, table I, method 3: score without continuity correction.
        for (hits, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = Share::new(hits, of).wilson();
            assert!((interval.low - low).abs() < 6e-5, "{hits} of {of}: {interval:?}");
            assert!((interval.high - high).abs() < 6e-5, "{hits} of {of}: {interval:?}");
        }
        assert_eq!(Share::new(0, 0).wilson(), Interval { low: 0.0, high: 1.0 });
        assert!((Share::new(20, 20).wilson().high - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_difference_is_what_newcombe_published() {
        // Newcombe 1998, Statistics in Medicine 17, 873–890, table II, method 10: 56/70 − 48/80 and 9/10 − 3/10.
        for (a, b, low, high) in [
            (Share::new(56, 70), Share::new(48, 80), 0.0524, 0.3339),
            (Share::new(9, 10), Share::new(3, 10), 0.1705, 0.8090),
        ] {
            let told = difference((a.value(), a.wilson()), (b.value(), b.wilson()));
            assert!((told.low - low).abs() < 6e-5 && (told.high - high).abs() < 6e-5, "{told:?}");
        }
    }

    #[test]
    fn none_of_so_many_proves_what_the_tables_say() {
        // The well-known sample sizes of "95 % sure that at most 5, 1 and 0.1 %".
        assert_eq!([0.05, 0.01, 0.001].map(trials_to_show), [59, 299, 2_995]);
        assert_eq!(trials_to_show(1e-6), 2_995_731);
        assert!((none_of(300) - 0.009_936).abs() < 1e-6, "{}", none_of(300));
        assert!((none_of(3_000_000) * 1e6 - 0.998_577).abs() < 1e-5, "{}", none_of(3_000_000));
        assert!(none_of(58) > 0.05 && none_of(59) <= 0.05);
        assert!((none_of(0) - 1.0).abs() < f64::EPSILON);
    }
}
