//! A perceptual hash of an image: similar for the same image encoded again, so that repeated frames are detected.
//!
//! 256 signs of the image's lowest frequencies (a discrete cosine transform of 64 × 64 greys). Measured on the
//! genuine clip, frames 205 to 395: encoded again at quality 50 to 90, shrunk to half and back, or a little
//! brighter, at most 5 signs differ; frames a second apart differ in 24 at least, in 56 as a median.

use std::f32::consts::PI;

use crate::photo::{Image, light};

/// Two images with at most this many different signs count as the same.
pub const SAME_MAX: u32 = 7;

/// Two prints with at most [`SAME_MAX`] different signs share one of this many bands, by which they are found.
pub const BANDS: usize = SAME_MAX as usize + 1;

const SIDE: usize = 64;
const WAVES: usize = 17;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print(pub [u32; BANDS]);

impl Print {
    #[expect(clippy::cast_precision_loss, reason = "numbers below 64")]
    pub fn of(image: &Image) -> Self {
        let small = image.resized(SIDE, SIDE);
        let wave = |wave: usize, at: usize| {
            (PI * wave as f32 * (2.0 * at as f32 + 1.0) / (2.0 * SIDE as f32)).cos()
        };
        let waves: Vec<[f32; SIDE]> =
            (0..WAVES).map(|it| std::array::from_fn(|at| wave(it, at))).collect();
        let grey: Vec<[f32; SIDE]> = (0..SIDE)
            .map(|y| std::array::from_fn(|x| light(small.at(x as f32, y as f32))))
            .collect();
        let dot =
            |a: &[f32; SIDE], b: &[f32; SIDE]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        // Along each row, then down the columns of that.
        let rows: Vec<[f32; SIDE]> =
            waves.iter().map(|across| std::array::from_fn(|y| dot(across, &grey[y]))).collect();
        // The first one is the picture's brightness.
        let strengths = (1..=256).map(|it| dot(&waves[it / WAVES], &rows[it % WAVES]));
        let mut bands = [0; BANDS];
        for (bit, strength) in strengths.enumerate() {
            bands[bit / 32] |= u32::from(strength > 0.0) << (bit % 32);
        }
        Self(bands)
    }

    /// The number of different signs, of 256.
    pub fn apart(&self, other: &Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_picture_a_little_darker_or_smaller_is_the_same_and_another_is_not() {
        let one = Print::of(&pattern(1280, 720, 0, 0));
        assert!(one.apart(&Print::of(&pattern(1280, 720, 0, 9))) <= SAME_MAX);
        assert!(one.apart(&Print::of(&pattern(1280, 720, 0, 0).resized(640, 360))) <= SAME_MAX);
        assert!(one.apart(&Print::of(&pattern(1280, 720, 90, 0))) > 3 * SAME_MAX);
    }

    proptest! {
        /// The store finds prints by their bands.
        #[test]
        fn prints_that_are_the_same_have_a_band_in_common(
            bands in any::<[u32; BANDS]>(),
            flips in proptest::collection::vec(0_usize..256, 0..=SAME_MAX as usize),
        ) {
            let (one, mut other) = (Print(bands), Print(bands));
            for flip in flips {
                other.0[flip / 32] ^= 1 << (flip % 32);
            }
            prop_assert!(one.apart(&other) <= SAME_MAX);
            prop_assert!(one.0.iter().zip(other.0).any(|(a, b)| *a == b));
        }
    }

    /// Blots of light, moved by `shift` pixels and darkened.
    fn pattern(width: usize, height: usize, shift: usize, darker: u8) -> Image {
        let rgb = (0..width * height).flat_map(|at| {
            let (x, y) = ((at % width + shift) * 1280 / width, at / width * 720 / height);
            let light = (x * x / 700 + x * y / 900 + y * 3 / 2) % 256;
            let light = u8::try_from(if light > 127 { 255 - light } else { light }).unwrap_or(0);
            [light.saturating_sub(darker) + 20; 3]
        });
        Image::new(width, height, rgb.collect()).unwrap()
    }
}
