//! The degree of match that participants see (PHM-2), from the cosine of two SFace embeddings.

/// From this degree on it is the same person (PHM-3).
pub const DEGREE_MIN: f32 = 85.0;

/// Cosine and degree at which the scale bends, from a trial on the whole of LFW, all against all, that no
/// command of this repository repeats yet: false matches at
/// .386 are 5e-4 (the operator's bound, BIO-3), at .430 1e-4, at .498 1e-5, at .584 (the middle of two label
/// sets) 1e-6. Between them the scale is straight, so that a degree tells the same on every engine.
const SCALE: [(f32, f32); 6] =
    [(0.0, 0.0), (0.386, DEGREE_MIN), (0.430, 88.0), (0.498, 92.0), (0.584, 96.0), (1.0, 100.0)];

/// 0–100. What is not a number matches nobody.
pub fn degree(cosine: f32) -> f32 {
    let bends = SCALE.windows(2).find_map(|bend| {
        let ((from, low), (to, high)) = (bend[0], bend[1]);
        (cosine >= from && cosine < to).then(|| low + (cosine - from) / (to - from) * (high - low))
    });
    bends.unwrap_or(if cosine >= 1.0 { 100.0 } else { 0.0 })
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bends_are_where_they_were_measured() {
        for (cosine, expected) in SCALE {
            assert!((degree(cosine) - expected).abs() < 1e-4, "{cosine}");
        }
        assert!(degree(0.3859) < DEGREE_MIN && degree(0.386) >= DEGREE_MIN);
        assert_eq!([degree(-1.0), degree(f32::NAN), degree(1.0001)], [0.0, 0.0, 100.0]);
    }

    proptest! {
        #[test]
        fn more_alike_is_never_less_of_a_match(a in -1.1_f32..1.1, b in -1.1_f32..1.1) {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            prop_assert!(degree(low) <= degree(high) && (0.0..=100.0).contains(&degree(a)));
        }
    }
}
