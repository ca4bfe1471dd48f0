//! Pixels of the attack workshop: sampling, warping, light, grain, compression.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures are far below 2^24, and pixels are clamped before they are narrowed"
)]

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, Rgb, RgbImage};

use senim_core::liveness::pack::PACK_MAX;

use super::rng::Rng;

pub(crate) const WIDTH: u32 = 1280;
pub(crate) const HEIGHT: u32 = 720;
/// What the widget keeps of a frame that is not to be matched (worker.js, KEPT).
pub(crate) const KEPT: (u32, u32) = (960, 540);

/// Where a pixel comes from: its place in the source.
pub(crate) type Place = (f32, f32);

pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture)?;
    Ok(bytes)
}

/// One session's frames: a browser compresses all of them alike, and until a pack holds them.
pub(crate) fn jpegs(frames: &[RgbImage], rng: &mut Rng) -> Result<Vec<Vec<u8>>, ImageError> {
    /// The heads and links of the frames need some of it.
    const TOGETHER_MAX: usize = PACK_MAX - 64 * 1024;
    let mut quality = u8::try_from(80 + rng.below(12)).unwrap_or(85);
    loop {
        let jpegs = frames.iter().map(|it| jpeg(it, quality)).collect::<Result<Vec<_>, _>>()?;
        let together: usize = jpegs.iter().map(Vec::len).sum();
        if together <= TOGETHER_MAX || quality < 40 {
            return Ok(jpegs);
        }
        quality -= 10;
    }
}

/// A cosine of so many whole turns, near enough for a raster (within 0.06) and several times as fast.
pub(crate) fn wave(turns: f32) -> f32 {
    let part = fraction(turns + 0.25);
    let across = part * 2.0 - 1.0;
    -4.0 * across * (1.0 - across.abs())
}

/// What is beyond the whole number below; faster than `floor` where a processor's oldest instructions are all.
fn fraction(number: f32) -> f32 {
    let cut = number as i32 as f32;
    number - if cut > number { cut - 1.0 } else { cut }
}

/// Between pixels, bilinear; beyond the edge the edge goes on.
pub(crate) fn at(picture: &RgbImage, (x, y): Place) -> [f32; 3] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    // By way of `i32`: a processor turns that into a float in one step, `usize` in many.
    let (left, top) = (x as i32, y as i32);
    let (to_right, to_bottom) = (x - left as f32, y - top as f32);
    let (left, top) = (left as usize, top as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let raw = picture.as_raw();
    let pixel = |x: usize, y: usize| {
        let start = (y * width + x) * 3;
        [f32::from(raw[start]), f32::from(raw[start + 1]), f32::from(raw[start + 2])]
    };
    let upper = mixed(pixel(left, top), pixel(right, top), to_right);
    let lower = mixed(pixel(left, bottom), pixel(right, bottom), to_right);
    mixed(upper, lower, to_bottom)
}

/// A picture made pixel by pixel.
pub(crate) fn painted(
    width: u32,
    height: u32,
    mut colour: impl FnMut(f32, f32) -> [f32; 3],
) -> RgbImage {
    let mut raw = vec![0; width as usize * height as usize * 3];
    let mut pixels = raw.chunks_exact_mut(3);
    for y in 0..height {
        for (x, pixel) in (0..width).zip(&mut pixels) {
            let [red, green, blue] = colour(x as f32, y as f32);
            pixel.copy_from_slice(&[narrow(red), narrow(green), narrow(blue)]);
        }
    }
    RgbImage::from_raw(width, height, raw).unwrap_or_default()
}

/// Each pixel changed where it is.
pub(crate) fn changed(
    picture: &mut RgbImage,
    mut change: impl FnMut(f32, f32, [f32; 3]) -> [f32; 3],
) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let Rgb([red, green, blue]) = *pixel;
        let colour = [f32::from(red), f32::from(green), f32::from(blue)];
        let [red, green, blue] = change(x as f32, y as f32, colour);
        *pixel = Rgb([narrow(red), narrow(green), narrow(blue)]);
    }
}

pub(crate) fn narrow(light: f32) -> u8 {
    (light + 0.5).clamp(0.0, 255.0) as u8
}

