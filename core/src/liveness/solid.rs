//! Whether marks moved as a solid head's do: what a flat picture, however it is held, can't imitate.
//!
//! Between two views from afar, points of a plane are mapped by six numbers (an affine map). Points of a head are
//! not: what is left over goes with their depth when the head turns or nods, and with place times depth when it
//! comes nearer (perspective). Both are fitted together over the points that no expression moves.

use super::stance::{LEVEL_POINTS, Level};
use crate::photo::HEAD;

/// Points that neither lids, brows, lips nor chin move: the jaw's upper sides, the nose, the eyes' corners.
const STEADY: [usize; 23] =
    [0, 1, 2, 3, 4, 12, 13, 14, 15, 16, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45];

/// Six of the plane, two of depth, one of perspective.
const UNKNOWN: usize = 9;

/// How one view of a face came out of another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relief {
    /// Sine of the turn between the views: positive, the nose went to the viewer's right. A plane has nought.
    pub across: f32,
    /// Sine of the nod: positive, the nose went up. A plane has nought.
    pub up: f32,
    /// Gain of 1/distance, in 1/eye distances: how much more the near parts grew than the far ones.
    pub bulge: f32,
    /// Root of the mean square that no map of a plane explains, in eye distances.
    pub off_plane: f32,
    /// The same for a solid head: expression and the marks' own noise.
    pub off_solid: f32,
}

/// Nothing where the marks are no face's.
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

/// Least squares over the steady points: the unknowns, and the root of the mean square left.
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

/// Gauss with pivots; nothing where the system has no one answer.
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
