//! A head for tests: [`HEAD`] before a pinhole camera, solid or printed on a plane, with lids and lips that move.

use super::facts::{FaceFacts, FrameFacts};
use super::stance::Stance;
use crate::photo::{Bounds, Close, Face, HEAD, Landmarks, Look, Marks, Point, Pose};

/// Eye distances from the camera: 63 mm each, so 440 mm.
pub(super) const ARMS_LENGTH: f32 = 7.0;
/// The frame's width to the camera's focal length; 62° across.
const FRAME: f32 = 1.2;
const WIDTH: f32 = 1280.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Head {
    pub pose: Pose,
    pub distance: f32,
    pub eyes_open: f32,
    /// 0 a mouth at rest, 1 the smile of the genuine clip.
    pub smile: f32,
    /// A picture of a head on paper.
    pub flat: bool,
    /// Seed of the marks' noise, and its root mean square in eye distances.
    pub noise: (u32, f32),
}

impl Default for Head {
    fn default() -> Self {
        Self {
            pose: Pose::default(),
            distance: ARMS_LENGTH,
            eyes_open: 0.98,
            smile: 0.0,
            flat: false,
            noise: (1, 0.0),
        }
    }
}

impl Head {
    pub(super) fn turned(yaw: f32, pitch: f32) -> Self {
        Self { pose: Pose { yaw, pitch, roll: 0.0 }, ..Self::default() }
    }

    pub(super) fn marks(&self) -> Marks {
        let ((sy, cy), (sp, cp), (sr, cr)) = (
            self.pose.yaw.to_radians().sin_cos(),
            self.pose.pitch.to_radians().sin_cos(),
            self.pose.roll.to_radians().sin_cos(),
        );
        let mut seed = self.noise.0;
        let mut stray = || {
            // The sum of three uniform numbers is nearly normal; each has a variance of 1/3.
            (0..3).map(|_| random(&mut seed)).sum::<f32>() * self.noise.1
        };
        let mut at = 0;
        Marks::from_points(HEAD.map(|[x, y, z]| {
            let [x, y, z] = self.expressed(at, [x, y, if self.flat { 0.0 } else { z }]);
            at += 1;
            let (x, z) = (cy * x - sy * z, sy * x + cy * z);
            let (y, z) = (cp * y + sp * z, cp * z - sp * y);
            let (x, y) = (cr * x - sr * y, sr * x + cr * y);
            let scale = WIDTH / FRAME / (self.distance + z);
            Point {
                x: WIDTH / 2.0 + scale * x + stray() * WIDTH / FRAME / self.distance,
                y: 300.0 + scale * y + stray() * WIDTH / FRAME / self.distance,
            }
        }))
    }

    fn expressed(&self, at: usize, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let corner = f32::from(u8::from((48..68).contains(&at))) * self.smile;
        [x * (1.0 + 0.3 * corner), y - 0.085 * corner * (x.abs() / 0.436).min(1.0), z]
    }

    pub(super) fn look(&self) -> Look {
        let marks = self.marks();
        let pose = Pose::of(&marks);
        let points = marks.points();
        let face = Face {
            bounds: Bounds { x: 500.0, y: 200.0, width: 280.0, height: 380.0 },
            score: 0.9,
            landmarks: Landmarks::from_points([
                marks.eye_centre(0),
                marks.eye_centre(1),
                points[30],
                points[48],
                points[54],
            ]),
        };
        let close = Close { face, marks, pose, eyes_open: [self.eyes_open; 2] };
        Look { faces: vec![face], face: Some(close) }
    }

    pub(super) fn stance(&self) -> Stance {
        Stance::of(self.look().face.as_ref().unwrap(), WIDTH).unwrap()
    }

    pub(super) fn facts(&self) -> FrameFacts {
        let look = self.look();
        let close = look.face.unwrap();
        FrameFacts {
            faces: 1,
            face: Some(FaceFacts {
                yaw: close.pose.yaw,
                pitch: close.pose.pitch,
                roll: close.pose.roll,
                eyes_open: close.eyes_open,
                eye_distance: close.marks.eye_distance() / WIDTH,
                marks: close.marks.points().iter().map(|it| [it.x / WIDTH, it.y / WIDTH]).collect(),
                ..FaceFacts::example()
            }),
            around: [90.0; 3],
        }
    }
}

/// −1 to 1; advances the seed (Numerical Recipes' generator).
pub(super) fn random(seed: &mut u32) -> f32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    f32::from(u16::try_from(*seed >> 16).unwrap()) / 32_767.5 - 1.0
}
