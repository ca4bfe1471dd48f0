//! Similarities of many pairs in little memory: a histogram of all, and the exact values that set thresholds.

#![expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]

use serde::{Deserialize, Serialize};

use super::rates::Share;

/// Where the histogram begins and ends: cosines.
const FROM: f32 = -1.0;
const BINS: usize = 400;
const BIN: f32 = 0.005;

/// A pair of pictures of one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Genuine {
    pub score: f32,
    pub person: u32,
}

/// A pair of pictures of two people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impostor {
    pub score: f32,
    pub people: [u32; 2],
}

/// The similarity from which two images count as one person, and how many impostors reach it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    pub similarity: f32,
    pub false_matches: Share,
}

/// One point of the ROC and DET curves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub similarity: f32,
    pub fmr: f64,
    pub fnmr: f64,
}

/// The similarities of one set of pairs. 87 million impostor pairs take a few megabytes.
#[derive(Clone, Debug)]
pub struct Scores {
    genuine: Vec<Genuine>,
    impostors: Tail,
    sorted: bool,
}

impl Scores {
    /// Keeps the `kept` highest impostors exactly; thresholds below them are not available.
    pub fn keeping(kept: usize) -> Self {
        Self { genuine: Vec::new(), impostors: Tail::keeping(kept), sorted: true }
    }

    /// NaN is an error of the solution and must not be passed here.
    pub fn add_genuine(&mut self, score: f32, person: u32) {
        self.genuine.push(Genuine { score, person });
        self.sorted = false;
    }

    #[inline]
    pub fn add_impostor(&mut self, score: f32, people: [u32; 2]) {
        self.impostors.add(Impostor { score, people });
        self.sorted = false;
    }

    /// Sorts the added similarities. Call it before any query.
    pub fn finish(&mut self) {
        self.genuine.sort_unstable_by(|a, b| a.score.total_cmp(&b.score));
        self.impostors.finish();
        self.sorted = true;
    }

    /// The lowest first.
    pub fn genuine(&self) -> &[Genuine] {
        debug_assert!(self.sorted, "ask after `finish`");
        &self.genuine
    }

    /// Those kept, the highest first.
    pub fn impostors(&self) -> &[Impostor] {
        debug_assert!(self.sorted, "ask after `finish`");
        &self.impostors.top
    }

    pub fn impostor_pairs(&self) -> u64 {
        self.impostors.seen
    }

    /// The lowest threshold at which no more than `fmr` of the impostors match. `None` if fewer were kept than
    /// that, or there are none.
    pub fn threshold(&self, fmr: f64) -> Option<Threshold> {
        let allowed = allowed(fmr, self.impostors.seen);
        let first_out = self.impostors().get(usize::try_from(allowed).ok()?)?;
        let similarity = first_out.score.next_up();
        let matched = self.impostors().partition_point(|it| it.score >= similarity) as u64;
        Some(Threshold { similarity, false_matches: Share::new(matched, self.impostors.seen) })
    }

    /// How many genuine pairs do not match at this threshold.
    pub fn false_non_matches(&self, similarity: f32) -> Share {
        let below = self.genuine().partition_point(|it| it.score < similarity);
        Share::new(below as u64, self.genuine.len() as u64)
    }

    /// How many impostor pairs match at this threshold: exact above the kept ones, else to the histogram's
    /// bin, rounded up.
    pub fn false_matches(&self, similarity: f32) -> Share {
        let kept = self.impostors();
        let whole = kept.len() as u64 == self.impostors.seen;
        let hits = if whole || kept.last().is_some_and(|lowest| lowest.score < similarity) {
            kept.partition_point(|it| it.score >= similarity) as u64
        } else {
            self.impostors.histogram.from(similarity)
        };
        Share::new(hits, self.impostors.seen)
    }

    /// Points of the DET curve: ten a decade of FMR as far down as the pairs allow, then the histogram's edges.
    pub fn curve(&self) -> Vec<Point> {
        let mut points: Vec<Point> = (0..=70)
            .rev()
            .map(|tenth| 10_f64.powf(-f64::from(tenth) / 10.0))
            .filter(|fmr| *fmr * self.impostors.seen as f64 >= 1.0)
            .filter_map(|fmr| self.threshold(fmr))
            .map(|it| self.point(it.similarity))
            .collect();
        let lowest = points.last().map_or(f32::INFINITY, |it| it.similarity);
        let edges = (0..BINS).rev().map(edge).filter(|it| *it < lowest);
        points.extend(edges.map(|it| self.point(it)));
        points.dedup_by(|a, b| (a.fmr, a.fnmr).eq(&(b.fmr, b.fnmr)));
        points
    }

    fn point(&self, similarity: f32) -> Point {
        Point {
            similarity,
            fmr: self.false_matches(similarity).value(),
            fnmr: self.false_non_matches(similarity).value(),
        }
    }

    /// The equal error rate (to a histogram's bin).
    pub fn equal_error_rate(&self) -> f64 {
        let points = (0..BINS).map(|bin| self.point(edge(bin)));
        let apart = |it: &Point| (it.fmr - it.fnmr).abs();
        points
            .min_by(|a, b| apart(a).total_cmp(&apart(b)))
            .map_or(0.0, |it| f64::midpoint(it.fmr, it.fnmr))
    }

