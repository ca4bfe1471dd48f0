//! Sharpness, and the blocks that a strong JPEG leaves.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a square of at most 256 pixels, and a reach that is never negative"
)]

use super::Quantity;
use super::head::Head;
use crate::photo::guidance::Skin;
use crate::photo::{Close, Image, light};

/// The side of a JPEG's block.
const BLOCK: usize = 8;
/// The most of the face that is measured, in pixels each way.
const REACH_MAX: f32 = 128.0;

pub(super) fn measures(image: &Image, face: &Close) -> [(Quantity, f32); 2] {
    let sharpness = Skin::of(image, &face.face.landmarks).sharpness;
    [(Quantity::Sharpness, sharpness), (Quantity::Blockiness, blockiness(image, face))]
}

/// The mean step between pixels at the best of eight grids, to the mean step elsewhere; the mean of across and down.
/// 1 means no blocks. An image compressed and then enlarged hides its grid from this.
fn blockiness(image: &Image, face: &Close) -> f32 {
    let head = Head::of(&face.marks);
    let reach = head.t().clamp(16.0, REACH_MAX);
    let (left, top) = ((head.middle.x - reach).floor(), (head.middle.y - reach * 0.4).floor());
    let mut across = [0.0_f32; BLOCK];
    let mut down = [0.0_f32; BLOCK];
    let side = 2 * BLOCK * ((reach / 8.0) as usize).max(1);
    let lights: Vec<f32> = (0..side * side)
        .map(|it| light(image.at(left + (it % side) as f32, top + (it / side) as f32)))
        .collect();
    for y in 0..side - 1 {
        for x in 0..side - 1 {
            let here = lights[y * side + x];
            across[x % BLOCK] += (lights[y * side + x + 1] - here).abs();
            down[y % BLOCK] += (lights[(y + 1) * side + x] - here).abs();
        }
    }
    f32::midpoint(standing_out(&across), standing_out(&down))
}

fn standing_out(steps: &[f32; BLOCK]) -> f32 {
    let most = steps.iter().copied().fold(0.0, f32::max);
    let rest = (steps.iter().sum::<f32>() - most) / 7.0;
    // An image without any step has no blocks.
    if rest > 0.0 { most / rest } else { 1.0 }
}
