//! The frames of one check as one body: bound to the challenge's nonce, chained by digests, at most 5 MB (BIO-2).
//!
//! ```text
//! "SNMPACK1"  nonce 32 B  about: u32 length, JSON
//! then chunks:  index u16  step u8  kind u8  at_ms u32  length u32  JPEG  link 32 B
//! link(-1) = SHA-256(magic ‖ nonce ‖ about),  link(n) = SHA-256(link(n-1) ‖ head of the chunk ‖ SHA-256(JPEG))
//! ```
//!
//! Numbers are big-endian. The chain does not prove who made it: anybody with the nonce can. It
//! binds every frame to one challenge, one order and one description of the camera, so that evidence
//! can't be rearranged afterwards (DSP-1).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::challenge::Nonce;
use crate::json;
use crate::photo::jpeg;
use crate::problem::Problem;

pub const MAGIC: &[u8; 8] = b"SNMPACK1";
/// BIO-2.
pub const PACK_MAX: usize = 5 * 1024 * 1024;
pub const ABOUT_MAX: usize = 16 * 1024;
pub const CHUNKS_MAX: usize = 96;
/// The limit of one frame; the widget scales larger ones down to it.
pub const FRAME_PIXELS_MAX: u64 = 1_500_000;
/// The limit of all frames together: decoding time depends on pixels, and grey ones take hardly any bytes.
pub const PIXELS_MAX: u64 = 96_000_000;
/// PHM-5, either way up.
pub const LONGER_SIDE_MIN: u32 = 640;
pub const SHORTER_SIDE_MIN: u32 = 360;
const HEAD: usize = 12;

/// One packed frame.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Index of the challenge's step in which it was taken.
    pub step: u8,
    /// Since the first frame that the camera gave.
    pub at_ms: u32,
    pub kind: Kind,
    pub jpeg: &'a [u8],
}

/// The widget's label of a frame; the server uses it only to know where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Before the action, or in the middle of it.
    Passing,
    /// The height of the action: eyes shut, head turned, smile broadest.
    Peak,
    /// Good enough to match with the reference photo.
    Portrait,
    /// While the nth colour of the step was displayed: 16 + n on the wire.
    Colour(u8),
}

