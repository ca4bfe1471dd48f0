//! Reads a frame as the host does (host/faces/src/picture.rs), by the same decoder.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader};
use senim_core::photo::{Image, is_whole_jpeg};
use senim_core::problem::Problem;

const PIXELS_MAX: u64 = 12_000_000;
/// PHM-5, either way up.
const LONGER_MIN: u32 = 640;
const SHORTER_MIN: u32 = 360;

pub(crate) fn decode(bytes: &[u8]) -> Result<Image, Problem> {
    let not_an_image = |_| Problem::PhotoNotAnImage;
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let reader = reader.map_err(|_| Problem::PhotoNotAnImage)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(Problem::PhotoNotAnImage);
    }
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let mut decoder = reader.into_decoder().map_err(not_an_image)?;
    if is_jpeg && !is_whole_jpeg(bytes) {
        return Err(Problem::PhotoBroken);
    }
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Problem::PhotoTooManyPixels);
    }
    if width.max(height) < LONGER_MIN || width.min(height) < SHORTER_MIN {
        return Err(Problem::PhotoTooSmall);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Problem::PhotoBroken)?;
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Image::new(width, height, rgb.into_raw()).map_err(|_| Problem::PhotoNotAnImage)
}
