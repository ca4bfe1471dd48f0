//! Traces of a print or a screen in an image of it: a repeating pattern, and an edge around.
//!
//! Tried and rejected, because genuine frames vary as widely as forged ones: how fine the image is inside the face's
//! outline against outside (log2 −3.2 to 2.1 on the genuine clip), the share of fine waves (.02–.40 on portraits),
//! and what is left between two frames after the best smooth warp (medians: 8 % of a genuine face at rest, 10 % of
//! a still that is moved).

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures are far below 2^24, and a wave's length is not negative"
)]

use std::f32::consts::TAU;

use serde::{Deserialize, Serialize};

use super::bezel;
use crate::photo::{Bounds, Image, Marks, Point, light};

/// Side of the analysed square in the middle of the face, in pixels.
const SIDE: usize = 128;
/// Frequencies in waves across the square: periods from 2.2 to 16 pixels. A face's own features are longer.
const WAVES: std::ops::Range<usize> = 8..58;
/// Rows and columns of the spectrum next to the axes hold edges, the camera's lines and JPEG's squares of 8.
const AXIS: usize = 3;

/// Numbers of one face's surface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texture {
    /// The strongest wave of the face's middle to the median of waves as long: log10. Skin and a camera's noise
    /// have no dominant one; a screen's dots, a print's raster and the moiré of either do.
    pub pattern: f32,
    /// The longest straight edge on each side of the face (left, right, above, below) as a share of the face's
    /// side: a screen's or a sheet's edge.
    pub edges: [f32; 4],
    /// How much of a display's dark frame is seen along each side of the picture (left, right, above, below), 0–1.
    pub bezel: [f32; 4],
}

impl Texture {
    pub fn of(image: &Image, marks: &Marks, face: &Bounds) -> Self {
        let points = marks.points();
        let centre = points[30].middle(points[27].middle(points[33]));
        Self {
            pattern: Spectrum::of(image, centre).pattern(),
            edges: edges(image, face),
            bezel: bezel::sides(image),
        }
    }
}

/// Powers of waves, `SIDE` × `SIDE`.
struct Spectrum(Vec<f32>);

impl Spectrum {
    fn of(image: &Image, centre: Point) -> Self {
        let half = SIDE as f32 / 2.0;
        let (left, top) = ((centre.x - half).floor(), (centre.y - half).floor());
        let light: Vec<f32> = (0..SIDE * SIDE)
            .map(|at| light(image.at(left + (at % SIDE) as f32, top + (at / SIDE) as f32)))
            .collect();
        let mean = light.iter().sum::<f32>() / light.len() as f32;
        let window = |at: usize| 0.5 - 0.5 * (TAU * at as f32 / (SIDE - 1) as f32).cos();
        let mut waves: Vec<[f32; 2]> = light
            .iter()
            .enumerate()
            .map(|(at, it)| [(it - mean) * window(at % SIDE) * window(at / SIDE), 0.0])
            .collect();
        for row in waves.chunks_exact_mut(SIDE) {
            transform(row);
        }
        let mut column = vec![[0.0; 2]; SIDE];
        for x in 0..SIDE {
            for (y, it) in column.iter_mut().enumerate() {
                *it = waves[y * SIDE + x];
            }
            transform(&mut column);
            for (y, it) in column.iter().enumerate() {
                waves[y * SIDE + x] = *it;
            }
        }
        Self(waves.iter().map(|[re, im]| re * re + im * im).collect())
    }

    /// Each wave once (the other half of the spectrum mirrors it): its length in waves across, and its power
    /// with its eight neighbours', over which a real pattern's peak spreads.
    fn waves(&self) -> Vec<(usize, f32)> {
        let half = SIDE / 2;
        let mut found = Vec::new();
        for y in 1..SIDE - 1 {
            let down = y.min(SIDE - y);
            for x in AXIS..half - 1 {
                let length = ((x * x + down * down) as f32).sqrt() as usize;
                let on_grid = [x, down].iter().all(|it| matches!(it % (SIDE / 8), 0 | 1 | 15));
                if down < AXIS || on_grid || !WAVES.contains(&length) {
                    continue;
                }
                let power = (y - 1..=y + 1)
                    .flat_map(|y| (x - 1..=x + 1).map(move |x| (x, y)))
                    .map(|(x, y)| self.0[y * SIDE + x])
                    .sum::<f32>();
                found.push((length, power));
            }
        }
        found
    }

    fn pattern(&self) -> f32 {
        let waves = self.waves();
        let mut rings: Vec<Vec<f32>> = vec![Vec::new(); WAVES.end];
        for (length, power) in &waves {
            rings[*length].push(*power);
        }
        let usual: Vec<f32> = (0..WAVES.end)
            .map(|ring| {
                let near = ring.saturating_sub(2)..(ring + 3).min(WAVES.end);
                let mut near: Vec<f32> = rings[near].iter().flatten().copied().collect();
                near.sort_by(f32::total_cmp);
                near.get(near.len() / 2).copied().unwrap_or(f32::INFINITY)
            })
            .collect();
        // A hundredth of a grey step: below it there is nothing to compare with, as in a drawn picture.
        let floor = 1e-4 * (SIDE * SIDE) as f32;
        let most = waves.iter().map(|(length, power)| power / usual[*length].max(floor));
        most.fold(1.0, f32::max).log10()
    }
}

