//! Measurements of a camera frame, and the one hint that helps most now.
//!
//! The quantities are those of the photo rules (PHM-5), but a frame is not a photo yet: it is wider than a portrait
//! and becomes one when it is cut to the head, and the face in it moves. So shares are of the frame's height, and
//! where the rules are stricter than matching needs (see [`limits`]), they don't hold up the client: the
//! rules themselves are in `PhotoReport`.
//!
//! [`Measured::of_look`] knows the head's pose and the eyes. [`Measured::of`] has only the detector's five
//! points, for callers that run no other net. On the genuine clip and the portraits that the tests use (2026-11-23)
//! five points of a frontal face stray by: nose ±0.12 eye distances sideways, 0.51–0.61 down, roll ±3°.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use serde::{Deserialize, Serialize};

use super::alignment::{ALIGNED_SIDE, aligned};
use super::rules::{self, Quantity};
use super::{Face, Image, Landmarks, Look, light};

/// The bounds between which a frame is good.
pub mod limits {
    /// Face's height (brows to chin) to the frame's. PHM-5 wants the head at 40–80 %; brows to chin is ¾ of it.
    pub const SHARE_MIN: f32 = 0.30;
    /// A face that fills the frame is still matched and still judged (the genuine clip's does, at 0.81–0.88; passive.rs
    /// says what its net makes of it); beyond, chin or brows leave the frame at the next breath.
    pub const SHARE_MAX: f32 = 0.90;
    /// Between the eyes' centres. PHM-5's 70 px hold from 720 lines on by the share; 48 is the floor at 360
    /// lines, and still above the 35 that a recognition net sees.
    pub const EYES_PX_MIN: f32 = 48.0;
    /// The face's centre from the frame's, as a share of the frame's side.
    pub const OFF_CENTRE_MAX: f32 = 0.25;
    /// Mean light of the face, or half the light of the eyes' whites where that is more, 0–255.
    pub const LIGHT_MIN: f32 = 45.0;
    pub const LIGHT_MAX: f32 = 215.0;
    /// Share of the face that is burnt out.
    pub const GLARE_MAX: f32 = 0.25;
    /// The nose from the middle between the eyes, sideways, in eye distances: about 20° of turn.
    pub const TURN_MAX: f32 = 0.25;
    /// How far down the nose lies between eyes and mouth: chin down, chin up.
    pub const NOD_MIN: f32 = 0.35;
    pub const NOD_MAX: f32 = 0.80;
    pub const ROLL_MAX_DEGREES: f32 = 15.0;
    /// PHM-5 wants 8° of a photo; a match gains nothing below these (gate G of the trial), and the marks stray by 3.5°
    /// in pitch.
    pub const YAW_MAX_DEGREES: f32 = 20.0;
    pub const PITCH_MAX_DEGREES: f32 = 15.0;
    /// The darker cheek to the brighter one; the rule says 0.6.
    pub const BALANCE_MIN: f32 = 0.45;
    /// Eyes as dark as behind dark glasses, and frames as heavy: twice the rule's.
    pub const EYES_LIGHT_MIN_PERCENT: f32 = 40.0;
    pub const FRAME_EDGES_MAX_PERCENT: f32 = 50.0;
    /// The rule's limit.
    pub const EYES_OPEN_MIN: f32 = 0.5;
    /// Eyes on the screen's corner instead of the camera; the rule says 12.
    pub const GAZE_OFF_MAX_PERCENT: f32 = 22.0;
    /// Movement between two frames in eye distances.
    pub const MOVED_MAX: f32 = 0.25;
    /// Variance of the Laplacian to that of the light, on the aligned face. Portraits measure 0.2–1.1, the
    /// same blurred by 3 px 0.02–0.05, by 6 px 0.004–0.01, where passive liveness begins to fail.
    pub const SHARPNESS_MIN: f32 = 0.012;
    /// Another face counts from this share of the largest one's height, so that a portrait on the wall does not.
    pub const BYSTANDER_MIN: f32 = 0.20;
}

/// What the person should do, in the order of the hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guidance {
    NoFace,
    SeveralFaces,
    TooDark,
    TooBright,
    TooFar,
    TooClose,
    OffCentre,
    RemoveGlasses,
    TurnedAway,
    /// One side of the face is much darker than the other.
    LightFromFront,
    OpenEyes,
    LookHere,
    HoldStill,
    Good,
}

impl Guidance {
    pub const ALL: [Self; 14] = [
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooDark,
        Self::TooBright,
        Self::TooFar,
        Self::TooClose,
        Self::OffCentre,
        Self::RemoveGlasses,
        Self::TurnedAway,
        Self::LightFromFront,
        Self::OpenEyes,
        Self::LookHere,
        Self::HoldStill,
        Self::Good,
    ];
}

