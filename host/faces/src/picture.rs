//! Reads a picture that a stranger sent: what it claims to be is checked before it is unpacked.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, RgbImage};
use senim_core::photo::{Image, exif, jpeg};
use senim_core::problem::Problem;

use super::BYTES_MAX;

/// Unpacked, this is 36 MB.
const PIXELS_MAX: u64 = 12_000_000;

/// What a decoder may hold at once: so many pixels of 16 bits, and its own tables.
const ALLOCATED_MAX: u64 = 128 * 1024 * 1024;

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

/// The picture upright, as 8-bit red, green and blue: JPEG (baseline, progressive, grey, CMYK) or PNG (any depth).
///
/// Refused: what is neither, what moves, what is cut off, what is too large to unpack.
pub(super) fn decode(bytes: &[u8], least: Least) -> Result<Image, Problem> {
    if bytes.len() > BYTES_MAX {
        return Err(Problem::PhotoTooLarge);
    }
    let format = image::guess_format(bytes).map_err(|_| Problem::PhotoNotAnImage)?;
    let rgb = if format == ImageFormat::Jpeg {
        let decoder = JpegDecoder::new(Cursor::new(bytes));
        fits(decoder.map_err(|_| Problem::PhotoNotAnImage)?.dimensions(), least)?;
        // The decoder would paint grey what did not arrive, and go on beyond the picture's end.
        let whole = jpeg::whole(bytes).map_err(|_| Problem::PhotoBroken)?;
        unpacked(JpegDecoder::new(Cursor::new(whole)).map_err(|_| Problem::PhotoBroken)?)?
    } else if format == ImageFormat::Png {
        let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits());
        let decoder = decoder.map_err(|_| Problem::PhotoNotAnImage)?;
        if decoder.is_apng().unwrap_or(true) {
            return Err(Problem::PhotoAnimated);
        }
        fits(decoder.dimensions(), least)?;
        unpacked(decoder)?
    } else {
        return Err(Problem::PhotoNotAnImage);
    };
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Image::new(width, height, rgb.into_raw()).map_err(|_| Problem::PhotoNotAnImage)
}

fn fits((width, height): (u32, u32), least: Least) -> Result<(), Problem> {
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Problem::PhotoTooManyPixels);
    }
    if width.max(height) < least.longer || width.min(height) < least.shorter {
        return Err(Problem::PhotoTooSmall);
    }
    Ok(())
}

fn unpacked(mut decoder: impl ImageDecoder) -> Result<RgbImage, Problem> {
    decoder.set_limits(limits()).map_err(|_| Problem::PhotoTooManyPixels)?;
    // A camera held sideways says so in EXIF, and a sideways face is found by no detector.
    let exif = decoder.exif_metadata().ok().flatten();
    let orientation = exif.and_then(|it| exif::orientation(&it)).and_then(Orientation::from_exif);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Problem::PhotoBroken)?;
    picture.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(if picture.color().has_alpha() { on_white(picture) } else { picture.into_rgb8() })
}

