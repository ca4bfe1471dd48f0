//! How much a rate would vary with other people: resamples people, not pairs.
//!
//! Pairs of pictures share people, so they are not independent and a binomial interval is too narrow
//! (ISO/IEC 19795-1 annex B; Bolle, Ratha and Pankanti 2004, "subsets bootstrap").

#![expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]

use super::rates::Interval;
use super::scores::Scores;

/// A person in the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The number of their templates.
    pub pictures: u32,
    /// Two people of one family never make an impostor pair; with plain labels everyone is a family of their own.
    pub family: u32,
}

/// 95 % interval of the FNMR at the threshold that each draw's own impostors set for `fmr`.
///
/// A person drawn twice counts double; the pairs between both are neither genuine nor impostors.
pub fn fnmr(scores: &Scores, people: &[Person], fmr: f64, draws: usize, seed: u64) -> Interval {
    let mut rng = Rng::new(seed);
    let mut rates: Vec<f64> =
        (0..draws).filter_map(|_| rate(scores, people, &rng.draw(people.len()), fmr)).collect();
    rates.sort_unstable_by(f64::total_cmp);
    middle_95(&rates)
}

fn rate(scores: &Scores, people: &[Person], times: &[u32], fmr: f64) -> Option<f64> {
    let allowed = fmr * impostor_weight(people, times) + 1e-9;
    let mut matched = 0.0;
    let mut similarity = None;
    for pair in scores.impostors() {
        let [a, b] = pair.people.map(|it| f64::from(times[it as usize]));
        matched += a * b;
        if matched > allowed {
            similarity = Some(pair.score.next_up());
            break;
        }
    }
    Some(below(scores, times, similarity?))
}

/// The weighted share of genuine pairs below the threshold.
fn below(scores: &Scores, times: &[u32], similarity: f32) -> f64 {
    let (mut out, mut all) = (0_u64, 0_u64);
    for pair in scores.genuine() {
        let times = u64::from(times[pair.person as usize]);
        all += times;
        if pair.score < similarity {
            out += times;
        }
    }
    if all == 0 { 0.0 } else { out as f64 / all as f64 }
}

/// The number of impostor pairs in a sample: all pairs except those within families.
fn impostor_weight(people: &[Person], times: &[u32]) -> f64 {
    let families = people.iter().map(|it| it.family as usize + 1).max().unwrap_or(0);
    let mut family = vec![0.0; families];
    for (person, times) in people.iter().zip(times) {
        family[person.family as usize] += f64::from(person.pictures) * f64::from(*times);
    }
    let all: f64 = family.iter().sum();
    (all * all - family.iter().map(|it| it * it).sum::<f64>()) / 2.0
}

fn middle_95(sorted: &[f64]) -> Interval {
    let at = |share: usize| {
        sorted.get((sorted.len() * share / 1000).min(sorted.len().saturating_sub(1))).copied()
    };
    Interval { low: at(25).unwrap_or(0.0), high: at(975).unwrap_or(1.0) }
}

/// `SplitMix64` (Steele, Lea and Flood 2014): the same seed, the same trial.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// In `[0, end)`; biased by less than `end` in 2^64.
    #[expect(clippy::cast_possible_truncation, reason = "below `end`")]
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.word()) * end as u128) >> 64) as usize
    }

    /// How often each of `count` is drawn in `count` draws with replacement.
    fn draw(&mut self, count: usize) -> Vec<u32> {
        let mut times = vec![0; count];
        for _ in 0..count {
            times[self.below(count)] += 1;
        }
        times
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // First words of SplitMix64 seeded with 1234567, as its reference code prints them.
        let mut rng = Rng::new(1_234_567);
        assert_eq!(
            [rng.word(), rng.word(), rng.word()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn one_bad_person_widens_the_interval_beyond_wilsons() {
        // 40 people with 25 pairs each; one person fails in all of theirs.
        let mut scores = Scores::keeping(10_000);
        for person in 0..40 {
            for _ in 0..25 {
                scores.add_genuine(if person == 0 { 0.1 } else { 0.9 }, person);
            }
            for other in 0..person {
                scores.add_impostor(0.2, [person, other]);
            }
        }
        scores.finish();
        let people: Vec<_> = (0..40).map(|family| Person { pictures: 5, family }).collect();
        let asked = fnmr(&scores, &people, 0.001, 2_000, 7);
        let wilson = scores.false_non_matches(0.5).wilson();
        assert!(asked.low.abs() < 1e-12, "a draw without that person has no error: {asked:?}");
        // That person comes 3 times or more in 8 % of all draws (Poisson): .075 is within, .125 is not.
        assert!((0.07..0.12).contains(&asked.high), "{asked:?}");
        assert!(wilson.high < 0.038, "{wilson:?}");
        assert_eq!(
            asked,
            fnmr(&scores, &people, 0.001, 2_000, 7),
            "the same seed, the same interval"
        );
    }

    #[test]
    fn pairs_within_a_family_are_no_impostors() {
        let people = [(2, 0), (3, 0), (4, 1)].map(|(pictures, family)| Person { pictures, family });
        assert!((impostor_weight(&people, &[1, 1, 1]) - 20.0).abs() < 1e-9);
        assert!((impostor_weight(&people, &[2, 0, 1]) - 16.0).abs() < 1e-9);
    }
}
