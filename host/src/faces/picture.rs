//! Reads a picture that a stranger sent: what it claims to be is checked before it is unpacked.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use senim_core::photo::{Image, is_whole_jpeg};
use senim_core::problem::Problem;

use super::BYTES_MAX;

/// Unpacked, this is 36 MB.
const PIXELS_MAX: u64 = 12_000_000;

/// How small a picture may be: longer and shorter side (PHM-5).
#[derive(Clone, Copy)]
pub(super) struct Least {
    longer: u32,
    shorter: u32,
}

/// A camera's frame, upright or not.
pub(super) const FRAME: Least = Least { longer: 640, shorter: 360 };

/// The register's photo: as it is. Below that there is no face to see.
pub(super) const PORTRAIT: Least = Least { longer: 64, shorter: 64 };

pub(super) fn decode(bytes: &[u8], least: Least) -> Result<Image, Problem> {
    if bytes.len() > BYTES_MAX {
        return Err(Problem::PhotoTooLarge);
    }
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Problem::PhotoNotAnImage)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(Problem::PhotoNotAnImage);
    }
    if reader.format() == Some(ImageFormat::Jpeg) && !is_whole_jpeg(bytes) {
        return Err(Problem::PhotoNotAnImage);
    }
    let mut decoder = reader.into_decoder().map_err(|_| Problem::PhotoNotAnImage)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Problem::PhotoTooManyPixels);
    }
    if width.max(height) < least.longer || width.min(height) < least.shorter {
        return Err(Problem::PhotoTooSmall);
    }
    // A camera held sideways says so in EXIF, and a sideways face is found by no detector.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Problem::PhotoNotAnImage)?;
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Image::new(width, height, rgb.into_raw()).map_err(|_| Problem::PhotoNotAnImage)
}

#[cfg(test)]
mod tests {
    use image::RgbImage;
    use image::codecs::jpeg::JpegEncoder;

    use super::*;

    #[test]
    fn what_is_not_a_jpeg_or_png_is_not_an_image() {
        for bytes in [
            &b""[..],
            b"hello",
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n",
        ] {
            assert_eq!(decode(bytes, FRAME), Err(Problem::PhotoNotAnImage));
        }
        let mut cut = jpeg(&RgbImage::new(640, 360));
        for length in [cut.len() - 2, cut.len() / 2, 30] {
            cut.truncate(length);
            assert_eq!(decode(&cut, FRAME), Err(Problem::PhotoNotAnImage), "{length} bytes");
        }
    }

    #[test]
    fn fifty_megapixels_are_refused_by_the_header_alone() {
        assert_eq!(decode(&png_header(10_000, 5_000), FRAME), Err(Problem::PhotoTooManyPixels));
        assert_eq!(
            decode(&jpeg(&RgbImage::new(4_001, 3_000)), FRAME),
            Err(Problem::PhotoTooManyPixels)
        );
    }

    #[test]
    fn six_megabytes_are_refused_unread() {
        assert_eq!(decode(&vec![0; 6 * 1024 * 1024], FRAME), Err(Problem::PhotoTooLarge));
    }

    #[test]
    fn a_frame_is_at_least_640_by_360_either_way_up() {
        assert_eq!(decode(&jpeg(&RgbImage::new(639, 480)), FRAME), Err(Problem::PhotoTooSmall));
        assert_eq!(decode(&jpeg(&RgbImage::new(640, 359)), FRAME), Err(Problem::PhotoTooSmall));
        for (width, height) in [(640, 360), (360, 640)] {
            let image = decode(&jpeg(&RgbImage::new(width, height)), FRAME).unwrap();
            assert_eq!((image.width(), image.height()), (width as usize, height as usize));
        }
    }

    #[test]
    fn a_picture_taken_sideways_is_turned_upright() {
        let mut plain = jpeg(&RgbImage::new(640, 360));
        // EXIF with one entry: orientation 6, turn a quarter to the right.
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00";
        plain.splice(2..2, exif.iter().copied());
        let image = decode(&plain, FRAME).unwrap();
        assert_eq!((image.width(), image.height()), (360, 640));
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(picture).unwrap();
        bytes
    }

    /// A PNG that claims these sides and holds nothing.
    fn png_header(width: u32, height: u32) -> Vec<u8> {
        let mut chunk = b"IHDR".to_vec();
        chunk.extend(width.to_be_bytes());
        chunk.extend(height.to_be_bytes());
        chunk.extend([8, 2, 0, 0, 0]);
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        bytes.extend(&chunk);
        bytes.extend(crc32(&chunk).to_be_bytes());
        bytes.extend(b"\0\0\0\0IDAT");
        bytes.extend(crc32(b"IDAT").to_be_bytes());
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
        })
    }
}
