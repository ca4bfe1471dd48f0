//! The order in which to try solutions: requests are distributed by weight (BIO-5).

use sha2::{Digest as _, Sha256};

/// A solution as the distribution sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its share among the ready ones. 0: only when a participant chooses it.
    pub weight: u32,
    /// Healthy, and not under maintenance.
    pub ready: bool,
}

/// The order in which to try: indexes of the ready candidates with a weight, each once. Each is first
/// with a probability of its weight's share among all; the same holds for the second among the rest, and so on.
pub fn order(candidates: &[Candidate], rng: [u8; 32]) -> Vec<usize> {
    let mut left: Vec<(usize, u64)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, it)| it.ready && it.weight > 0)
        .map(|(index, it)| (index, u64::from(it.weight)))
        .collect();
    let mut rng = rng;
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let total: u64 = left.iter().map(|it| it.1).sum();
        // A remainder of 128 bits: the bias is below 2^-60.
        let drawn = u128::from_be_bytes(*rng.first_chunk().unwrap_or(&[0; 16]));
        let mut drawn = u64::try_from(drawn % u128::from(total)).unwrap_or_default();
        let place = left.iter().position(|&(_, weight)| {
            let taken = drawn < weight;
            drawn = drawn.saturating_sub(weight);
            taken
        });
        order.push(left.remove(place.unwrap_or_default()).0);
        rng = Sha256::digest(rng).into();
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_ready_solution_with_a_weight_is_in_the_order_once(
            solutions in prop::collection::vec((0_u32..5, any::<bool>()), 0..8),
            rng in any::<[u8; 32]>(),
        ) {
            let candidates = candidates(&solutions);
            let mut order = order(&candidates, rng);
            order.sort_unstable();
            let expected: Vec<usize> = (0..candidates.len())
                .filter(|&it| candidates[it].ready && candidates[it].weight > 0)
                .collect();
            prop_assert_eq!(order, expected);
        }

        #[test]
        fn the_greatest_weights_do_not_overflow(rng in any::<[u8; 32]>()) {
            let greatest = [Candidate { weight: u32::MAX, ready: true }; 5];
            prop_assert_eq!(order(&greatest, rng).len(), 5);
        }
    }

    /// 20,000 draws of fixed seeds: each share within 1.5 percentage points, which is four standard deviations.
    #[test]
    fn shares_are_as_the_weights_and_so_are_the_fallbacks() {
        let candidates = candidates(&[(1, true), (3, true), (6, true), (9, false), (0, true)]);
        let mut first = [0_u32; 5];
        let mut second_after_last = [0_u32; 5];
        let draws = 20_000_u32;
        for draw in 0..draws {
            let order = order(&candidates, Sha256::digest(draw.to_be_bytes()).into());
            first[order[0]] += 1;
            if order[0] == 2 {
                second_after_last[order[1]] += 1;
            }
        }
        let share = |of: u32, all: u32| f64::from(of) / f64::from(all);
        for (index, expected) in [(0, 0.1), (1, 0.3), (2, 0.6), (3, 0.0), (4, 0.0)] {
            assert!((share(first[index], draws) - expected).abs() < 0.015, "{first:?}");
        }
        // Without the third, the others have 1 and 3 of 4.
        let fell = first[2];
        assert!((share(second_after_last[0], fell) - 0.25).abs() < 0.02, "{second_after_last:?}");
        assert!((share(second_after_last[1], fell) - 0.75).abs() < 0.02, "{second_after_last:?}");
    }

    fn candidates(solutions: &[(u32, bool)]) -> Vec<Candidate> {
        solutions.iter().map(|&(weight, ready)| Candidate { weight, ready }).collect()
    }
}
