//! The vendor's own pack of pictures, unlike anybody else's:
//!
//! ```text
//! "SQR1"  length of the head: u32, big-endian  head: JSON  then the JPEGs, one after the other
//! head: { "session", "challenge", "shots": [{ "at_ms", "length" }] }
//! ```

use image::ImageFormat;
use image::imageops::FilterType;
use serde::{Deserialize, Serialize};

const MAGIC: &[u8] = b"SQR1";
/// Fewer pictures are none.
const SHOTS_MIN: usize = 6;
const SHOTS_MAX: usize = 20;
const PIXELS_MAX: u32 = 1_500_000;
/// Pictures are compared at this size.
const SIDE: u32 = 48;
/// Of 256 steps of grey, on average over the picture: less between any two pictures, and nothing moves.
const STILL: f64 = 0.05;
/// A timer may fire so much early.
const EARLY_MS: u32 = 30;

pub struct Pack {
    pub session: String,
    pub challenge: String,
    shots: Vec<(u32, Vec<u8>)>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    session: String,
    challenge: String,
    shots: Vec<Shot>,
}

#[derive(Serialize, Deserialize)]
struct Shot {
    at_ms: u32,
    length: usize,
}

impl Pack {
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (head, mut rest) = rest.split_at_checked(length)?;
        let Head { session, challenge, shots: told } = serde_json::from_slice(head).ok()?;
        let mut shots = Vec::new();
        for Shot { at_ms, length } in told {
            let (jpeg, after) = rest.split_at_checked(length)?;
            shots.push((at_ms, jpeg.to_vec()));
            rest = after;
        }
        (rest.is_empty() && shots.len() <= SHOTS_MAX).then_some(Self { session, challenge, shots })
    }

    /// What the front part sends; `shots`: when each was taken, and its JPEG.
    #[must_use]
    pub fn write(session: &str, challenge: &str, shots: &[(u32, &[u8])]) -> Vec<u8> {
        let head = Head {
            session: session.to_owned(),
            challenge: challenge.to_owned(),
            shots: shots.iter().map(|it| Shot { at_ms: it.0, length: it.1.len() }).collect(),
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut bytes = [MAGIC, &length, &head].concat();
        for it in shots {
            bytes.extend(it.1);
        }
        bytes
    }

    /// Three portraits, or why not: that something moves is all that this fake looks for.
    pub(super) fn judge(self) -> Result<Vec<Vec<u8>>, &'static str> {
        if self.shots.len() < SHOTS_MIN {
            return Err("too-few");
        }
        let pauses = self.challenge.split_once('.').map(|it| it.1).unwrap_or_default();
        let pauses: Vec<u32> = pauses.split('-').filter_map(|it| it.parse().ok()).collect();
        let taken = self.shots.windows(2).map(|it| it[1].0.saturating_sub(it[0].0));
        if taken.zip(pauses).any(|(taken, asked)| taken + EARLY_MS < asked) {
            return Err("out-of-rhythm");
        }
        let small = self.shots.iter().map(|(_, jpeg)| small(jpeg)).collect::<Option<Vec<_>>>();
        let small = small.ok_or("broken-picture")?;
        let most = small.windows(2).map(|it| apart(&it[0], &it[1])).fold(0.0, f64::max);
        if most < STILL {
            return Err("still");
        }
        let last = self.shots.len() - 1;
        Ok([last / 2, last, 0].map(|it| self.shots[it].1.clone()).to_vec())
    }
}

fn small(jpeg: &[u8]) -> Option<Vec<u8>> {
    let reader = image::ImageReader::with_format(std::io::Cursor::new(jpeg), ImageFormat::Jpeg);
    let (width, height) = reader.into_dimensions().ok()?;
    if width.checked_mul(height).is_none_or(|it| it > PIXELS_MAX) {
        return None;
    }
    let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).ok()?;
    Some(picture.resize_exact(SIDE, SIDE, FilterType::Triangle).to_luma8().into_raw())
}

fn apart(one: &[u8], other: &[u8]) -> f64 {
    let sum: u32 = one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(sum) / f64::from(SIDE * SIDE)
}