/// A frame in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Faces that count.
    pub faces: usize,
    /// The largest of them.
    pub face: Option<MeasuredFace>,
}

/// A face in numbers; [`limits`] has the units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredFace {
    pub share: f32,
    pub eyes_px: f32,
    /// The greater of both directions.
    pub off_centre: f32,
    pub light: f32,
    pub glare: f32,
    pub turn: f32,
    pub nod: f32,
    pub roll_degrees: f32,
    /// `None` if there was no face in the previous frame.
    pub moved: Option<f32>,
    pub sharpness: f32,
    /// Present if marks and eyes were measured.
    pub close: Option<MeasuredClose>,
}

/// What 68 marks and the eye net add; in the units of the rules' quantities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredClose {
    pub yaw_degrees: f32,
    pub pitch_degrees: f32,
    pub roll_degrees: f32,
    pub balance: f32,
    pub eyes_light_percent: f32,
    pub frame_edges_percent: f32,
    pub eyes_open: f32,
    pub gaze_off_percent: f32,
}

impl Measured {
    /// From the nets' output; `before` is the face in the previous frame, if any.
    pub fn of_look(image: &Image, look: &Look, before: Option<&Face>) -> Self {
        let mut measured = Self::of(image, &look.faces, before);
        if let (Some(face), Some(close)) = (&mut measured.face, &look.face) {
            let values = rules::live(image, close);
            // What can't be measured causes no hint.
            let value = |quantity: Quantity, else_: f32| {
                values.iter().find(|it| it.0 == quantity && !it.1.is_nan()).map_or(else_, |it| it.1)
            };
            face.close = Some(MeasuredClose {
                yaw_degrees: close.pose.yaw,
                pitch_degrees: close.pose.pitch,
                roll_degrees: close.pose.roll,
                balance: value(Quantity::LightBalance, 1.0),
                eyes_light_percent: value(Quantity::EyesLightPercent, 100.0),
                frame_edges_percent: value(Quantity::FrameEdgesPercent, 0.0),
                eyes_open: close.eyes_open[0].min(close.eyes_open[1]),
                gaze_off_percent: value(Quantity::GazeOffPercent, 0.0),
            });
        }
        measured
    }

    /// `before` is the face in the previous frame, if any.
    pub fn of(image: &Image, faces: &[Face], before: Option<&Face>) -> Self {
        let counted = counted(faces);
        let face = counted.first().map(|greatest| MeasuredFace::of(image, greatest, before));
        Self { faces: counted.len(), face }
    }

    pub fn guidance(&self) -> Guidance {
        match (self.faces, &self.face) {
            (1, Some(face)) => face.guidance(),
            (_, None) => Guidance::NoFace,
            (_, Some(_)) => Guidance::SeveralFaces,
        }
    }

    /// 0–1, to choose among frames: sharp and frontal is best; 0 unless there is exactly one face.
    pub fn quality(&self) -> f32 {
        match (self.faces, &self.face) {
            (1, Some(face)) => face.quality(),
            (_, None | Some(_)) => 0.0,
        }
    }
}

/// The faces that count, the largest first: much smaller ones are pictures on a wall or distant passers-by.
pub fn counted(faces: &[Face]) -> Vec<&Face> {
    let mut faces: Vec<&Face> = faces.iter().collect();
    faces.sort_by(|a, b| b.bounds.height.total_cmp(&a.bounds.height));
    let least = faces.first().map_or(0.0, |it| limits::BYSTANDER_MIN * it.bounds.height);
    faces.retain(|it| it.bounds.height >= least);
    faces
}

impl MeasuredFace {
    fn of(image: &Image, face: &Face, before: Option<&Face>) -> Self {
        let marks = &face.landmarks;
        let (width, height) = (image.width() as f32, image.height() as f32);
        let centre = face.bounds.centre();
        let stand = Stand::of(marks);
        let surface = Skin::of(image, marks);
        let way = |it: &Face| it.landmarks.nose.to(marks.nose).length() / marks.eye_distance();
        Self {
            share: face.bounds.height / height,
            eyes_px: marks.eye_distance(),
            off_centre: (centre.x / width - 0.5).abs().max((centre.y / height - 0.5).abs()),
            light: surface.light,
            glare: surface.glare,
            turn: stand.turn,
            nod: stand.nod,
            roll_degrees: stand.roll_degrees,
            moved: before.map(way),
            sharpness: surface.sharpness,
            close: None,
        }
    }

