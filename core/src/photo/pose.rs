//! The head's pose: fits a rigid head's sixty-eight points to the detected ones.
//!
//! The head was made from pictures, not taken from a model of anybody's: on 395 pictures of LFW the marks net gave
//! the points and `fr_pose` (the package that the marks come from) the angles; the points that, so turned and
//! projected from afar, have the least squares to those found are [`HEAD`], made symmetrical. `fr_pose` reads the
//! portraits of people who look straight ahead as 7.5° down (median of LFW −7.6°, mean of the six portraits −7.2°),
//! so that is 0 here.
//!
//! Against `fr_pose` on 393 other pictures of LFW the mean absolute difference is 1.9° of yaw, 3.5° of pitch and
//! 1.4° of roll; on 125 frames of the genuine clip (222–472) 1.7°, 1.9° and 0.8°. Pitch is worst because a long
//! nose and a raised chin look alike; part of each is `fr_pose`'s own (its yaw of a mirrored picture differs by
//! 3.1° in the mean). Measured 2026-11-24; no command repeats it, for neither LFW nor `fr_pose` is in the set-up.

use std::array;

use super::{Marks, Point};

/// The head's pose in degrees, as the viewer sees it; 0 is straight into the camera.
///
/// The head is turned first, then nods, then leans; for small angles the order makes no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Positive: the nose points to the viewer's right.
    pub yaw: f32,
    /// Positive: the nose points up.
    pub pitch: f32,
    /// Positive: the crown leans to the viewer's right (clockwise).
    pub roll: f32,
}

/// The points of a generic head in distances between the eyes' centres, from the middle between these:
/// x to the viewer's right, y down, z away from the viewer.
pub const HEAD: [[f32; 3]; 68] = [
    [-1.168, -0.022, 0.981],
    [-1.159, 0.285, 0.913],
    [-1.130, 0.591, 0.865],
    [-1.074, 0.893, 0.813],
    [-0.965, 1.176, 0.701],
    [-0.787, 1.423, 0.530],
    [-0.558, 1.626, 0.329],
    [-0.299, 1.787, 0.127],
    [0.000, 1.834, 0.054],
    [0.299, 1.787, 0.127],
    [0.558, 1.626, 0.329],
    [0.787, 1.423, 0.530],
    [0.965, 1.176, 0.701],
    [1.074, 0.893, 0.813],
    [1.130, 0.591, 0.865],
    [1.159, 0.285, 0.913],
    [1.168, -0.022, 0.981],
    [-0.929, -0.215, 0.214],
    [-0.785, -0.342, 0.062],
    [-0.580, -0.374, -0.079],
    [-0.368, -0.339, -0.192],
    [-0.169, -0.258, -0.264],
    [0.169, -0.258, -0.264],
    [0.368, -0.339, -0.192],
    [0.580, -0.374, -0.079],
    [0.785, -0.342, 0.062],
    [0.929, -0.215, 0.214],
    [0.000, -0.026, -0.268],
    [0.000, 0.163, -0.380],
    [0.000, 0.350, -0.503],
    [0.000, 0.546, -0.622],
    [-0.242, 0.687, -0.298],
    [-0.125, 0.727, -0.358],
    [0.000, 0.760, -0.396],
    [0.125, 0.727, -0.358],
    [0.242, 0.687, -0.298],
    [-0.693, 0.003, 0.100],
    [-0.569, -0.053, 0.007],
    [-0.424, -0.053, -0.021],
    [-0.294, 0.029, -0.007],
    [-0.431, 0.053, -0.007],
    [-0.577, 0.052, 0.021],
    [0.294, 0.029, -0.007],
    [0.424, -0.053, -0.021],
    [0.569, -0.053, 0.007],
    [0.693, 0.003, 0.100],
    [0.577, 0.052, 0.021],
    [0.431, 0.053, -0.007],
    [-0.436, 1.069, 0.069],
    [-0.278, 0.991, -0.163],
    [-0.115, 0.951, -0.296],
    [0.000, 0.981, -0.313],
    [0.115, 0.951, -0.296],
    [0.278, 0.991, -0.163],
    [0.436, 1.069, 0.069],
    [0.283, 1.219, -0.101],
    [0.125, 1.286, -0.214],
    [0.000, 1.299, -0.233],
    [-0.125, 1.286, -0.214],
    [-0.283, 1.219, -0.101],
    [-0.366, 1.075, 0.032],
    [-0.116, 1.051, -0.252],
    [0.000, 1.063, -0.275],
    [0.116, 1.051, -0.252],
    [0.366, 1.075, 0.032],
    [0.119, 1.136, -0.225],
    [0.000, 1.150, -0.245],
    [-0.119, 1.136, -0.225],
];

