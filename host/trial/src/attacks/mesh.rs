//! Faces bent to other marks: how a still is made to turn, nod, blink and smile, and to lie on another's face.
//!
//! Moving least squares with affine maps (S. Schaefer et al., "Image Deformation Using Moving Least
//! Squares", 2006, §2.1) on a coarse grid, straight between its knots.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use image::RgbImage;
use senim_core::photo::HEAD;

use super::pixels::{self, Place};
use crate::actor::Mien;

pub(super) type Points = [Place; 68];

/// Knots of the grid are so many pixels apart.
const KNOTS: u32 = 16;

/// Where each pixel of a bent picture comes from.
pub(super) struct Bend {
    columns: usize,
    from: Vec<Place>,
}

impl Bend {
    /// `pairs`: where a point is to be, and where it is in the source.
    pub(super) fn new(width: u32, height: u32, pairs: &[(Place, Place)]) -> Self {
        let columns = (width / KNOTS + 2) as usize;
        let rows = (height / KNOTS + 2) as usize;
        let knots = (0..rows * columns).map(|it| {
            let at = ((it % columns) as f32 * KNOTS as f32, (it / columns) as f32 * KNOTS as f32);
            source(at, pairs)
        });
        Self { columns, from: knots.collect() }
    }

    pub(super) fn from(&self, x: f32, y: f32) -> Place {
        let (across, down) = (x / KNOTS as f32, y / KNOTS as f32);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside the grid"
        )]
        let (column, row) = (across as usize, down as usize);
        let (right, low) = (across - column as f32, down - row as f32);
        let knot = |column: usize, row: usize| self.from[row * self.columns + column];
        let mix =
            |a: Place, b: Place, share: f32| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        let upper = mix(knot(column, row), knot(column + 1, row), right);
        let lower = mix(knot(column, row + 1), knot(column + 1, row + 1), right);
        mix(upper, lower, low)
    }

    pub(super) fn apply(&self, picture: &RgbImage) -> RgbImage {
        pixels::painted(picture.width(), picture.height(), |x, y| {
            pixels::at(picture, self.from(x, y))
        })
    }
}

fn source(at: Place, pairs: &[(Place, Place)]) -> Place {
    let (mut total, mut to_mean, mut from_mean) = (0.0_f32, (0.0, 0.0), (0.0, 0.0));
    let weight = |to: Place| {
        let far = (to.0 - at.0).powi(2) + (to.1 - at.1).powi(2);
        1.0 / (far * far).max(1.0)
    };
    for (to, from) in pairs {
        let it = weight(*to);
        total += it;
        to_mean = (to_mean.0 + it * to.0, to_mean.1 + it * to.1);
        from_mean = (from_mean.0 + it * from.0, from_mean.1 + it * from.1);
    }
    let to_mean = (to_mean.0 / total, to_mean.1 / total);
    let from_mean = (from_mean.0 / total, from_mean.1 / total);
    let (mut xx, mut xy, mut yy) = (0.0_f32, 0.0, 0.0);
    let mut cross = [0.0_f32; 4];
    for (to, from) in pairs {
        let it = weight(*to) / total;
        let (x, y) = (to.0 - to_mean.0, to.1 - to_mean.1);
        let (u, v) = (from.0 - from_mean.0, from.1 - from_mean.1);
        xx += it * x * x;
        xy += it * x * y;
        yy += it * y * y;
        cross[0] += it * x * u;
        cross[1] += it * y * u;
        cross[2] += it * x * v;
        cross[3] += it * y * v;
    }
    let (x, y) = (at.0 - to_mean.0, at.1 - to_mean.1);
    let whole = xx * yy - xy * xy;
    if whole.abs() < 1e-3 {
        return (from_mean.0 + x, from_mean.1 + y);
    }
    let (a, b) = ((yy * x - xy * y) / whole, (xx * y - xy * x) / whole);
    (from_mean.0 + a * cross[0] + b * cross[1], from_mean.1 + a * cross[2] + b * cross[3])
}

/// What lies around the face goes along: the whole scene where the face comes nearer, the hair half the face's way.
pub(super) fn anchored(width: u32, height: u32, to: &Points, from: &Points) -> Vec<(Place, Place)> {
    let mut pairs: Vec<(Place, Place)> = to.iter().copied().zip(from.iter().copied()).collect();
    let (to_centre, to_spread) = spread(to);
    let (from_centre, from_spread) = spread(from);
    // A turn narrows one way only; what grows both ways has come nearer.
    let scale = (to_spread.0 / from_spread.0).max(to_spread.1 / from_spread.1).clamp(0.95, 1.8);
    let scaled = |place: Place, along: f32| {
        let way = ((to_centre.0 - from_centre.0) * along, (to_centre.1 - from_centre.1) * along);
        (
            from_centre.0 + (place.0 - from_centre.0) * scale + way.0,
            from_centre.1 + (place.1 - from_centre.1) * scale + way.1,
        )
    };
    for at in (0..=16).step_by(2) {
        let way = (from[at].0 - from_centre.0, from[at].1 - from_centre.1);
        // The jaw, and the same above the brows for the crown.
        for (x, y) in [(1.55, 1.35), (1.3, -1.5)] {
            let place = (from_centre.0 + way.0 * x, from_centre.1 + way.1.abs().max(40.0) * y);
            pairs.push((scaled(place, 0.5), place));
        }
    }
    for part in 0..=6 {
        let share = part as f32 / 6.0;
        let (right, low) = (width as f32 - 1.0, height as f32 - 1.0);
        for place in
            [(share * right, 0.0), (share * right, low), (0.0, share * low), (right, share * low)]
        {
            pairs.push((scaled(place, 0.0), place));
        }
    }
    pairs
}