    fn guidance(&self) -> Guidance {
        let close = |of: fn(&MeasuredClose) -> bool| self.close.as_ref().is_some_and(of);
        let unsteady = self.moved.is_some_and(|it| it > limits::MOVED_MAX)
            || self.sharpness < limits::SHARPNESS_MIN;
        if self.light < limits::LIGHT_MIN {
            Guidance::TooDark
        } else if self.light > limits::LIGHT_MAX || self.glare > limits::GLARE_MAX {
            Guidance::TooBright
        } else if self.share < limits::SHARE_MIN || self.eyes_px < limits::EYES_PX_MIN {
            Guidance::TooFar
        } else if self.share > limits::SHARE_MAX {
            Guidance::TooClose
        } else if self.off_centre > limits::OFF_CENTRE_MAX {
            Guidance::OffCentre
        } else if close(MeasuredClose::behind_glasses) {
            Guidance::RemoveGlasses
        } else if self.turned() {
            Guidance::TurnedAway
        } else if close(|it| it.balance < limits::BALANCE_MIN) {
            // Only of a face from the front: a turned one's far cheek is hidden.
            Guidance::LightFromFront
        } else if close(|it| it.eyes_open < limits::EYES_OPEN_MIN) {
            Guidance::OpenEyes
        } else if close(|it| it.gaze_off_percent.abs() > limits::GAZE_OFF_MAX_PERCENT) {
            Guidance::LookHere
        } else if unsteady {
            Guidance::HoldStill
        } else {
            Guidance::Good
        }
    }

    fn turned(&self) -> bool {
        match &self.close {
            Some(close) => {
                close.yaw_degrees.abs() > limits::YAW_MAX_DEGREES
                    || close.pitch_degrees.abs() > limits::PITCH_MAX_DEGREES
                    || close.roll_degrees.abs() > limits::ROLL_MAX_DEGREES
            }
            None => {
                self.turn.abs() > limits::TURN_MAX
                    || !(limits::NOD_MIN..=limits::NOD_MAX).contains(&self.nod)
                    || self.roll_degrees.abs() > limits::ROLL_MAX_DEGREES
            }
        }
    }

    fn quality(&self) -> f32 {
        /// The sharpness of an ordinary portrait counts half.
        const HALF: f32 = 0.3;
        let frontal = 1.0 - (self.turn.abs() / limits::TURN_MAX).min(1.0);
        let sharp = self.sharpness / (self.sharpness + HALF);
        (0.4 * frontal + 0.6 * sharp).clamp(0.0, 1.0)
    }
}

impl MeasuredClose {
    fn behind_glasses(&self) -> bool {
        self.eyes_light_percent < limits::EYES_LIGHT_MIN_PERCENT
            || self.frame_edges_percent > limits::FRAME_EDGES_MAX_PERCENT
    }
}

/// The head's pose from its five points.
struct Stand {
    turn: f32,
    nod: f32,
    roll_degrees: f32,
}

impl Stand {
    fn of(marks: &Landmarks) -> Self {
        let eyes = marks.left_eye.to(marks.right_eye);
        let distance = eyes.length();
        let between = marks.left_eye.middle(marks.right_eye);
        let nose = between.to(marks.nose);
        let mouth = between.to(marks.left_mouth.middle(marks.right_mouth));
        // Relative to the line of the eyes, so that a tilted head is not taken for a turned one.
        let along = |it: super::Point| it.dot(eyes) / distance;
        let down = |it: super::Point| (it.y * eyes.x - it.x * eyes.y) / distance;
        Self {
            turn: along(nose) / distance,
            nod: down(nose) / down(mouth),
            roll_degrees: eyes.y.atan2(eyes.x).to_degrees(),
        }
    }
}

/// Light and sharpness of the skin between brows and chin, on the aligned face: the same at any distance.
pub(super) struct Skin {
    pub(super) light: f32,
    pub(super) glare: f32,
    pub(super) sharpness: f32,
}