/// The weight of a point. The nose shows a turn best; the jaw slides with the turn, brows and lips move by themselves.
fn weight(point: usize) -> f32 {
    match point {
        0..17 | 48..68 => 0.3,
        17..27 => 0.5,
        27..36 => 2.0,
        _ => 1.0,
    }
}

impl Pose {
    /// Impossible points, such as all in one place, give 90° for each angle.
    pub fn of(marks: &Marks) -> Self {
        fitted(marks.points()).unwrap_or(Self { yaw: 90.0, pitch: 90.0, roll: 90.0 })
    }

    /// The greatest of the three angles, without its sign.
    pub fn most(&self) -> f32 {
        self.yaw.abs().max(self.pitch.abs()).max(self.roll.abs())
    }

    /// The marks of a generic head in this pose, seen from afar.
    ///
    /// `middle` lies between the eyes, `unit` is their distance in pixels when seen from the front.
    pub fn head(&self, middle: Point, unit: f32) -> Marks {
        let turned = Turn::of(self);
        Marks::from_points(HEAD.map(|point| {
            let [x, y, _] = turned.apply(point);
            Point { x: middle.x + unit * x, y: middle.y + unit * y }
        }))
    }
}

/// Gauss-Newton over turn, scale and place (weak perspective), from a frontal head that lies on the eyes.
fn fitted(points: &[Point; 68]) -> Option<Pose> {
    const STEPS: usize = 12;
    let total: f32 = (0..68).map(weight).sum();
    let mean =
        |of: &dyn Fn(usize) -> f32| (0..68).map(|it| weight(it) * of(it)).sum::<f32>() / total;
    let (x, y) = (mean(&|it| points[it].x), mean(&|it| points[it].y));
    let centre: [f32; 3] = array::from_fn(|axis| mean(&|it| HEAD[it][axis]));
    let head = HEAD.map(|it| array::from_fn(|axis| it[axis] - centre[axis]));

    let eyes = middle(points, 36).to(middle(points, 42));
    let mut scale = eyes.length();
    let mut turn = Turn::of(&Pose { roll: eyes.y.atan2(eyes.x).to_degrees(), ..Pose::default() });
    for _ in 0..STEPS {
        let mut squares = [[0.0; 4]; 4];
        let mut sides = [0.0; 4];
        for (at, point) in head.iter().enumerate() {
            let [qx, qy, qz] = turn.apply(*point).map(|it| scale * it);
            // The derivatives of x and y by turning about x, y, z and by scale.
            let across = [0.0, qz, -qy, qx];
            let down = [-qz, 0.0, qx, qy];
            let (off_x, off_y) = (points[at].x - x - qx, points[at].y - y - qy);
            for row in 0..4 {
                for column in 0..4 {
                    squares[row][column] +=
                        weight(at) * (across[row] * across[column] + down[row] * down[column]);
                }
                sides[row] += weight(at) * (across[row] * off_x + down[row] * off_y);
            }
        }
        let [about_x, about_y, about_z, growth] = solved(squares, sides)?;
        turn = turn.turned([about_x, about_y, about_z]);
        scale *= growth.clamp(-0.5, 0.5).exp();
    }
    let pose = turn.pose();
    let whole = [pose.yaw, pose.pitch, pose.roll, scale].iter().all(|it| it.is_finite());
    (whole && scale > 0.0).then_some(pose)
}

fn middle(points: &[Point; 68], eye: usize) -> Point {
    points[eye].middle(points[eye + 3])
}

/// Gaussian elimination with pivots; `None` if the system is singular.
fn solved(mut squares: [[f32; 4]; 4], mut sides: [f32; 4]) -> Option<[f32; 4]> {
    for step in 0..4 {
        let pivot =
            (step..4).max_by(|&a, &b| squares[a][step].abs().total_cmp(&squares[b][step].abs()))?;
        squares.swap(step, pivot);
        sides.swap(step, pivot);
        let top = squares[step];
        if top[step].abs() < f32::EPSILON || !top[step].is_finite() {
            return None;
        }
        for row in step + 1..4 {
            let share = squares[row][step] / top[step];
            for column in step..4 {
                squares[row][column] -= share * top[column];
            }
            sides[row] -= share * sides[step];
        }
    }
    let mut answer = [0.0; 4];
    for row in (0..4).rev() {
        let known: f32 = (row + 1..4).map(|it| squares[row][it] * answer[it]).sum();
        answer[row] = (sides[row] - known) / squares[row][row];
    }
    Some(answer)
}

/// A rotation, by rows.
#[derive(Clone, Copy)]
struct Turn([[f32; 3]; 3]);

