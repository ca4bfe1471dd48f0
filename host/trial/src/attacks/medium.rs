//! What a print and a screen make of a scene on its way to the camera.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use image::RgbImage;

use super::pixels::{self, HEIGHT, Place, WIDTH, at, mixed, smooth, wave};
use super::rng::Rng;
use crate::actor::Mien;

/// A sheet or a display held before the camera: where it is at a moment.
struct Held {
    size: f32,
    phase: f32,
    sway: f32,
    roll: f32,
}

impl Held {
    fn new(size: f32, rng: &mut Rng) -> Self {
        Self {
            size,
            phase: rng.between(0.0, 6.0),
            sway: rng.between(1.5, 6.0),
            roll: rng.between(-0.04, 0.04),
        }
    }

    /// The place on it, as shares of its sides, that a pixel of the camera shows: a plane in perspective,
    /// tilted as the challenge asks, for that is all that one can do with it.
    fn place(&self, at_ms: u32, mien: &Mien) -> impl Fn(f32, f32) -> Place {
        let seconds = at_ms as f32 / 1000.0 + self.phase;
        let shift = (self.sway * (seconds * 1.7).sin(), self.sway * (seconds * 2.3).cos());
        let tilt = (
            mien.turn * 0.55 + 0.03 * (seconds * 0.9).sin(),
            -mien.nod * 0.45 + 0.03 * (seconds * 1.1).cos(),
        );
        let size = self.size * (1.0 + 0.42 * mien.closer);
        let (roll_sine, roll_cosine) = (self.roll + 0.01 * seconds.sin()).sin_cos();
        let (tan, cosine) = ((tilt.0.tan(), tilt.1.tan()), (tilt.0.cos(), tilt.1.cos()));
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        move |x, y| {
            let x = (x - width / 2.0 - shift.0) / width / size;
            let y = (y - height / 2.0 - shift.1) / width / size;
            let (x, y) = (x * roll_cosine + y * roll_sine, y * roll_cosine - x * roll_sine);
            // A plane turned about both axes, seen from one and a half widths away.
            let depth = 1.0 - (x * tan.0 + y * tan.1) / 1.5;
            let (x, y) = (x / cosine.0 / depth, y / cosine.1 / depth);
            (x + 0.5, y * width / height + 0.5)
        }
    }
}

/// Sine and cosine of each ink's raster: 15°, 75° and nearly 45°.
const ANGLES: [(f32, f32); 3] = [(0.2588, 0.9659), (0.9659, 0.2588), (0.7072, 0.7070)];

/// Still ink on paper.
pub(super) struct Print {
    held: Held,
    dots: f32,
    strength: f32,
    blur: u32,
    paper: [f32; 3],
    desk: [f32; 3],
}

impl Print {
    pub(super) fn new(rng: &mut Rng) -> Self {
        // Half of them fill the frame, so that no edge of the sheet tells.
        let size = if rng.below(2) == 0 { rng.between(0.72, 0.92) } else { rng.between(1.02, 1.2) };
        let grey = rng.between(60.0, 170.0);
        Self {
            held: Held::new(size, rng),
            dots: rng.between(2.6, 5.5),
            strength: rng.between(0.03, 0.16),
            blur: rng.below(2),
            paper: [
                rng.between(225.0, 245.0),
                rng.between(222.0, 242.0),
                rng.between(210.0, 238.0),
            ],
            desk: [grey, grey * rng.between(0.85, 1.05), grey * rng.between(0.75, 1.0)],
        }
    }

    pub(super) fn show(&self, scene: &RgbImage, at_ms: u32, mien: &Mien) -> RgbImage {
        let place = self.held.place(at_ms, mien);
        let (width, height) = (scene.width() as f32, scene.height() as f32);
        let shown = pixels::painted(WIDTH, HEIGHT, |x, y| {
            let (across, down) = place(x, y);
            let outside = (-across).max(across - 1.0).max((-down).max(down - 1.0));
            if outside > 0.0 {
                // The desk, with the sheet's shadow on it.
                return self.desk.map(|it| it * (0.75 + 0.25 * smooth(0.0, 0.03, outside)));
            }
            if outside > -0.015 {
                return self.paper;
            }
            let (u, v) = (across * width, down * height);
            self.inked(at(scene, (u, v)), (u, v))
        });
        pixels::blurred(&shown, self.blur)
    }

    /// The print itself.
    pub(super) fn ink(&self, scene: &RgbImage) -> RgbImage {
        let mut shown = scene.clone();
        pixels::changed(&mut shown, |x, y, colour| self.inked(colour, (x, y)));
        shown
    }

    /// What is worn, moved as a head moves it: a sheet that fills the frame.
    pub(super) fn carried(&self, worn: &RgbImage, at_ms: u32, mien: &Mien) -> RgbImage {
        let place = self.held.place(at_ms, mien);
        let (width, height) = (worn.width() as f32, worn.height() as f32);
        pixels::painted(WIDTH, HEIGHT, |x, y| {
            let (across, down) = place(x, y);
            at(worn, (across * width, down * height))
        })
    }

    /// Paper is never black nor as bright as a face in the light, and each ink has its raster's angle.
    fn inked(&self, ink: [f32; 3], (u, v): Place) -> [f32; 3] {
        let fibre = (wave(u * 0.113) * wave(v * 0.132) + wave(u * 0.366 + v * 0.271)) * 1.5;
        std::array::from_fn(|it| {
            let (sine, cosine) = ANGLES[it];
            let raster = wave((u * cosine + v * sine) / self.dots)
                * wave((v * cosine - u * sine) / self.dots);
            let light = (30.0 + ink[it] * 0.78) * (1.0 + self.strength * raster) + fibre;
            light * self.paper[it] / 240.0
        })
    }
}

