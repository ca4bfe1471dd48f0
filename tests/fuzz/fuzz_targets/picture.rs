//! The host's reading of pictures: JPEG, PNG, EXIF. Whatever it takes has pixels for its sides.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// The host's limit on one picture, for the host itself is not built here: its reader stands alone.
const BYTES_MAX: usize = 5 * 1024 * 1024;

#[path = "../../../host/faces/src/picture.rs"]
mod picture;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = picture::decode(bytes, picture::PORTRAIT) {
        assert!(
            image.width().max(image.height()) >= 64 && image.width() * image.height() <= 12_000_000
        );
    }
});