/// The widget's report on camera and page. Signals for the judge and the journal; none is trusted alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// The widget's version.
    pub widget: String,
    /// When each step was displayed, by index, on the clock of `at_ms`.
    pub shown_at_ms: Vec<u32>,
    /// When the widget considered each step done.
    pub done_at_ms: Vec<u32>,
    pub camera: Camera,
    /// How the camera reacted to a change of size in mid-session.
    pub change: Option<Change>,
    pub page: Page,
    /// The device attestation of the bank's app (Play Integrity, App Attest), passed through, at most 8 KB.
    pub attestation: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Camera {
    pub label: String,
    pub width: u32,
    pub height: u32,
    /// From the track's settings; 0 if missing.
    pub frame_rate: f32,
    pub facing: String,
    /// Whether the track has a device id, as a real camera's has.
    pub has_device: bool,
    /// Frames seen, and the gaps between them as measured.
    pub frames: u32,
    pub gap_mean_ms: f32,
    pub gap_deviation_ms: f32,
    /// Frames whose pixels were exactly those of the frame before.
    pub repeated: u32,
    /// Whether `getUserMedia` is the browser's own function.
    pub native: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    pub asked_width: u32,
    pub asked_height: u32,
    /// The resulting size; both 0 if there was none.
    pub width: u32,
    pub height: u32,
    pub within_ms: u32,
    /// The error's name if the camera refused.
    pub refused: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Page {
    /// `navigator.webdriver`.
    pub automated: bool,
    pub framed: bool,
    /// How often the page was hidden meanwhile.
    pub hidden: u32,
    pub user_agent: String,
}

/// Writes a pack; used by the widget's worker and by tests.
pub struct Writer {
    bytes: Vec<u8>,
    link: [u8; 32],
    chunks: u16,
}

impl Writer {
    pub fn new(nonce: &Nonce, about: &About) -> Self {
        let about = serde_json::to_vec(about).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(nonce.0);
        bytes.extend(u32::try_from(about.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(&about);
        Self { link: first_link(nonce, &about), bytes, chunks: 0 }
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.chunks == 0
    }

    pub fn push(&mut self, frame: &Frame<'_>) {
        let mut head = [0; HEAD];
        head[..2].copy_from_slice(&self.chunks.to_be_bytes());
        head[2] = frame.step;
        head[3] = frame.kind.to_wire();
        head[4..8].copy_from_slice(&frame.at_ms.to_be_bytes());
        head[8..]
            .copy_from_slice(&u32::try_from(frame.jpeg.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.link = next_link(&self.link, &head, frame.jpeg);
        self.bytes.extend(head);
        self.bytes.extend(frame.jpeg);
        self.bytes.extend(self.link);
        self.chunks += 1;
    }

    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// A complete pack with a valid chain.
#[derive(Clone, PartialEq)]
pub struct Pack<'a> {
    pub nonce: Nonce,
    pub about: About,
    pub frames: Vec<Frame<'a>>,
    /// The last link: names this pack.
    pub link: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    #[error("the body is not a pack of frames")]
    NotAPack,
    #[error("the pack is larger than 5 MB")]
    TooLarge,
    #[error("the pack has more than {CHUNKS_MAX} frames")]
    TooMany,
    #[error("the pack is truncated")]
    Cut,
    #[error("frames are missing, duplicated or out of order")]
    OutOfOrder,
    #[error("the chain of digests is broken")]
    BrokenChain,
    #[error("the pack belongs to another challenge")]
    AnotherChallenge,
}

impl PackError {
    /// Whether the frames can be sent again while the challenge is open: true for what a bad connection causes, as
    /// opposed to what happens only by intent.
    pub fn may_be_sent_again(self) -> bool {
        match self {
            Self::NotAPack | Self::TooLarge | Self::Cut => true,
            Self::TooMany | Self::OutOfOrder | Self::BrokenChain | Self::AnotherChallenge => false,
        }
    }

    pub fn problem(self) -> Problem {
        match self {
            Self::NotAPack => Problem::FramesMalformed,
            Self::TooLarge => Problem::PhotoTooLarge,
            Self::TooMany => Problem::PhotoTooMany,
            Self::Cut => Problem::FramesCut,
            Self::OutOfOrder => Problem::FramesOrder,
            Self::BrokenChain => Problem::FramesChain,
            Self::AnotherChallenge => Problem::FramesAnother,
        }
    }
}

impl<'a> Pack<'a> {
    /// `nonce` is the open challenge's.
    pub fn read(bytes: &'a [u8], nonce: &Nonce) -> Result<Self, PackError> {
        let pack = Self::read_any(bytes)?;
        if pack.nonce == *nonce { Ok(pack) } else { Err(PackError::AnotherChallenge) }
    }

    /// For a replay, which has no open challenge to compare with.
    pub fn read_any(bytes: &'a [u8]) -> Result<Self, PackError> {
        if bytes.len() > PACK_MAX {
            return Err(PackError::TooLarge);
        }
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(PackError::NotAPack)?;
        let nonce = Nonce(*take::<32>(&mut rest)?);
        let length = u32::from_be_bytes(*take::<4>(&mut rest)?) as usize;
        if length > ABOUT_MAX {
            return Err(PackError::NotAPack);
        }
        let (about, after) = rest.split_at_checked(length).ok_or(PackError::Cut)?;
        rest = after;
        let mut link = first_link(&nonce, about);
        let about = json::read(about).map_err(|_| PackError::NotAPack)?;
        let mut frames = Vec::new();
        while !rest.is_empty() {
            if frames.len() >= CHUNKS_MAX {
                return Err(PackError::TooMany);
            }
            let head = take::<HEAD>(&mut rest)?;
            let length = u32::from_be_bytes([head[8], head[9], head[10], head[11]]) as usize;
            let (jpeg, after) = rest.split_at_checked(length).ok_or(PackError::Cut)?;
            rest = after;
            let told = take::<32>(&mut rest)?;
            if usize::from(u16::from_be_bytes([head[0], head[1]])) != frames.len() {
                return Err(PackError::OutOfOrder);
            }
            link = next_link(&link, head, jpeg);
            if link != *told {
                return Err(PackError::BrokenChain);
            }
            let at_ms = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
            let kind = Kind::from_wire(head[3]).ok_or(PackError::NotAPack)?;
            frames.push(Frame { step: head[2], at_ms, kind, jpeg });
        }
        if frames.windows(2).any(|it| it[0].at_ms > it[1].at_ms || it[0].step > it[1].step) {
            return Err(PackError::OutOfOrder);
        }
        Ok(Self { nonce, about, frames, link })
    }
}

/// Whether the frames' headers allow decoding: JPEG, of a size that cameras have, and not more
/// pixels than a check may have. Returns the problem of the first that is not.
pub fn check_frames(frames: &[Frame<'_>]) -> Result<(), Problem> {
    let mut all = 0;
    for frame in frames {
        let sides = jpeg::sides(frame.jpeg).map_err(|_| Problem::PhotoNotAnImage)?;
        let pixels = u64::from(sides.0) * u64::from(sides.1);
        all += pixels;
        if pixels > FRAME_PIXELS_MAX || all > PIXELS_MAX {
            return Err(Problem::PhotoTooManyPixels);
        }
        if sides.0.max(sides.1) < LONGER_SIDE_MIN || sides.0.min(sides.1) < SHORTER_SIDE_MIN {
            return Err(Problem::PhotoTooSmall);
        }
    }
    Ok(())
}

impl Kind {
    fn to_wire(self) -> u8 {
        match self {
            Self::Passing => 0,
            Self::Peak => 1,
            Self::Portrait => 2,
            Self::Colour(index) => 16 + index.min(15),
        }
    }

    fn from_wire(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Passing),
            1 => Some(Self::Peak),
            2 => Some(Self::Portrait),
            16..=31 => Some(Self::Colour(byte - 16)),
            _ => None,
        }
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], PackError> {
    let (taken, after) = rest.split_first_chunk::<N>().ok_or(PackError::Cut)?;
    *rest = after;
    Ok(taken)
}

fn first_link(nonce: &Nonce, about: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(MAGIC).chain_update(nonce.0).chain_update(about).finalize().into()
}

fn next_link(link: &[u8; 32], head: &[u8; HEAD], jpeg: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(link)
        .chain_update(head)
        .chain_update(Sha256::digest(jpeg))
        .finalize()
        .into()
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Frame(step {}, {:?}, {} ms, {} B)",
            self.step,
            self.kind,
            self.at_ms,
            self.jpeg.len()
        )
    }
}

impl std::fmt::Debug for Pack<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pack({} frames)", self.frames.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let pack = written();
        let read = Pack::read(&pack, &Nonce([7; 32])).unwrap();
        assert_eq!(read.frames.len(), 3);
        assert_eq!(read.frames[2].kind, Kind::Colour(1));
        assert_eq!(Pack::read(&pack, &Nonce([8; 32])), Err(PackError::AnotherChallenge));
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let pack = written();
        let whole = Pack::read_any(&pack).unwrap();
        for at in 0..pack.len() {
            let mut other = pack.clone();
            other[at] ^= 1;
            assert!(Pack::read(&other, &Nonce([7; 32])).is_err(), "byte {at}");
            // A cut between frames leaves a shorter pack, which the judge finds too short.
            assert!(
                Pack::read_any(&pack[..at]).map_or(true, |it| it.frames.len() < whole.frames.len())
            );
        }
    }

    #[test]
    fn the_account_of_the_camera_is_an_object_without_a_doubled_member() {
        let read = |about: &[u8]| {
            let mut pack = MAGIC.to_vec();
            pack.extend([7; 32]);
            pack.extend(u32::try_from(about.len()).unwrap().to_be_bytes());
            pack.extend(about);
            Pack::read_any(&pack).map(|it| it.frames.len())
        };
        assert_eq!(read(b"{}"), Ok(0));
        assert_eq!(read(br#"{"camera":{}}"#), Ok(0));
        for about in ["[]", r#"{"camera":[]}"#, r#"{"camera":{},"camera":{}}"#] {
            assert_eq!(read(about.as_bytes()), Err(PackError::NotAPack), "{about}");
        }
    }

    /// A pack of 96 grey frames of 12 megapixels, 4.5 MB in all, used a core for a minute.
    #[test]
    fn decoding_limits_are_checked_from_the_headers() {
        let claims = |width: u16, height: u16| {
            let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8];
            jpeg.extend(height.to_be_bytes());
            jpeg.extend(width.to_be_bytes());
            jpeg.extend([1, 1, 0x11, 0]);
            jpeg
        };
        let check = |jpeg: &[u8], count: usize| {
            let frame = Frame { step: 0, kind: Kind::Passing, at_ms: 0, jpeg };
            check_frames(&vec![frame; count])
        };
        assert_eq!(check(&claims(1280, 720), CHUNKS_MAX), Ok(()));
        assert_eq!(check(&claims(720, 1280), 1), Ok(()));
        assert_eq!(check(&claims(4000, 3000), 1), Err(Problem::PhotoTooManyPixels));
        assert_eq!(check(&claims(1500, 1000), 64), Ok(()));
        assert_eq!(check(&claims(1500, 1000), 65), Err(Problem::PhotoTooManyPixels));
        assert_eq!(check(&claims(639, 480), 1), Err(Problem::PhotoTooSmall));
        assert_eq!(check(b"\x89PNG\r\n\x1a\n", 1), Err(Problem::PhotoNotAnImage));
        assert_eq!(check(b"\xff\xd8\xff\xd9", 1), Err(Problem::PhotoNotAnImage));
    }

    fn written() -> Vec<u8> {
        let mut writer = Writer::new(&Nonce([7; 32]), &About::default());
        for (index, kind) in [Kind::Portrait, Kind::Peak, Kind::Colour(1)].into_iter().enumerate() {
            let index = u8::try_from(index).unwrap();
            writer.push(&Frame {
                step: index,
                at_ms: u32::from(index) * 100,
                kind,
                jpeg: &[index; 40],
            });
        }
        writer.finish()
    }
}
