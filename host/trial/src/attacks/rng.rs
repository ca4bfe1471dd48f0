//! Chance that is the same for the same seed, on every machine and in every version (`SplitMix64`).

pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From nought to `limit` without it.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(limit.max(1))).unwrap_or(0)
    }

    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
        let share = (self.roll() >> 40) as f32 / 16_777_216.0;
        low + share * (high - low)
    }

    /// About normal, with a deviation of one: the sum of twelve even ones.
    pub(crate) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(0.0, 1.0)).sum::<f32>() - 6.0
    }

    pub(crate) fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        for part in seed.chunks_exact_mut(8) {
            part.copy_from_slice(&self.roll().to_be_bytes());
        }
        seed
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    pub(crate) fn share(part: u32, whole: u32) -> f32 {
        part as f32 / whole as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_chance() {
        let rolls = |seed| {
            let mut rng = Rng::new(seed);
            [rng.roll(), rng.roll(), rng.roll()]
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
        // The generator's published first number for the seed nought.
        assert_eq!(rolls(0)[0], 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn normal_numbers_have_mean_0() {
        let mut rng = Rng::new(3);
        let sum: f32 = (0..2_000).map(|_| rng.normal()).sum();
        assert!((sum / 2_000.0).abs() < 0.1, "{sum}");
    }
}