/// As a person sees a picture that is transparent in places: colours under what hides them are none of it.
fn on_white(picture: DynamicImage) -> RgbImage {
    let picture = picture.into_rgba8();
    let mut composed = RgbImage::new(picture.width(), picture.height());
    for (to, from) in composed.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u16::from);
        let over = |part: u16| (part * alpha + 255 * (255 - alpha) + 127) / 255;
        to.0 = [red, green, blue].map(|it| u8::try_from(over(it)).unwrap_or(u8::MAX));
    }
    composed
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(ALLOCATED_MAX);
    limits
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;
    use image::codecs::jpeg::JpegEncoder;

    use super::*;

    #[test]
    fn only_jpeg_and_png_are_images() {
        for bytes in [
            &b""[..],
            b"hello",
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n",
        ] {
            assert_eq!(decode(bytes, FRAME), Err(Problem::PhotoNotAnImage));
        }
        for moving in
            [&include_bytes!("pictures/animated.gif")[..], include_bytes!("pictures/animated.webp")]
        {
            assert_eq!(decode(moving, PORTRAIT), Err(Problem::PhotoNotAnImage));
        }
    }

    #[test]
    fn a_picture_that_is_cut_off_is_refused_wherever_it_was_cut() {
        let noise = RgbImage::from_fn(640, 360, |x, y| {
            image::Rgb(
                [0, 1, 2].map(|it| (x * 31 + y * 17 + it * 91 + x * y % 251).to_be_bytes()[3]),
            )
        });
        let whole = jpeg(&noise);
        assert!(decode(&whole, FRAME).is_ok());
        for share in 1..40 {
            let cut = &whole[..whole.len() * share / 40];
            assert!(
                matches!(decode(cut, FRAME), Err(Problem::PhotoBroken | Problem::PhotoNotAnImage)),
                "{share}"
            );
        }
        assert_eq!(decode(&whole[..whole.len() / 2], FRAME), Err(Problem::PhotoBroken));
        assert_eq!(decode(&whole[..whole.len() - 1], FRAME), Err(Problem::PhotoBroken));
        let progressive = include_bytes!("pictures/progressive.jpg");
        assert_eq!(
            decode(&progressive[..progressive.len() - 20], PORTRAIT),
            Err(Problem::PhotoBroken)
        );
        let mut png = Vec::new();
        noise.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        assert_eq!(decode(&png[..png.len() / 2], FRAME), Err(Problem::PhotoBroken));
        let middle = png.len() / 2;
        png[middle] ^= 1;
        assert_eq!(decode(&png, FRAME), Err(Problem::PhotoBroken), "a flipped bit in a PNG");
    }

    #[test]
    fn every_kind_of_photograph_is_read_and_upright() {
        type Row = (&'static str, &'static [u8], [[u8; 3]; 2], f32);
        const RED: [u8; 3] = [200, 60, 40];
        const BLUE: [u8; 3] = [40, 80, 190];
        const GREY: [[u8; 3]; 2] = [[100; 3], [81; 3]];
        let pictures: [Row; 7] = [
            ("CMYK", include_bytes!("pictures/cmyk.jpg"), [RED, BLUE], 8.0),
            ("progressive", include_bytes!("pictures/progressive.jpg"), [RED, BLUE], 4.0),
            ("grey", include_bytes!("pictures/grey.jpg"), GREY, 2.0),
            ("upside down", include_bytes!("pictures/upside_down.jpg"), [BLUE, RED], 4.0),
            ("16 bits", include_bytes!("pictures/sixteen.png"), [RED, BLUE], 0.0),
            ("palette", include_bytes!("pictures/palette.png"), [RED, BLUE], 0.0),
            ("transparent grey", include_bytes!("pictures/transparent.png"), GREY, 1.0),
        ];
        for (name, bytes, expected, apart) in pictures {
            let image = decode(bytes, PORTRAIT).unwrap();
            for (x, expected) in [(8.0, expected[0]), (56.0, expected[1])] {
                let found = image.at(x, 32.0);
                let near =
                    found.iter().zip(expected).all(|(a, b)| (a - f32::from(b)).abs() <= apart);
                assert!(near, "{name}: {found:?} is not {expected:?}");
            }
        }
    }

    /// Learnt from motion photos of phones: a film that holds a "start of scan" stood behind the picture.
    #[test]
    fn data_after_a_jpegs_end_is_ignored() {
        for whole in
            [&include_bytes!("pictures/progressive.jpg")[..], include_bytes!("pictures/cmyk.jpg")]
        {
            let motion = [whole, b"\0\0\0\x18ftypmp42\xff\xda\x01\xff\xd9\xff\xda"].concat();
            assert_eq!(decode(&motion, PORTRAIT), decode(whole, PORTRAIT));
            assert!(decode(&motion, PORTRAIT).is_ok());
        }
    }

    /// A picture of which half arrived, with an "end of image" put behind it, was judged half grey.
    #[test]
    fn a_jpeg_that_ends_before_its_last_block_is_broken() {
        let noise = RgbImage::from_fn(640, 360, |x, y| {
            image::Rgb([x * 7 + y, x * x + y * 3, y * 11].map(|it| it.to_be_bytes()[3]))
        });
        let pictures = [
            jpeg(&noise),
            include_bytes!("pictures/progressive.jpg").to_vec(),
            include_bytes!("pictures/grey.jpg").to_vec(),
            include_bytes!("pictures/cmyk.jpg").to_vec(),
        ];
        for whole in pictures {
            assert!(decode(&whole, PORTRAIT).is_ok());
            let scan = whole.windows(2).position(|it| it == [0xff, 0xda]).unwrap() + 16;
            for share in 1..10 {
                let mut cut = whole[..scan + (whole.len() - scan) * share / 10].to_vec();
                cut.extend([0xff, 0xd9]);
                let found = decode(&cut, PORTRAIT);
                assert_eq!(found, Err(Problem::PhotoBroken), "{share} of {}", whole.len());
            }
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
    fn transparent_pixels_of_a_png_become_white() {
        let hidden = RgbaImage::from_fn(64, 64, |x, _| {
            image::Rgba([10, 20, 30, [0, 128, 255][x as usize * 3 / 64]])
        });
        let mut png = Vec::new();
        hidden.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        let image = decode(&png, PORTRAIT).unwrap();
        for (x, expected) in
            [(2.0, [255.0; 3]), (32.0, [132.0, 137.0, 142.0]), (60.0, [10.0, 20.0, 30.0])]
        {
            assert_eq!(image.at(x, 32.0), expected, "{x}");
        }
    }

    #[test]
    fn a_png_that_moves_is_refused() {
        let moving = include_bytes!("pictures/animated.png");
        assert_eq!(decode(moving, PORTRAIT), Err(Problem::PhotoAnimated));
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
        // EXIF with one entry: orientation 6, turn a quarter to the right; as SHORT, and as LONG.
        for value in [
            b"\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00",
            b"\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06",
        ] {
            let mut plain = jpeg(&RgbImage::new(640, 360));
            let mut exif =
                b"\xff\xe1\x00\x22Exif\0\0MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12".to_vec();
            exif.extend(value);
            exif.extend([0; 4]);
            plain.splice(2..2, exif);
            let image = decode(&plain, FRAME).unwrap();
            assert_eq!((image.width(), image.height()), (360, 640), "{value:?}");
        }
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
