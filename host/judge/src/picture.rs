//! Reads a frame as the host does (host/faces/src/picture.rs), by the same decoder.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _};
use senim_core::photo::{Image, exif, jpeg};
use senim_core::problem::Problem;

/// The frame's sides were held against their limits with the whole pack (`Pack::check_frames`).
pub(crate) fn decode(bytes: &[u8]) -> Result<Image, Problem> {
    let whole = jpeg::whole(bytes).map_err(|_| Problem::PhotoBroken)?;
    let decoder = JpegDecoder::new(Cursor::new(whole));
    let mut decoder = decoder.map_err(|_| Problem::PhotoNotAnImage)?;
    let exif = decoder.exif_metadata().ok().flatten();
    let orientation = exif.and_then(|it| exif::orientation(&it)).and_then(Orientation::from_exif);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Problem::PhotoBroken)?;
    picture.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    let rgb = picture.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Image::new(width, height, rgb.into_raw()).map_err(|_| Problem::PhotoNotAnImage)
}
