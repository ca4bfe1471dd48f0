//! Whether the surface that was filmed is skin that lives: passive net, patterns, edges, and what never moves.

use super::facts::FaceFacts;
use super::passive::CROPS;
use super::verdict::{Reason, Seen};

/// The median frame must be at least so surely live, as passive.rs measured.
const LIVE_MIN: f32 = 0.5;

/// The median of [`Texture::pattern`](super::Texture): a wave a hundred times as strong as its neighbours.
///
/// The genuine clips measure 0.66–1.5 (186 frames of two people, two cameras), the six portraits 0.76–1.05.
const PATTERN_MAX: f32 = 1.75;

/// A straight edge along so much of the face on the left, on the right, and above or below: the face is framed.
/// Two upright edges alone are a door or a shelf, and the second person's room has both.
const EDGE_MIN: f32 = 0.85;

pub(super) fn reasons(seen: &[Seen]) -> Vec<Reason> {
    let faces: Vec<&FaceFacts> = seen.iter().filter_map(|it| it.facts.face.as_ref()).collect();
    let mut reasons = Vec::new();
    let mut unless = |holds: bool, reason: Reason| {
        if !holds {
            reasons.push(reason);
        }
    };
    // NaN passes no `>=`: a broken net makes nobody live.
    let live =
        |crop: usize| median(faces.iter().map(|it| it.live.get(crop).copied().unwrap_or(f32::NAN)));
    unless((0..CROPS.len()).all(|it| live(it) >= LIVE_MIN), Reason::Reproduced);
    let pattern = median(faces.iter().map(|it| -it.texture.pattern));
    let framed = median(faces.iter().map(|it| -framed(it)));
    unless(-pattern <= PATTERN_MAX && -framed < EDGE_MIN, Reason::Patterned);
    reasons
}

/// The shortest of the three straightest sides.
fn framed(face: &FaceFacts) -> f32 {
    let [left, right, above, below] = face.texture.edges;
    left.min(right).min(above.max(below))
}

/// The lower one of the two in the middle: in doubt the stricter. NaN counts as nothing at all.
fn median(numbers: impl Iterator<Item = f32>) -> f32 {
    let mut numbers: Vec<f32> =
        numbers.map(|it| if it.is_nan() { f32::NEG_INFINITY } else { it }).collect();
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(f32::NAN)
}