pub(crate) fn mixed(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

/// Nought below `low`, one above `high`, smooth between.
pub(crate) fn smooth(low: f32, high: f32, at: f32) -> f32 {
    let share = ((at - low) / (high - low)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// A box as wide as `radius` on each side, twice: near enough to a lens out of focus.
pub(crate) fn blurred(picture: &RgbImage, radius: u32) -> RgbImage {
    if radius == 0 {
        return picture.clone();
    }
    let once = slid(picture, radius, true);
    slid(&once, radius, false)
}

fn slid(picture: &RgbImage, radius: u32, across: bool) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (lines, length) = if across { (height, width) } else { (width, height) };
    let (line_step, step) = if across { (width * 3, 3) } else { (3, width * 3) };
    let raw = picture.as_raw();
    let mut out = vec![0; raw.len()];
    let radius = radius as usize;
    let share = 1.0 / (2 * radius + 1) as f32;
    for line in 0..lines {
        for part in 0..3 {
            let start = line * line_step + part;
            let light = |at: usize| u32::from(raw[start + at.min(length - 1) * step]);
            let mut sum = light(0) * radius as u32 + (0..=radius).map(light).sum::<u32>();
            for at in 0..length {
                out[start + at * step] = narrow(sum as f32 * share);
                sum += light(at + radius + 1);
                sum -= light(at.saturating_sub(radius));
            }
        }
    }
    RgbImage::from_raw(width as u32, height as u32, out).unwrap_or_default()
}

/// One camera in one session: framing, light, grain and compression stay, the hand that holds it does not.
#[derive(Clone, Debug)]
pub(crate) struct Film {
    zoom: f32,
    shift: Place,
    sway: f32,
    phase: f32,
    gain: [f32; 3],
    /// Grain to take from, over and over: a fresh number for every pixel costs more than all the rest.
    grain: Vec<f32>,
}

/// How many numbers of grain are made; a prime, so that rows never line up.
const GRAIN: usize = 65_521;

impl Film {
    pub(crate) fn genuine(rng: &mut Rng) -> Self {
        let light = rng.between(0.88, 1.14);
        let mut gain = || light * rng.between(0.97, 1.03);
        let gain = [gain(), gain(), gain()];
        Self {
            zoom: rng.between(1.0, 1.08),
            shift: (rng.between(-1.0, 1.0), rng.between(-1.0, 1.0)),
            sway: rng.between(0.8, 2.5),
            phase: rng.between(0.0, 6.0),
            gain,
            grain: {
                let strength = rng.between(1.0, 2.5) * 0.7;
                (0..GRAIN).map(|_| rng.normal() * strength).collect()
            },
        }
    }

    /// What this camera makes of a scene at a moment, as large as the widget keeps it.
    pub(crate) fn shoot(
        &self,
        scene: &RgbImage,
        at_ms: u32,
        (columns, rows): (u32, u32),
        rng: &mut Rng,
    ) -> RgbImage {
        let seconds = at_ms as f32 / 1000.0 + self.phase;
        let (width, height) = (columns as f32, rows as f32);
        // `sway` is in pixels of the whole frame.
        let sway = self.sway * width / WIDTH as f32;
        let hand = (sway * (seconds * 1.9).sin(), sway * (seconds * 1.3).cos());
        let scale =
            (scene.width() as f32 / width / self.zoom, scene.height() as f32 / height / self.zoom);
        // The margin that zooming leaves is where the frame may lie.
        let margin = (1.0 - 1.0 / self.zoom) / 2.0;
        let from = (
            scene.width() as f32 * margin * (1.0 + self.shift.0 * 0.8),
            scene.height() as f32 * margin * (1.0 + self.shift.1 * 0.8),
        );
        let mut grain = rng.below(u32::try_from(GRAIN).unwrap_or(1)) as usize;
        painted(columns, rows, |x, y| {
            let light =
                at(scene, (from.0 + (x + hand.0) * scale.0, from.1 + (y + hand.1) * scale.1));
            grain = if grain + 6 > GRAIN { 0 } else { grain + 3 };
            std::array::from_fn(|it| light[it] * self.gain[it] + self.grain[grain + it])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_picture_stays_plain() {
        let plain = RgbImage::from_pixel(40, 30, Rgb([90, 120, 150]));
        assert_eq!(blurred(&plain, 3), plain);
        assert_eq!(at(&plain, (12.3, 29.9)).map(narrow), [90, 120, 150]);
        assert_eq!(at(&plain, (-5.0, 99.0)).map(narrow), [90, 120, 150]);
    }

    #[test]
    fn a_wave_is_nearly_a_cosine() {
        for at in -40..40_i16 {
            let turns = f32::from(at) / 16.0;
            let cosine = (turns * std::f32::consts::TAU).cos();
            assert!((wave(turns) - cosine).abs() < 0.07, "{turns}");
        }
    }

    #[test]
    fn two_sessions_never_give_the_same_frame() {
        let scene = painted(160, 90, |x, y| [x, y, 128.0]);
        let shoot = |seed| {
            let mut rng = Rng::new(seed);
            let film = Film::genuine(&mut rng);
            jpeg(&film.shoot(&scene, 100, KEPT, &mut rng), 85).unwrap()
        };
        assert_eq!(shoot(1), shoot(1));
        assert_ne!(shoot(1), shoot(2));
    }
}