    /// Genuine and impostor pairs a bin of .005 from −1 to 1.
    pub fn histograms(&self) -> (Vec<u64>, Vec<u64>) {
        let mut genuine = Histogram::default();
        for pair in &self.genuine {
            genuine.add(pair.score);
        }
        (genuine.bins, self.impostors.histogram.bins.clone())
    }
}

/// How many of `pairs` may match at this rate. A small epsilon is added, so that 1e-3 of 3,000 is 3.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
pub(super) fn allowed(fmr: f64, pairs: u64) -> u64 {
    (fmr * pairs as f64 + 1e-9).floor() as u64
}

fn edge(bin: usize) -> f32 {
    FROM + bin as f32 * BIN
}

#[derive(Clone, Debug)]
struct Histogram {
    bins: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { bins: vec![0; BINS] }
    }
}

impl Histogram {
    #[inline]
    fn add(&mut self, score: f32) {
        self.bins[bin(score)] += 1;
    }

    fn from(&self, score: f32) -> u64 {
        self.bins[bin(score)..].iter().sum()
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` stays within bounds"
)]
fn bin(score: f32) -> usize {
    (((score - FROM) / BIN + 1e-3).max(0.0) as usize).min(BINS - 1)
}

/// The highest values of a stream, and a histogram of all of them.
#[derive(Clone, Debug)]
struct Tail {
    histogram: Histogram,
    top: Vec<Impostor>,
    kept: usize,
    /// Values below it can no longer be among the highest.
    floor: f32,
    seen: u64,
}

impl Tail {
    fn keeping(kept: usize) -> Self {
        let kept = kept.max(1);
        Self {
            histogram: Histogram::default(),
            top: Vec::new(),
            kept,
            floor: f32::NEG_INFINITY,
            seen: 0,
        }
    }

    #[inline]
    fn add(&mut self, pair: Impostor) {
        self.seen += 1;
        self.histogram.add(pair.score);
        if pair.score > self.floor {
            self.top.push(pair);
            if self.top.len() == 2 * self.kept {
                self.shrink();
            }
        }
    }

    fn shrink(&mut self) {
        if self.top.len() > self.kept {
            self.top.select_nth_unstable_by(self.kept - 1, |a, b| b.score.total_cmp(&a.score));
            self.top.truncate(self.kept);
            self.floor = self.top.iter().map(|it| it.score).fold(f32::INFINITY, f32::min);
        }
    }

    fn finish(&mut self) {
        self.shrink();
        self.top.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rates_of_ten_pairs_are_those_counted_by_hand() {
        let scores = hand();
        // Of ten impostors, one may match at 10 %: .55 does, .50 must not.
        let threshold = scores.threshold(0.1).unwrap();
        assert_eq!(threshold.false_matches, Share::new(1, 10));
        assert!(threshold.similarity > 0.50 && threshold.similarity <= 0.501);
        assert_eq!(scores.false_non_matches(threshold.similarity), Share::new(1, 5));
        // None may at 5 %.
        let strict = scores.threshold(0.05).unwrap();
        assert_eq!(strict.false_matches, Share::new(0, 10));
        assert_eq!(scores.false_non_matches(strict.similarity), Share::new(2, 5));
        assert_eq!(scores.false_matches(0.25), Share::new(6, 10));
        // With ten impostors there is no rate that accepts all of them.
        assert_eq!(scores.threshold(1.0), None);
    }

    #[test]
    fn equal_scores_stand_on_the_same_side_of_a_threshold() {
        let mut scores = Scores::keeping(100);
        for score in [0.9, 0.7, 0.7, 0.7, 0.1] {
            scores.add_impostor(score, [0, 1]);
        }
        scores.finish();
        // Two of five would be allowed; the second is one of three equals.
        assert_eq!(scores.threshold(0.4).unwrap().false_matches, Share::new(1, 5));
    }

    #[test]
    fn a_curve_falls_in_one_rate_as_it_rises_in_the_other() {
        let curve = hand().curve();
        assert!(curve.len() > 5);
        for step in curve.windows(2) {
            assert!(step[0].fmr <= step[1].fmr && step[0].fnmr >= step[1].fnmr, "{step:?}");
        }
        assert!((hand().equal_error_rate() - 0.2).abs() < 1e-9, "{}", hand().equal_error_rate());
    }

    proptest! {
        #[test]
        fn a_stream_keeps_exactly_its_highest(scores in prop::collection::vec(-1.0_f32..1.0, 1..400), kept in 1_usize..60) {
            let mut streamed = Scores::keeping(kept);
            for score in &scores {
                streamed.add_impostor(*score, [0, 1]);
            }
            streamed.finish();
            let mut sorted = scores.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.truncate(kept);
            prop_assert_eq!(streamed.impostors().iter().map(|it| it.score).collect::<Vec<_>>(), sorted);
            prop_assert_eq!(streamed.impostor_pairs(), scores.len() as u64);
            prop_assert_eq!(streamed.histograms().1.iter().sum::<u64>(), scores.len() as u64);
        }
    }

    fn hand() -> Scores {
        let mut scores = Scores::keeping(100);
        for (person, score) in (0..).zip([0.30, 0.52, 0.60, 0.70, 0.80]) {
            scores.add_genuine(score, person);
        }
        for score in [-0.20, 0.00, 0.10, 0.20, 0.30, 0.31, 0.35, 0.40, 0.50, 0.55] {
            scores.add_impostor(score, [0, 1]);
        }
        scores.finish();
        scores
    }
}
