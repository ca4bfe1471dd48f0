//! The stance of a face in one frame, from which both browser and server recognise actions.

use super::facts::FaceFacts;
use super::solid::{Relief, relief};
use crate::photo::Close;

pub const LEVEL_POINTS: usize = 68;

/// The marks in the head's own terms: from the middle between the eyes, along them and down, in eye distances.
pub type Level = [[f32; 2]; LEVEL_POINTS];

/// One face in one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Stance {
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    /// 0–1, left and right as the viewer sees them.
    pub eyes_open: [f32; 2],
    /// As a share of the frame's width.
    pub eye_distance: f32,
    /// Between the eyes, in the same shares.
    pub middle: [f32; 2],
    pub level: Level,
}

impl Stance {
    /// `width` is the frame's, in pixels.
    pub fn of(close: &Close, width: f32) -> Option<Self> {
        let marks = close.marks.points().map(|it| [it.x / width, it.y / width]);
        Self::from_marks(
            &marks,
            [close.pose.yaw, close.pose.pitch, close.pose.roll],
            close.eyes_open,
        )
    }

    pub fn of_facts(face: &FaceFacts) -> Option<Self> {
        let marks: &Level = face.marks.as_slice().try_into().ok()?;
        Self::from_marks(marks, [face.yaw, face.pitch, face.roll], face.eyes_open)
    }

    /// `None` if a number is NaN or the eyes are in one place.
    fn from_marks(
        marks: &Level,
        [yaw, pitch, roll]: [f32; 3],
        eyes_open: [f32; 2],
    ) -> Option<Self> {
        let [left, right] =
            [36, 42].map(|start| centre(marks, [start + 1, start + 2, start + 4, start + 5]));
        let (x, y) = (right[0] - left[0], right[1] - left[1]);
        let eye_distance = x.hypot(y);
        let middle = [left[0].midpoint(right[0]), left[1].midpoint(right[1])];
        let level = marks.map(|[px, py]| {
            let (px, py) = (px - middle[0], py - middle[1]);
            let square = eye_distance * eye_distance;
            [(px * x + py * y) / square, (py * x - px * y) / square]
        });
        let told = [yaw, pitch, roll, eyes_open[0], eyes_open[1]];
        let whole = level.iter().flatten().chain(&told).all(|it| it.is_finite());
        (whole && eye_distance > 0.0).then_some(Self {
            yaw,
            pitch,
            roll,
            eyes_open,
            eye_distance,
            middle,
            level,
        })
    }

    pub fn open(&self) -> bool {
        self.eyes_open.iter().all(|it| *it >= EYES_OPEN_MIN)
    }

    /// The mouth from corner to corner, in eye distances.
    pub fn mouth_width(&self) -> f32 {
        let ([x, y], [u, v]) = (self.level[48], self.level[54]);
        (u - x).hypot(v - y)
    }

    /// How far the mouth's corners stand above the middle of the lips, in eye distances.
    pub fn mouth_lift(&self) -> f32 {
        let lips = centre(&self.level, [51, 57, 62, 66]);
        lips[1] - self.level[48][1].midpoint(self.level[54][1])
    }

    /// How far both mouth's corners stand apart and up beyond those of `rest`: one is a smile.
    ///
    /// On the genuine clip (frames 202–226 against 253–268) a smile widens the mouth by 32 % and lifts its corners
    /// by 0.085; when she laughs (281 against 297–311) by 16–30 % and, with the mouth open, by 0.02–0.06. Within
    /// each part the mouth's width strays by 3 %, the lift by 0.01, so a smile of 1 is 6 strays.
    pub fn smile(&self, rest: &Self) -> f32 {
        const WIDER: f32 = 0.10;
        const LIFTED: f32 = 0.05;
        /// The lips' middle stands so much nearer than the corners (HEAD's depths): a chin that is put up hides as
        /// much of a smile as the sine of it.
        const ARCH: f32 = 0.34;
        let wider = (self.mouth_width() / rest.mouth_width() - 1.0) / WIDER;
        let nodded = ARCH * (self.pitch - rest.pitch).to_radians().sin();
        let lifted = (self.mouth_lift() - rest.mouth_lift() + nodded) / LIFTED;
        // Neither alone: an open mouth, or a chin put down, is no smile.
        wider.clamp(-2.0, 2.0).midpoint(lifted.clamp(-2.0, 2.0))
    }

    pub fn relief(&self, front: &Self) -> Option<Relief> {
        relief(&front.level, &self.level)
    }
}

/// The eye net is certain: on the genuine clip it says ≥ .96 for open and ≤ .02 for shut in nearly every frame.
pub const EYES_OPEN_MIN: f32 = 0.7;
pub const EYES_SHUT_MAX: f32 = 0.3;

fn centre(marks: &Level, of: [usize; 4]) -> [f32; 2] {
    let sum = of.iter().fold([0.0, 0.0], |sum, &at| [sum[0] + marks[at][0], sum[1] + marks[at][1]]);
    sum.map(|it| it / 4.0)
}