impl Skin {
    pub(super) fn of(image: &Image, marks: &Landmarks) -> Self {
        const TOP: usize = 20;
        const BOTTOM: usize = 110;
        const LEFT: usize = 16;
        const RIGHT: usize = 96;
        const BURNT: f32 = 250.0;
        /// Where the eyes' centres are placed.
        const EYES: [(usize, usize); 2] = [(38, 52), (74, 52)];

        let planes = aligned(image, marks);
        let plane = ALIGNED_SIDE * ALIGNED_SIDE;
        let light: Vec<f32> = (0..plane)
            .map(|at| light([planes[at], planes[plane + at], planes[2 * plane + at]]))
            .collect();
        let inner = || (TOP..BOTTOM).flat_map(|y| (LEFT..RIGHT).map(move |x| y * ALIGNED_SIDE + x));
        let laplacian = |at: usize| {
            4.0 * light[at]
                - light[at - 1]
                - light[at + 1]
                - light[at - ALIGNED_SIDE]
                - light[at + ALIGNED_SIDE]
        };
        let eyes = || {
            EYES.into_iter().flat_map(|(x, y)| {
                (y - 3..=y + 3)
                    .flat_map(move |y| (x - 7..=x + 7).map(move |x| y * ALIGNED_SIDE + x))
            })
        };
        let whites = brightest_tenth(eyes().map(|at| light[at]).collect());
        let lights = Spread::of(inner().map(|at| light[at]));
        let edges = Spread::of(inner().map(laplacian));
        let burnt = inner().filter(|&at| light[at] > BURNT).count();
        Self {
            light: lights.mean.max(WHITES_SHARE * whites),
            glare: burnt as f32 / inner().count() as f32,
            sharpness: edges.variance / lights.variance.max(1.0),
        }
    }
}

/// The whites of the eyes show how well a face is lit, whatever the skin: light skin has about 0.8 of their light.
pub(super) const WHITES_SHARE: f32 = 0.5;

/// Where the brightest tenth begins; NaN if empty.
pub(super) fn brightest_tenth(mut lights: Vec<f32>) -> f32 {
    lights.sort_by(f32::total_cmp);
    lights.get(lights.len() * 9 / 10).copied().unwrap_or(f32::NAN)
}

struct Spread {
    mean: f32,
    variance: f32,
}