impl Turn {
    fn of(pose: &Pose) -> Self {
        let (sy, cy) = pose.yaw.to_radians().sin_cos();
        let (sp, cp) = pose.pitch.to_radians().sin_cos();
        let (sr, cr) = pose.roll.to_radians().sin_cos();
        let yaw = Self([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]]);
        let pitch = Self([[1.0, 0.0, 0.0], [0.0, cp, sp], [0.0, -sp, cp]]);
        let roll = Self([[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]]);
        roll.after(&pitch.after(&yaw))
    }

    fn pose(&self) -> Pose {
        let Self([[_, up, _], [_, upright, _], [side, lift, front]]) = *self;
        Pose {
            yaw: side.atan2(front).to_degrees(),
            pitch: (-lift).clamp(-1.0, 1.0).asin().to_degrees(),
            roll: (-up).atan2(upright).to_degrees(),
        }
    }

    fn apply(&self, point: [f32; 3]) -> [f32; 3] {
        self.0.map(|row| row.iter().zip(point).map(|(a, b)| a * b).sum())
    }

    fn after(&self, first: &Self) -> Self {
        Self(array::from_fn(|row| {
            array::from_fn(|column| (0..3).map(|it| self.0[row][it] * first.0[it][column]).sum())
        }))
    }

    /// Turned further about an axis by its length in radians (Rodrigues).
    fn turned(&self, axis: [f32; 3]) -> Self {
        const STEP_MAX: f32 = 0.5;
        let length = axis.iter().map(|it| it * it).sum::<f32>().sqrt();
        if length < f32::EPSILON {
            return *self;
        }
        let axis = axis.map(|it| it / length);
        let (sine, cosine) = length.min(STEP_MAX).sin_cos();
        // Of the axis across each pair of others.
        let cross = [[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]];
        Self(array::from_fn(|row| {
            array::from_fn(|column| {
                let same = if row == column { cosine } else { 0.0 };
                same + axis[row] * axis[column] * (1.0 - cosine) + sine * cross[row][column]
            })
        }))
        .after(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Point = Point { x: 300.0, y: 250.0 };

    #[test]
    fn a_nose_to_the_right_an_upward_nose_and_a_clockwise_head_are_positive() {
        let straight = Pose::default().head(PLACE, 100.0).points()[30];
        let right = Pose { yaw: 20.0, ..Pose::default() }.head(PLACE, 100.0).points()[30];
        let up = Pose { pitch: 20.0, ..Pose::default() }.head(PLACE, 100.0).points()[30];
        let leaning = Pose { roll: 20.0, ..Pose::default() }.head(PLACE, 100.0).points()[27];
        assert!(right.x > straight.x + 10.0);
        assert!(up.y < straight.y - 10.0);
        assert!(leaning.x > PLACE.x);
    }

    #[test]
    fn a_head_turned_by_known_angles_is_measured_within_a_degree() {
        for yaw in (-40..=40).step_by(8) {
            for pitch in (-24..=24).step_by(8) {
                for roll in (-32..=32).step_by(8) {
                    let [yaw, pitch, roll] = [yaw, pitch, roll].map(|it: i16| f32::from(it));
                    let pose = Pose { yaw, pitch, roll };
                    let found = Pose::of(&pose.head(PLACE, 80.0));
                    assert!(apart(pose, found) < 1.0, "{pose:?} {found:?}");
                }
            }
        }
    }

    #[test]
    fn points_that_no_head_has_are_turned_away() {
        let nowhere = Marks::from_points([PLACE; 68]);
        assert!(Pose::of(&nowhere).most() > 80.0);
        let broken = Marks::from_points([Point { x: f32::NAN, y: 0.0 }; 68]);
        assert!(Pose::of(&broken).most() > 80.0);
    }

    proptest! {
        /// The marks net's noise is a fiftieth of the eyes' distance.
        #[test]
        fn marks_that_stray_a_little_turn_the_head_a_little(
            yaw in -30.0_f32..30.0, pitch in -20.0_f32..20.0, roll in -30.0_f32..30.0,
            stray in proptest::collection::vec(-2.0_f32..2.0, 136),
        ) {
            let pose = Pose { yaw, pitch, roll };
            let mut points = *pose.head(PLACE, 100.0).points();
            for (point, off) in points.iter_mut().zip(stray.chunks_exact(2)) {
                point.x += off[0];
                point.y += off[1];
            }
            let found = Pose::of(&Marks::from_points(points));
            prop_assert!(apart(pose, found) < 4.0, "{:?} {:?}", pose, found);
        }
    }

    fn apart(a: Pose, b: Pose) -> f32 {
        Pose { yaw: a.yaw - b.yaw, pitch: a.pitch - b.pitch, roll: a.roll - b.roll }.most()
    }
}