/// Cooley and Tukey's transform, in place; `SIDE` is a power of two.
fn transform(values: &mut [[f32; 2]]) {
    let count = values.len();
    let mut other = 0;
    for at in 1..count {
        let mut bit = count / 2;
        while other & bit != 0 {
            other ^= bit;
            bit /= 2;
        }
        other |= bit;
        if at < other {
            values.swap(at, other);
        }
    }
    let mut length = 2;
    while length <= count {
        for start in (0..count).step_by(length) {
            for at in 0..length / 2 {
                let (sine, cosine) = (-TAU * at as f32 / length as f32).sin_cos();
                let [a, b] = values[start + at + length / 2];
                let turned = [a * cosine - b * sine, a * sine + b * cosine];
                let [a, b] = values[start + at];
                values[start + at] = [a + turned[0], b + turned[1]];
                values[start + at + length / 2] = [a - turned[0], b - turned[1]];
            }
        }
        length *= 2;
    }
}

/// The longest straight run of edge pixels on lines beside the face, as a share of the face's side.
fn edges(image: &Image, face: &Bounds) -> [f32; 4] {
    /// Grey steps between both sides of the line.
    const STEP: f32 = 24.0;
    const SAMPLES: usize = 48;
    let (width, height) = (image.width() as f32, image.height() as f32);
    // Along the line by `along`, across it by `off`; from a fifth to one and a half faces away.
    let longest = |vertical: bool, sign: f32| {
        let (length, start, edge) = if vertical {
            (face.height, face.y, if sign < 0.0 { face.x } else { face.x + face.width })
        } else {
            (face.width, face.x, if sign < 0.0 { face.y } else { face.y + face.height })
        };
        let reach = if vertical { face.width } else { face.height };
        let mut best = 0_usize;
        let mut off = 0.15 * reach;
        while off < 1.5 * reach {
            let line = edge + sign * off;
            let inside = line > 3.0 && line < if vertical { width } else { height } - 4.0;
            if inside {
                let mut run = 0;
                for at in 0..SAMPLES {
                    let along = start + length * at as f32 / (SAMPLES - 1) as f32;
                    let pair = [-2.0, 2.0].map(|it| {
                        if vertical {
                            light(image.at(line + it, along))
                        } else {
                            light(image.at(along, line + it))
                        }
                    });
                    run = if (pair[0] - pair[1]).abs() >= STEP { run + 1 } else { 0 };
                    best = best.max(run);
                }
            }
            off += 2.0;
        }
        best as f32 / SAMPLES as f32
    };
    [longest(true, -1.0), longest(true, 1.0), longest(false, -1.0), longest(false, 1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raster_stands_out_and_skin_does_not() {
        let skin = |strength: f32, period: f32| {
            let mut rng = 7_u32;
            picture(|x, y| {
                rng = rng.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (rng >> 16) as f32 / 8_192.0 - 4.0;
                let soft = 120.0 + 30.0 * (x / 40.0).sin() * (y / 55.0).cos();
                let wave = (TAU * (x * 0.8 + y * 0.6) / period).sin();
                soft * (1.0 + strength * wave) + noise
            })
        };
        let pattern = |image: &Image| Spectrum::of(image, Point { x: 100.0, y: 100.0 }).pattern();
        let plain = pattern(&skin(0.0, 4.0));
        assert!(plain < 1.3, "{plain}");
        for period in [2.7, 3.3, 4.9, 7.0, 11.0] {
            let found = pattern(&skin(0.05, period));
            println!("{period} {found}");
            assert!(found > 1.8, "{period}: {found}");
        }
    }

    #[test]
    fn a_sheet_before_a_desk_has_its_edges_around_the_face() {
        let face = Bounds { x: 90.0, y: 80.0, width: 60.0, height: 70.0 };
        let sheet = picture(|x, y| {
            if (60.0..=180.0).contains(&x) && (50.0..=200.0).contains(&y) { 200.0 } else { 60.0 }
        });
        assert!(edges(&sheet, &face).iter().all(|it| *it > 0.9));
        assert!(edges(&picture(|_, _| 100.0), &face).iter().all(|it| *it < 0.01));
    }

    fn picture(grey: impl FnMut(f32, f32) -> f32) -> Image {
        let mut grey = grey;
        let rgb = (0..240 * 240)
            .flat_map(|at| [grey((at % 240) as f32, (at / 240) as f32).clamp(0.0, 255.0) as u8; 3])
            .collect();
        Image::new(240, 240, rgb).unwrap()
    }
}