/// Centre, and mean distance from it across and down.
fn spread(points: &Points) -> (Place, Place) {
    let mean = |it: &dyn Fn(&Place) -> f32| points.iter().map(it).sum::<f32>() / 68.0;
    let centre = (mean(&|it| it.0), mean(&|it| it.1));
    let across = mean(&|it| (it.0 - centre.0).abs()).max(1.0);
    let down = mean(&|it| (it.1 - centre.1).abs()).max(1.0);
    (centre, (across, down))
}

/// Where a still's marks go when the head moves: each turned as deep as it lies on an average head, before a
/// camera at arm's length. It is the judge's own head: no puppet could be truer.
pub(super) fn posed(marks: &Points, mien: &Mien) -> Points {
    /// Sines are asked for 15° and 9°; the puppet does more.
    const TURN: f32 = 24.0;
    const NOD: f32 = 16.0;
    const ARMS_LENGTH: f32 = 7.0;
    /// Behind the eyes, about where a head turns, in eye distances.
    const NECK: f32 = 1.1;
    let eye = |start: usize| {
        let sum = (start..start + 6)
            .fold((0.0, 0.0), |sum, it| (sum.0 + marks[it].0, sum.1 + marks[it].1));
        (sum.0 / 6.0, sum.1 / 6.0)
    };
    let (left, right) = (eye(36), eye(42));
    let along = (right.0 - left.0, right.1 - left.1);
    let unit = along.0.hypot(along.1).max(1.0);
    let axis = (along.0 / unit, along.1 / unit);
    let middle = (left.0.midpoint(right.0), left.1.midpoint(right.1));
    let (yaw_sine, yaw_cosine) = (mien.turn * TURN).to_radians().sin_cos();
    let (pitch_sine, pitch_cosine) = (-mien.nod * NOD).to_radians().sin_cos();
    let distance = ARMS_LENGTH / (1.0 + 0.42 * mien.closer);
    std::array::from_fn(|index| {
        let (x, y) = (marks[index].0 - middle.0, marks[index].1 - middle.1);
        // The head's own axes, in eye distances.
        let level = ((x * axis.0 + y * axis.1) / unit, (y * axis.0 - x * axis.1) / unit);
        let level = expressed(index, level, marks, unit, mien);
        let depth = HEAD[index][2] - NECK;
        let (x, z) =
            (yaw_cosine * level.0 - yaw_sine * depth, yaw_sine * level.0 + yaw_cosine * depth);
        let (y, z) =
            (pitch_cosine * level.1 + pitch_sine * z, pitch_cosine * z - pitch_sine * level.1);
        let was = ARMS_LENGTH + HEAD[index][2];
        let is = distance + z + NECK;
        let scale = unit * was / is;
        let (x, y) = (x * scale, y * scale);
        (middle.0 + x * axis.0 - y * axis.1, middle.1 + x * axis.1 + y * axis.0)
    })
}

fn expressed(index: usize, (x, y): Place, marks: &Points, unit: f32, mien: &Mien) -> Place {
    let lid = [(37, 41), (38, 40), (43, 47), (44, 46)].iter().find(|it| it.0 == index);
    match (lid, index) {
        // The upper lid comes down over the eye.
        (Some((upper, lower)), _) => {
            let open = (marks[*lower].1 - marks[*upper].1) / unit;
            (x, y + open * 0.95 * mien.blink)
        }
        (None, 48..68) => {
            let corner = (x.abs() / 0.436).min(1.2);
            (x * (1.0 + 0.28 * mien.smile), y - 0.085 * mien.smile * corner)
        }
        (None, _) => (x, y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Points {
        HEAD.map(|[x, y, _]| (640.0 + x * 150.0, 300.0 + y * 150.0))
    }

    #[test]
    fn without_an_action_nothing_moves_and_points_reach_their_targets() {
        let marks = marks();
        let same = posed(&marks, &Mien::default());
        let far = |a: Place, b: Place| (a.0 - b.0).hypot(a.1 - b.1);
        assert!(same.iter().zip(&marks).all(|(a, b)| far(*a, *b) < 0.01));
        let turned = posed(&marks, &Mien { turn: 1.0, ..Mien::default() });
        assert!(turned[30].0 > marks[30].0 + 20.0, "the nose goes to the viewer's right");
        let bend = Bend::new(1280, 720, &anchored(1280, 720, &turned, &marks));
        let tip = turned[30];
        assert!(far(bend.from(tip.0, tip.1), marks[30]) < 6.0);
        // The far side of a turned head is a little nearer, and the scene goes along with that much.
        assert!(far(bend.from(0.0, 0.0), (0.0, 0.0)) < 1280.0 * 0.05);
    }
}
