//! The passive net's input and output: `fr_liveness` (MiniFASNetV2-SE-like) of `faceplugin-face-recognition-js`.
//!
//! Its crop is YuNet's box 2.7 times as wide, moved back into the image if it reaches over the edge, and
//! blue before red: with the package's own box and order it misjudges the known images.
//!
//! Measured by hand on 2026-11-23 (host/src/faces/tests.rs repeats the first line only) on six portraits before a 1280 × 720 camera, "live" as they fill the frame's height:
//! 0.99–1.00 (with red first 0.59–1.00); 1.3 times 0.99–1.00; 1.6 times 0.99–1.00 but one 0.29–0.55; twice
//! 0.99–1.00 but two 0.15; at three quarters, all four edges of the portrait in view, 0.03–0.99. A genuine clip of 472 frames:
//! 0.85–1.00 in 95 of 100, least 0.51. So hints keep people at arm's length, and the verdict takes the median.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use crate::photo::{Bounds, Image};

/// The side of the net's square input.
pub const PASSIVE_SIDE: usize = 128;

/// The crop's size relative to the face: what the net was trained for, and so near that a screen's or a sheet's
/// edge is not in view. Both are the same if the face fills the frame.
pub const CROPS: [f32; 2] = [2.7, 1.6];

/// Planes of blue, green, red, 0–255.
/// `scale`: how much wider than the face, one of [`CROPS`].
pub fn passive_input(image: &Image, face: &Bounds, scale: f32) -> Vec<f32> {
    let crop = around(image, face, scale);
    let area = PASSIVE_SIDE * PASSIVE_SIDE;
    let mut input = vec![0.0; 3 * area];
    let place = |index: usize, from: f32, size: f32| {
        let at = (index as f32 + 0.5) * size / PASSIVE_SIDE as f32 - 0.5;
        from + at.clamp(0.0, size - 1.0)
    };
    for at in 0..area {
        let x = place(at % PASSIVE_SIDE, crop.x, crop.width);
        let y = place(at / PASSIVE_SIDE, crop.y, crop.height);
        let [red, green, blue] = image.at(x, y);
        input[at] = blue;
        input[area + at] = green;
        input[2 * area + at] = red;
    }
    input
}

/// The share of "live" among the net's three classes; `None` if the output is not three numbers.
pub fn live_share(answer: &[f32]) -> f32 {
    let &[live, _, _] = answer else {
        return 0.0;
    };
    let greatest = answer.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = answer.iter().map(|it| (it - greatest).exp()).sum();
    (live - greatest).exp() / sum
}

fn around(image: &Image, face: &Bounds, scale: f32) -> Bounds {
    let (width, height) = (image.width() as f32 - 1.0, image.height() as f32 - 1.0);
    let scale = scale.min(width / face.width).min(height / face.height);
    let size = (face.width * scale, face.height * scale);
    let centre = face.centre();
    let x = (centre.x - size.0 / 2.0).clamp(0.0, (width - size.0).max(0.0)).floor();
    let y = (centre.y - size.1 / 2.0).clamp(0.0, (height - size.1).max(0.0)).floor();
    Bounds { x, y, width: size.0.floor().max(1.0), height: size.1.floor().max(1.0) }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_answer_is_a_share() {
        assert!((live_share(&[1.0, 1.0, 1.0]) - 1.0 / 3.0).abs() < 1e-6);
        assert!(live_share(&[90.0, 1.0, 1.0]) > 0.999);
        assert_eq!(live_share(&[]), 0.0);
    }

    #[test]
    fn the_crop_is_as_wide_as_the_picture_allows() {
        let image = Image::new(1280, 720, vec![0; 1280 * 720 * 3]).unwrap();
        let face = Bounds { x: 540.0, y: 150.0, width: 200.0, height: 300.0 };
        let crop = around(&image, &face, CROPS[0]);
        assert_eq!((crop.height, crop.y), (719.0, 0.0), "the frame's height is the limit");
        let crop =
            around(&image, &Bounds { x: 20.0, y: 300.0, width: 60.0, height: 80.0 }, CROPS[0]);
        assert_eq!((crop.x, crop.width, crop.height), (0.0, 162.0, 216.0), "moved back inside");
    }

    proptest! {
        #[test]
        fn any_box_gives_an_input(x in -50.0_f32..200.0, y in -50.0_f32..200.0, w in 1.0_f32..300.0, h in 1.0_f32..300.0) {
            let image = Image::new(90, 60, vec![7; 90 * 60 * 3]).unwrap();
            let input = passive_input(&image, &Bounds { x, y, width: w, height: h }, CROPS[0]);
            prop_assert!(input.iter().all(|it| (it - 7.0).abs() < 1e-3), "nothing from beyond the edge");
        }
    }
}