/// A display that shows the scene as it moves.
pub(super) struct Screen {
    held: Held,
    grid: f32,
    strength: f32,
    band: f32,
    glare: (Place, f32),
    blur: u32,
    tint: [f32; 3],
}

impl Screen {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let size =
            if rng.below(2) == 0 { rng.between(0.75, 0.95) } else { rng.between(1.02, 1.25) };
        Self {
            held: Held::new(size, rng),
            grid: rng.between(1.7, 3.9),
            strength: rng.between(0.04, 0.28),
            band: rng.between(0.0, 0.10),
            glare: ((rng.between(0.1, 0.9), rng.between(0.0, 0.6)), rng.between(0.0, 70.0)),
            blur: rng.below(2),
            tint: [rng.between(0.90, 0.98), 1.0, rng.between(1.02, 1.14)],
        }
    }

    pub(super) fn show(&self, scene: &RgbImage, at_ms: u32, mien: &Mien) -> RgbImage {
        // It shows the action itself; only coming closer is done with the display.
        let mien = Mien { closer: mien.closer, ..Mien::default() };
        let place = self.held.place(at_ms, &mien);
        let (width, height) = (scene.width() as f32, scene.height() as f32);
        let band_at = (at_ms as f32 / 730.0).fract() * 1.4 - 0.2;
        let shown = pixels::painted(WIDTH, HEIGHT, |x, y| {
            let (across, down) = place(x, y);
            let outside = (-across).max(across - 1.0).max((-down).max(down - 1.0));
            let ((glare_x, glare_y), glare) = self.glare;
            let glint =
                glare * (-((across - glare_x).powi(2) + (down - glare_y).powi(2)) * 18.0).exp();
            if outside > 0.045 {
                return [96.0, 92.0, 88.0];
            }
            if outside > 0.0 {
                return [14.0 + glint * 0.5; 3];
            }
            let (u, v) = (across * width, down * height);
            let light = at(scene, (u, v));
            let band = 1.0 - self.band * (-((down - band_at) * 7.0).powi(2)).exp();
            let rows = wave(v / self.grid);
            std::array::from_fn(|it| {
                let columns = wave(u / self.grid + it as f32 / 3.0);
                let grid = 1.0 + self.strength * (0.7 * columns + 0.3 * rows);
                // About a gamma of 1.12.
                let shown = light[it] * (0.84 + 0.16 * light[it] / 255.0) * self.tint[it];
                shown * grid * band + 6.0 + glint
            })
        });
        pixels::blurred(&shown, self.blur)
    }
}

/// Where a head is, as the light of a screen meets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) middle: Place,
    /// Half its width and half its height.
    pub(crate) half: Place,
}

/// The screen's light on a sheet or a display near it: strongest in the middle, and a little on what is around.
pub(super) fn lit(scene: &mut RgbImage, face: (Place, f32), light: [u8; 3], strength: f32) {
    let ((x, y), radius) = face;
    shone(scene, light, strength, |px, py| 1.0 - smooth(0.5, 1.5, (px - x).hypot(py - y) / radius));
}

/// The screen's light on a head before it: by the cosine of the angle at which each place of an ellipsoid looks at it,
/// and a little on what is around.
pub(crate) fn lit_head(scene: &mut RgbImage, head: Head, light: [u8; 3], strength: f32) {
    let Head { middle: (x, y), half: (width, height) } = head;
    shone(scene, light, strength, |px, py| {
        (1.0 - ((px - x) / width).powi(2) - ((py - y) / height).powi(2)).max(0.0).sqrt()
    });
}

fn shone(scene: &mut RgbImage, light: [u8; 3], strength: f32, share: impl Fn(f32, f32) -> f32) {
    let light = light.map(f32::from);
    pixels::changed(scene, |px, py, colour| {
        let share = 0.12 + 0.88 * share(px, py);
        // What is lit reflects by its own colour, over the room's light.
        std::array::from_fn(|it| {
            colour[it] * (1.0 - 0.05 * share)
                + strength * share * light[it] * (0.25 + colour[it] / 255.0)
        })
    });
}

/// Light taken over from one face to another: mean and spread, within the mask.
pub(super) fn matched(colour: [f32; 3], from: &Tone, to: &Tone) -> [f32; 3] {
    std::array::from_fn(|it| {
        let spread = (to.spread[it] / from.spread[it].max(1.0)).clamp(0.6, 1.6);
        to.mean[it] + (colour[it] - from.mean[it]) * spread
    })
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    mean: [f32; 3],
    spread: [f32; 3],
}

impl Tone {
    pub(super) fn of(picture: &RgbImage, places: &[Place]) -> Self {
        let lights: Vec<[f32; 3]> = places.iter().map(|it| at(picture, *it)).collect();
        let count = lights.len().max(1) as f32;
        let mean =
            std::array::from_fn(|it| lights.iter().map(|light| light[it]).sum::<f32>() / count);
        let spread = std::array::from_fn(|it: usize| {
            let squares = lights.iter().map(|light| (light[it] - mean[it]).powi(2));
            (squares.sum::<f32>() / count).sqrt()
        });
        Self { mean, spread }
    }
}

/// `share` of the way from one picture's colour to another's.
pub(super) fn blend(under: [f32; 3], over: [f32; 3], share: f32) -> [f32; 3] {
    if share <= 0.0 { under } else { mixed(under, over, share) }
}
