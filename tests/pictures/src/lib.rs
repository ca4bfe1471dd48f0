//! Pictures for the camera: real portraits put into a camera's frame, and pictures that must be refused.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, Rgb, RgbImage};

const CAMERA: (u32, u32) = (1280, 720);
/// What a plain wall behind a person looks like to the camera.
const WALL: Rgb<u8> = Rgb([176, 174, 170]);

/// A folder of portraits: `person_a_1.jpg` and so on.
#[derive(Clone, Debug)]
pub struct People(pub PathBuf);

impl People {
    pub fn portrait(&self, name: &str) -> Result<RgbImage> {
        let path = self.0.join(format!("{name}.jpg"));
        let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(image::load_from_memory(&bytes)?.into_rgb8())
    }

    /// Frames as a camera would take them of one person in a second or two: no two are the same.
    pub fn frames(&self, name: &str, count: u32) -> Result<Vec<Vec<u8>>> {
        let portrait = fitted(&self.portrait(name)?);
        (0..count).map(|turn| jpeg(&in_frame(&portrait, 0, turn), 88)).collect()
    }

    /// Two people in one picture.
    pub fn two_together(&self, left: &str, right: &str, count: u32) -> Result<Vec<Vec<u8>>> {
        let (left, right) = (fitted(&self.portrait(left)?), fitted(&self.portrait(right)?));
        (0..count)
            .map(|turn| {
                let mut frame = RgbImage::from_pixel(CAMERA.0, CAMERA.1, WALL);
                paste(&mut frame, &left, 320, sway(turn));
                paste(&mut frame, &right, 960, sway(turn + 3));
                jpeg(&frame, 88)
            })
            .collect()
    }

    /// A clip that Chromium shows as its camera: JPEGs one after the other, played at 30 frames a second.
    /// The person is so many pixels to the right of its middle.
    pub fn clip(&self, name: &str, aside: i64, to: &Path) -> Result<()> {
        let portrait = fitted(&self.portrait(name)?);
        let mut file = std::io::BufWriter::new(std::fs::File::create(to)?);
        for turn in 0..30 {
            file.write_all(&jpeg(&in_frame(&portrait, aside, turn), 90)?)?;
        }
        file.flush().context("write the clip")
    }
}

/// An empty room: shades, nobody in it.
pub fn nobody(count: u32) -> Result<Vec<Vec<u8>>> {
    (0..count)
        .map(|turn| {
            let frame = RgbImage::from_fn(CAMERA.0, CAMERA.1, |x, y| {
                let shade = 90 + (x * 60 / CAMERA.0 + y * 60 / CAMERA.1 + turn) % 130;
                Rgb([u8::try_from(shade).unwrap_or(u8::MAX); 3])
            });
            jpeg(&frame, 85)
        })
        .collect()
}

/// 8660 × 5774: fifty megapixels that compress to little.
pub fn fifty_megapixels() -> Result<Vec<u8>> {
    grey(8660, 5774)
}

/// As large as a photo may be, and of little bytes: 96 of them took a core for a minute.
pub fn twelve_megapixels() -> Result<Vec<u8>> {
    grey(4000, 3000)
}

fn grey(width: u32, height: u32) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let picture =
        DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, image::Luma([120])));
    JpegEncoder::new_with_quality(&mut bytes, 30).encode_image(&picture)?;
    Ok(bytes)
}

/// A true frame, with so much behind its end that three of them are over 6 MB.
pub fn heavy(mut frame: Vec<u8>) -> Vec<u8> {
    frame.resize(2_100_000, 0);
    frame
}

/// The fitted portrait, so many pixels to the right of a camera's middle and moved a little from turn to turn.
fn in_frame(portrait: &RgbImage, aside: i64, turn: u32) -> RgbImage {
    let mut frame = RgbImage::from_pixel(CAMERA.0, CAMERA.1, WALL);
    paste(&mut frame, portrait, i64::from(CAMERA.0) / 2 + aside, sway(turn));
    // Light is never quite the same twice.
    let light = i32::try_from(turn % 5).unwrap_or_default() - 2;
    imageops::colorops::brighten_in_place(&mut frame, light);
    frame
}

fn paste(frame: &mut RgbImage, portrait: &RgbImage, centre: i64, (right, down): (i64, i64)) {
    imageops::overlay(frame, portrait, centre - i64::from(portrait.width()) / 2 + right, down);
}

/// As high as the camera's picture.
fn fitted(portrait: &RgbImage) -> RgbImage {
    let width = portrait.width() * CAMERA.1 / portrait.height();
    imageops::resize(portrait, width, CAMERA.1, FilterType::CatmullRom)
}

/// How a person who stands still moves.
fn sway(turn: u32) -> (i64, i64) {
    let phase = f64::from(turn) * 0.45;
    #[expect(clippy::cast_possible_truncation, reason = "some pixels")]
    let pixels = |it: f64| it.round() as i64;
    (pixels(6.0 * phase.sin()), pixels(4.0 * (phase * 0.7).cos()))
}

fn jpeg(frame: &RgbImage, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(frame)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_what_the_rows_say_of_them() {
        let vast = fifty_megapixels().unwrap();
        let header =
            image::ImageReader::new(std::io::Cursor::new(&vast)).with_guessed_format().unwrap();
        let (width, height) = header.into_dimensions().unwrap();
        assert!(width * height > 50_000_000 && vast.len() < 5_000_000);
        let empty = nobody(2).unwrap();
        assert!(empty[0] != empty[1] && heavy(empty[0].clone()).len() * 3 > 6_000_000);
    }

    #[test]
    fn the_camera_never_shows_the_same_frame_twice() {
        let portrait = RgbImage::from_pixel(300, 400, Rgb([200, 150, 130]));
        let frames: Vec<_> =
            (0..12).map(|turn| jpeg(&in_frame(&portrait, 0, turn), 85).unwrap()).collect();
        for (at, frame) in frames.iter().enumerate() {
            assert!(frames[..at].iter().all(|it| it != frame), "frame {at}");
        }
    }
}
