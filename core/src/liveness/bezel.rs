//! Detects the dark frame of a display around what it shows.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small picture's sides; a line outside it is left out before"
)]

use crate::photo::{Image, light};

/// The width to which the image is reduced: a frame of a fiftieth is still six squares, and a camera's noise is gone.
const WIDTH: usize = 320;
/// How far from the image's border the frame's inner edge is searched, as a share of the side.
const REACH: f32 = 0.22;
/// The greatest tilt of a display either way, as the tangent, and the number of steps.
const SLANT: f32 = 0.08;
const SLANTS: i8 = 8;
/// The whole side except its ends, where the display's corners are.
const SAMPLES: usize = 48;
const ENDS: f32 = 0.08;
/// Grey values: a frame is darker than this, and its content is brighter than the frame by this much.
const DARK: f32 = 64.0;
const STEP: f32 = 6.0;

/// How much of the straightest line along each side of the picture (left, right, above, below) has a dark frame
/// outside and something lighter inside: 0–1.
pub(super) fn sides(image: &Image) -> [f32; 4] {
    let (width, height, grey) = squares(image);
    // `depth`: from the side inwards; `along`: on the side.
    let square = |side: usize, depth: f32, along: f32| {
        let (x, y) = match side {
            0 => (depth, along),
            1 => ((width - 1) as f32 - depth, along),
            2 => (along, depth),
            _ => (along, (height - 1) as f32 - depth),
        };
        let within = x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32;
        within.then(|| grey[y as usize * width + x as usize])
    };
    std::array::from_fn(|side| {
        let (across, length) = if side < 2 { (width, height) } else { (height, width) };
        let lines = (1..(REACH * across as f32) as usize)
            .flat_map(|depth| (-SLANTS..=SLANTS).map(move |slant| (depth as f32, slant)));
        let best = lines.map(|(depth, slant)| {
            let slant = SLANT * f32::from(slant) / f32::from(SLANTS);
            let edge = |sample: usize| {
                let share = ENDS + (1.0 - 2.0 * ENDS) * sample as f32 / (SAMPLES - 1) as f32;
                let along = share * (length - 1) as f32;
                let depth = depth + slant * (along - length as f32 / 2.0);
                let pair = square(side, depth - 1.0, along).zip(square(side, depth + 1.0, along));
                pair.is_some_and(|(frame, shown)| frame < DARK && shown - frame >= STEP)
            };
            (0..SAMPLES).filter(|it| edge(*it)).count()
        });
        best.max().unwrap_or(0) as f32 / SAMPLES as f32
    })
}

/// Sides, and the mean grey of each square.
fn squares(image: &Image) -> (usize, usize, Vec<f32>) {
    let square = (image.width() / WIDTH).max(1);
    let (width, height) = (image.width() / square, image.height() / square);
    let mut sums = vec![[0_u32; 3]; width * height];
    for (y, row) in image.rows().take(height * square).enumerate() {
        let line = &mut sums[y / square * width..][..width];
        for (sum, pixels) in line.iter_mut().zip(row.chunks_exact(3 * square)) {
            for pixel in pixels.as_chunks::<3>().0 {
                for (sum, part) in sum.iter_mut().zip(pixel) {
                    *sum += u32::from(*part);
                }
            }
        }
    }
    let pixels = (square * square) as f32;
    (width, height, sums.iter().map(|it| light(it.map(|part| part as f32 / pixels))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_held_crooked_has_its_frame_on_every_side() {
        for (width, height) in [(1280, 720), (960, 540), (540, 720)] {
            let (half_width, half_height) = (width as f32 / 2.0, height as f32 / 2.0);
            let display = picture(width, height, |x, y| {
                let (x, y) = (x - half_width, y - half_height);
                let (x, y) = (x + 0.05 * y, y - 0.05 * x);
                let out = (x.abs() - 0.88 * half_width).max(y.abs() - 0.88 * half_height);
                if out > 30.0 {
                    95.0
                } else if out > 0.0 {
                    16.0
                } else {
                    40.0 + 60.0 * (x / 90.0).sin().abs()
                }
            });
            let sides = sides(&display);
            assert!(sides.iter().all(|it| *it > 0.85), "{width} × {height}: {sides:?}");
        }
    }

    #[test]
    fn bars_of_another_ratio_are_on_two_sides_only() {
        let barred =
            picture(1280, 720, |x, _| if (160.0..1120.0).contains(&x) { 90.0 } else { 0.0 });
        let [left, right, above, below] = sides(&barred);
        assert!(left > 0.9 && right > 0.9 && above < 0.1 && below < 0.1);
    }

    #[test]
    fn a_dark_room_that_fades_to_its_edges_has_none() {
        let room = picture(1280, 720, |x, y| {
            let out = ((x - 640.0) / 640.0).hypot((y - 360.0) / 360.0);
            (90.0 - 70.0 * out * out).max(4.0)
        });
        let sides = sides(&room);
        assert!(sides.iter().all(|it| *it < 0.3), "{sides:?}");
    }

    #[test]
    fn a_picture_of_a_few_pixels_has_no_frame() {
        for (width, height) in [(1, 1), (3, 1), (1, 700), (321, 2)] {
            assert!(sides(&picture(width, height, |_, _| 20.0)).iter().all(|it| *it < 0.01));
        }
    }

    fn picture(width: usize, height: usize, grey: impl Fn(f32, f32) -> f32) -> Image {
        let rgb = (0..width * height)
            .flat_map(|at| [grey((at % width) as f32, (at / width) as f32) as u8; 3])
            .collect();
        Image::new(width, height, rgb).unwrap()
    }
}
