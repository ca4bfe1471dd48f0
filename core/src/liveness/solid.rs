//! Whether marks moved like those of a solid head, which a flat image can't imitate however it is held.
//!
//! Between two views from afar, points of a plane are mapped by six numbers (an affine map). Points of a head are
//! not: what is left over goes with their depth when the head turns or nods, and with place times depth when it
//! comes nearer (perspective). Both are fitted together over the points that no expression moves.
//!
//! On the genuine clip (frames 144–471 against 261, turned by −13° to 13°, nodded by −14° to 7°) the turn found is
//! 0.8–1.0 of the sine of the pose's yaw, the nod within 0.06 of the pitch's (measured 2026-11-24; no command repeats
//! it). So depth is really seen, though not perspective: see `BULGE_MIN` in action.rs.

use super::stance::{LEVEL_POINTS, Level};
use crate::photo::HEAD;

/// Points that neither lids, brows, lips nor chin move: the jaw's upper sides, the nose, the eyes' corners.
const STEADY: [usize; 23] =
    [0, 1, 2, 3, 4, 12, 13, 14, 15, 16, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45];

/// Six of the plane, two of depth, one of perspective.
const UNKNOWN: usize = 9;

/// The movement between two views of a face.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relief {
    /// Sine of the turn between the views: positive, the nose went to the viewer's right. 0 for a plane.
    pub across: f32,
    /// Sine of the nod: positive, the nose went up. 0 for a plane.
    pub up: f32,
    /// Gain of 1/distance, in 1/eye distances: how much more the near parts grew than the far ones.
    pub bulge: f32,
    /// Root mean square that no map of a plane explains, in eye distances.
    pub off_plane: f32,
    /// The same for a solid head: expression and the marks' own noise.
    pub off_solid: f32,
}

/// `None` if the marks are not those of a face.
pub(super) fn relief(from: &Level, to: &Level) -> Option<Relief> {
    let plane =
        fit::<6>(from, to, |x, y, _| ([x, y, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, x, y, 1.0]))?;
    let (solid, off_solid) = fit::<UNKNOWN>(from, to, |x, y, z| {
        ([x, y, 1.0, 0.0, 0.0, 0.0, z, 0.0, x * z], [0.0, 0.0, 0.0, x, y, 1.0, 0.0, z, y * z])
    })?;
    let [wide, _, _, _, high, _, depth_x, depth_y, bulge] = solid;
    let found = Relief {
        across: -depth_x / high,
        up: depth_y / wide,
        bulge: -bulge,
        off_plane: plane.1,
        off_solid,
    };
    let whole = [found.across, found.up, found.bulge, found.off_plane, found.off_solid];
    whole.iter().all(|it| it.is_finite()).then_some(found)
}

/// Least squares over the steady points: the unknowns, and the remaining root mean square.
fn fit<const N: usize>(
    from: &Level,
    to: &Level,
    rows: impl Fn(f32, f32, f32) -> ([f32; N], [f32; N]),
) -> Option<([f32; N], f32)> {
    let mut squares = [[0.0_f32; N]; N];
    let mut sides = [0.0_f32; N];
    let each = || {
        STEADY.iter().flat_map(|&at| {
            let ([x, y], [u, v]) = (from[at], to[at]);
            let (across, down) = rows(x, y, HEAD[at][2]);
            [(across, u), (down, v)]
        })
    };
    for (row, value) in each() {
        for i in 0..N {
            for j in 0..N {
                squares[i][j] += row[i] * row[j];
            }
            sides[i] += row[i] * value;
        }
    }
    let answer = solved(squares, sides)?;
    let left: f32 = each()
        .map(|(row, value)| {
            let told: f32 = row.iter().zip(answer).map(|(a, b)| a * b).sum();
            (value - told).powi(2)
        })
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a handful of points")]
    let count = STEADY.len() as f32;
    Some((answer, (left / count).sqrt()))
}

/// Gaussian elimination with pivots; `None` if the system is singular.
fn solved<const N: usize>(mut squares: [[f32; N]; N], mut sides: [f32; N]) -> Option<[f32; N]> {
    for step in 0..N {
        let pivot =
            (step..N).max_by(|&a, &b| squares[a][step].abs().total_cmp(&squares[b][step].abs()))?;
        squares.swap(step, pivot);
        sides.swap(step, pivot);
        let top = squares[step];
        if !top[step].is_finite() || top[step].abs() < 1e-6 {
            return None;
        }
        for row in step + 1..N {
            let share = squares[row][step] / top[step];
            for column in step..N {
                squares[row][column] -= share * top[column];
            }
            sides[row] -= share * sides[step];
        }
    }
    let mut answer = [0.0; N];
    for row in (0..N).rev() {
        let known: f32 = (row + 1..N).map(|it| squares[row][it] * answer[it]).sum();
        answer[row] = (sides[row] - known) / squares[row][row];
    }
    Some(answer)
}

const _: () = assert!(LEVEL_POINTS == HEAD.len());

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::synthetic::{ARMS_LENGTH, Head};
    use super::*;

    #[test]
    fn a_turned_head_has_a_relief_and_a_turned_picture_has_none() {
        for yaw in [-30.0_f32, -20.0, 20.0, 30.0] {
            for pitch in [-15.0_f32, 0.0, 12.0] {
                let front = Head::default();
                let turned = Head::turned(yaw, pitch);
                let solid = between(&front, &turned);
                assert!(
                    (solid.across - yaw.to_radians().sin()).abs() < 0.09,
                    "{yaw} {pitch} {solid:?}"
                );
                assert!(
                    (solid.up - pitch.to_radians().sin()).abs() < 0.09,
                    "{yaw} {pitch} {solid:?}"
                );
                assert!(solid.off_solid < solid.off_plane / 2.0);
                let flat = between(&Head { flat: true, ..front }, &Head { flat: true, ..turned });
                // What perspective alone makes of a sheet so near: a quarter of what a turn needs.
                assert!(flat.across.abs() < 0.08 && flat.up.abs() < 0.08, "{flat:?}");
            }
        }
    }

    #[test]
    fn a_head_that_comes_closer_bulges_and_a_picture_does_not() {
        let near = Head { distance: ARMS_LENGTH / 1.35, ..Head::default() };
        let gain = 1.35 / ARMS_LENGTH - 1.0 / ARMS_LENGTH;
        let solid = between(&Head::default(), &near);
        assert!((solid.bulge / gain - 1.0).abs() < 0.4, "{solid:?} {gain}");
        let flat = between(&Head { flat: true, ..Head::default() }, &Head { flat: true, ..near });
        assert!(flat.bulge.abs() < gain * 0.05, "{flat:?}");
    }

    #[test]
    fn marks_that_are_no_face_have_no_relief() {
        assert_eq!(relief(&[[0.0; 2]; LEVEL_POINTS], &[[0.0; 2]; LEVEL_POINTS]), None);
        assert_eq!(relief(&[[f32::NAN; 2]; LEVEL_POINTS], &Head::default().stance().level), None);
    }

    proptest! {
        /// The marks net's noise from frame to frame is a fiftieth of the eyes' distance.
        #[test]
        fn noise_makes_no_turn(seed in any::<u32>(), flat in any::<bool>()) {
            let one = Head { noise: (seed, 0.02), flat, ..Head::default() };
            let other = Head { noise: (seed ^ 0x5555, 0.02), ..one };
            let found = between(&one, &other);
            prop_assert!(found.across.abs() < 0.13 && found.up.abs() < 0.13, "{:?}", found);
        }
    }

    fn between(from: &Head, to: &Head) -> Relief {
        to.stance().relief(&from.stance()).unwrap()
    }
}
