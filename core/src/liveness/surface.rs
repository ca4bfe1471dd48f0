//! Whether the filmed surface is live skin: passive net, patterns, edges, and repeated frames.

use serde::{Deserialize, Serialize};

use super::facts::FaceFacts;
use super::pack::Kind;
use super::passive::CROPS;
use super::verdict::{Reason, Seen};

/// The minimum "live" of the median frame. In checks without movement, a display with the right
/// recordings is detected by its surface, and by the light of the colours on it (one of 300 by that alone; seed 7).
///
/// Set on seed 2 of `senim-trial liveness`: 33 genuine sessions .57–1.00, three of them below; of 32 displays one was
/// refused by nothing else, at .69.
const LIVE_MIN: f32 = 0.7;

/// The limit for the median of [`Texture::pattern`](super::Texture).
///
/// Single frames: genuine clips 0.66–1.5 (204 frames of two people, two cameras; 1.64 once, a hand before the face),
/// the same filmed anew with grain and JPEG 0.77–1.08, six portraits 0.76–1.05, medians all below 1.1. Of twenty drawn
/// screens and prints (grid of 1.7–5.5 pixels, strength 4–28 %, half of them blurred) sixteen 1.6–3.9; the four below
/// were so blurred that the passive net gave them 0.00–0.22.
///
/// It was 1.5 until one display with recordings, of 300 (`senim-trial liveness --seed 4`), had 1.21 and .97 of the
/// passive net. 600 genuine sessions of seeds 1 and 4, one person's, have at most .96.
const PATTERN_MAX: f32 = 1.2;

/// The share of the face with a straight edge on the left, on the right, and above or below: the face is framed.
/// Two upright edges alone are a door or a shelf, and the second person's room has both.
const EDGE_MIN: f32 = 0.85;

/// The share of three sides of the image with a dark frame, which is a display's.
///
/// Of 60 displays (`senim-trial liveness --seed 5 --species screen --per-species 60 --rows …`) the 30 whose frame was in the
/// picture have .65–1, but for one with .40; the others, and 360 genuine sessions of one person (seeds 5 and 6), at most .19.
const BEZEL_MIN: f32 = 0.6;

/// The values compared with the limits; trials set the limits by them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    /// The median "live" of the frames without the screen's coloured light, for each of [`CROPS`]: that light
    /// makes displays look more alive (of 26 with recordings, 8 by more than .05 and 3 less; seed 2).
    pub live: Vec<f32>,
    /// The median of [`Texture::pattern`](super::Texture).
    pub pattern: f32,
    /// The median length of three straight edges along the face, 0–1.
    pub framed: f32,
    /// The median of how much of a display's dark frame is seen along the third best of the picture's sides, 0–1.
    pub bezel: f32,
}

impl Surface {
    pub fn of(seen: &[Seen]) -> Self {
        let faces: Vec<&FaceFacts> = faces(seen).collect();
        let unlit = || seen.iter().filter(|it| !matches!(it.kind, Kind::Colour(_)));
        let live = |crop: usize| {
            let faces = unlit().filter_map(|it| it.facts.face.as_ref());
            median(faces.map(|it| it.live.get(crop).copied().unwrap_or(f32::NAN)))
        };
        Self {
            live: (0..CROPS.len()).map(live).collect(),
            // The greater of the two in the middle.
            pattern: -median(faces.iter().map(|it| -it.texture.pattern)),
            framed: -median(faces.iter().map(|it| -framed(it))),
            bezel: -median(faces.iter().map(|it| -bezel(it))),
        }
    }

    /// The reasons for taking it for an image of an image.
    pub fn reasons(&self) -> Vec<Reason> {
        // NaN passes no `>=`: a broken net never confirms liveness.
        let live = self.live.iter().all(|it| *it >= LIVE_MIN);
        let framed = self.framed >= EDGE_MIN || self.bezel >= BEZEL_MIN;
        let plain = self.pattern <= PATTERN_MAX && !framed;
        let rows = [(live, Reason::Reproduced), (plain, Reason::Patterned)];
        rows.into_iter().filter_map(|(holds, reason)| (!holds).then_some(reason)).collect()
    }
}

pub(super) fn reasons(seen: &[Seen]) -> Vec<Reason> {
    let mut reasons = Surface::of(seen).reasons();
    reasons.extend(twice(&faces(seen).collect::<Vec<_>>()).then_some(Reason::Repeated));
    reasons
}

fn faces(seen: &[Seen]) -> impl Iterator<Item = &FaceFacts> {
    seen.iter().filter_map(|it| it.facts.face.as_ref())
}

/// Whether an image recurs after others: a camera's noise never repeats, a looped film
/// does. Two neighbours may be identical if the browser is faster than the camera.
fn twice(faces: &[&FaceFacts]) -> bool {
    faces.iter().enumerate().any(|(at, one)| {
        let later = faces.iter().skip(at + 2);
        later.into_iter().any(|it| it.marks == one.marks)
    })
}

/// The shortest of the three straightest sides.
fn framed(face: &FaceFacts) -> f32 {
    let [left, right, above, below] = face.texture.edges;
    left.min(right).min(above.max(below))
}

/// The third best side: one may be out of the picture.
fn bezel(face: &FaceFacts) -> f32 {
    let mut sides = face.texture.bezel;
    sides.sort_by(f32::total_cmp);
    sides[1]
}

/// The lower of the two in the middle, which is the stricter. NaN counts as the lowest.
fn median(numbers: impl Iterator<Item = f32>) -> f32 {
    let mut numbers: Vec<f32> =
        numbers.map(|it| if it.is_nan() { f32::NEG_INFINITY } else { it }).collect();
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(f32::NAN)
}