impl Spread {
    fn of(numbers: impl Iterator<Item = f32> + Clone) -> Self {
        let count = numbers.clone().count() as f32;
        let mean = numbers.clone().sum::<f32>() / count;
        let variance = numbers.map(|it| (it - mean).powi(2)).sum::<f32>() / count;
        Self { mean, variance }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
mod tests {
    use super::super::{Bounds, Point};
    use super::*;

    #[test]
    fn a_well_placed_face_is_good() {
        let frame = frame(120);
        assert_eq!(hint(&frame, &[face(640.0, 330.0, 110.0)], None), Guidance::Good);
    }

    #[test]
    fn each_fault_has_its_hint() {
        let good = face(640.0, 330.0, 110.0);
        let light = frame(120);
        let rows: [(Guidance, &Image, Vec<Face>); 9] = [
            (Guidance::NoFace, &light, vec![]),
            (Guidance::SeveralFaces, &light, vec![good, face(300.0, 300.0, 60.0)]),
            (Guidance::Good, &light, vec![good, face(100.0, 100.0, 15.0)]),
            (Guidance::TooDark, &frame(20), vec![good]),
            (Guidance::TooBright, &frame(240), vec![good]),
            (Guidance::TooFar, &light, vec![face(640.0, 330.0, 55.0)]),
            (Guidance::TooClose, &light, vec![face(640.0, 360.0, 240.0)]),
            (Guidance::OffCentre, &light, vec![face(250.0, 330.0, 110.0)]),
            (Guidance::TurnedAway, &light, vec![nose_moved(good, 40.0, 0.0)]),
        ];
        for (expected, frame, faces) in rows {
            assert_eq!(hint(frame, &faces, None), expected);
        }
        assert_eq!(
            hint(&light, &[nose_moved(good, 0.0, 50.0)], None),
            Guidance::TurnedAway,
            "chin down"
        );
        assert_eq!(hint(&light, &[turned(good, 20.0)], None), Guidance::TurnedAway, "tilted");
    }

    #[test]
    fn a_moving_or_blurred_face_is_asked_to_hold_still() {
        let (light, now) = (frame(120), face(640.0, 330.0, 110.0));
        assert_eq!(hint(&light, &[now], Some(&face(600.0, 330.0, 110.0))), Guidance::HoldStill);
        assert_eq!(hint(&light, &[now], Some(&face(635.0, 330.0, 110.0))), Guidance::Good);
        let blurred = light.resized(40, 24).resized(1280, 720);
        assert_eq!(hint(&blurred, &[now], None), Guidance::HoldStill);
    }

    #[test]
    fn a_tilted_head_is_not_taken_for_a_turned_one() {
        let straight = Stand::of(&face(640.0, 330.0, 110.0).landmarks);
        let tilted = Stand::of(&turned(face(640.0, 330.0, 110.0), 30.0).landmarks);
        assert!((tilted.roll_degrees - 30.0).abs() < 0.1);
        assert!(
            (tilted.turn - straight.turn).abs() < 1e-3 && (tilted.nod - straight.nod).abs() < 1e-3
        );
    }

    #[test]
    fn the_sharper_and_the_more_frontal_frame_is_the_better_one() {
        let (sharp, good) = (frame(120), face(640.0, 330.0, 110.0));
        let soft = sharp.resized(160, 90).resized(1280, 720);
        let quality = |image: &Image, face: Face| Measured::of(image, &[face], None).quality();
        assert!(quality(&sharp, good) > quality(&soft, good));
        assert!(quality(&sharp, good) > quality(&sharp, nose_moved(good, 20.0, 0.0)));
        assert_eq!(Measured::of(&sharp, &[good, good], None).quality(), 0.0);
    }

    #[test]
    fn hints_travel_by_their_names() {
        let names: Vec<_> =
            Guidance::ALL.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
        assert_eq!(
            names.join(" "),
            r#""no-face" "several-faces" "too-dark" "too-bright" "too-far" "too-close" "off-centre" "remove-glasses" "turned-away" "light-from-front" "open-eyes" "look-here" "hold-still" "good""#
        );
    }

    #[test]
    fn marks_and_eyes_lead_to_their_hints() {
        type Fault = fn(&mut MeasuredClose);
        let light = frame(120);
        let rows: [(Guidance, Fault); 9] = [
            (Guidance::Good, |_| ()),
            (Guidance::TurnedAway, |it| it.yaw_degrees = -20.1),
            (Guidance::TurnedAway, |it| it.pitch_degrees = 15.1),
            (Guidance::TurnedAway, |it| it.roll_degrees = 15.1),
            (Guidance::LightFromFront, |it| it.balance = 0.44),
            (Guidance::RemoveGlasses, |it| it.eyes_light_percent = 39.0),
            (Guidance::RemoveGlasses, |it| it.frame_edges_percent = 51.0),
            (Guidance::OpenEyes, |it| it.eyes_open = 0.49),
            (Guidance::LookHere, |it| it.gaze_off_percent = -22.1),
        ];
        for (expected, fault) in rows {
            let mut measured = Measured::of(&light, &[face(640.0, 330.0, 110.0)], None);
            let mut close = MeasuredClose {
                yaw_degrees: 19.9,
                pitch_degrees: -14.9,
                roll_degrees: 14.9,
                balance: 0.46,
                eyes_light_percent: 41.0,
                frame_edges_percent: 49.0,
                eyes_open: 0.51,
                gaze_off_percent: 21.9,
            };
            fault(&mut close);
            if let Some(face) = &mut measured.face {
                face.close = Some(close);
            }
            assert_eq!(measured.guidance(), expected, "{close:?}");
        }
    }

    fn hint(image: &Image, faces: &[Face], before: Option<&Face>) -> Guidance {
        Measured::of(image, faces, before).guidance()
    }

    /// A camera frame with a texture around one grey.
    fn frame(grey: u8) -> Image {
        let rgb = (0..1280 * 720)
            .flat_map(|at| {
                [if (at % 1280 / 20 + at / 1280 / 20) % 2 == 0 { grey - 15 } else { grey + 15 }; 3]
            })
            .collect();
        Image::new(1280, 720, rgb).unwrap()
    }

    /// A frontal face around a point, by the distance of its eyes.
    fn face(x: f32, y: f32, eyes: f32) -> Face {
        let at = |across: f32, down: f32| Point { x: x + across * eyes, y: y + down * eyes };
        let corner = at(-1.0, -1.2);
        Face {
            bounds: Bounds { x: corner.x, y: corner.y, width: 2.0 * eyes, height: 2.9 * eyes },
            score: 0.9,
            landmarks: Landmarks {
                left_eye: at(-0.5, -0.3),
                right_eye: at(0.5, -0.3),
                nose: at(0.0, 0.3),
                left_mouth: at(-0.4, 0.75),
                right_mouth: at(0.4, 0.75),
            },
        }
    }

    fn nose_moved(mut face: Face, across: f32, down: f32) -> Face {
        face.landmarks.nose.x += across;
        face.landmarks.nose.y += down;
        face
    }

    fn turned(face: Face, degrees: f32) -> Face {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let centre = face.landmarks.nose;
        let turn = |it: Point| {
            let way = centre.to(it);
            Point {
                x: centre.x + way.x * cosine - way.y * sine,
                y: centre.y + way.x * sine + way.y * cosine,
            }
        };
        Face { landmarks: Landmarks::from_points(face.landmarks.points().map(turn)), ..face }
    }
}
