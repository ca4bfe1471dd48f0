//! What a camera frame shows, in numbers, and the one hint that helps most now.
//!
//! PHM-5 describes a portrait; a camera frame is wider than that and becomes one when it is cut to the head.
//! So shares are of the frame's height, and what five points can't tell (eyes open, glare, headgear, a turn
//! of 8°) is left to models to come. On the genuine clip and the portraits that the tests use (2026-11-23)
//! five points of a frontal face stray by: nose ±0.12 eye distances sideways, 0.51–0.61 down, roll ±3°.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use serde::{Deserialize, Serialize};

use super::alignment::{ALIGNED_SIDE, aligned};
use super::{Face, Image, Landmarks};

/// The bounds between which a frame is good.
pub mod limits {
    /// Face's height (brows to chin) to the frame's. PHM-5 wants the head at 40–80 %; brows to chin is ¾ of it.
    pub const SHARE_MIN: f32 = 0.30;
    pub const SHARE_MAX: f32 = 0.80;
    /// Between the eyes' centres. PHM-5's 70 px hold from 720 lines on by the share; 48 is the floor at 360
    /// lines, and still above the 35 that a recognition net sees.
    pub const EYES_PX_MIN: f32 = 48.0;
    /// The face's centre from the frame's, as a share of the frame's side.
    pub const OFF_CENTRE_MAX: f32 = 0.25;
    /// Mean light of the face, 0–255. Dark skin in good light measures 90.
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
    /// Way between two frames in eye distances.
    pub const MOVED_MAX: f32 = 0.25;
    /// Variance of the Laplacian to that of the light, on the aligned face. Portraits measure 0.2–1.1, the
    /// same blurred by 3 px 0.02–0.05, by 6 px 0.004–0.01, where passive liveness begins to fail.
    pub const SHARPNESS_MIN: f32 = 0.012;
    /// A further face counts from this share of the greatest one's height: not the portrait on the wall.
    pub const BYSTANDER_MIN: f32 = 0.20;
}

/// What the person should do; in the order in which one asks.
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
    TurnedAway,
    HoldStill,
    Good,
}

impl Guidance {
    pub const ALL: [Self; 10] = [
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooDark,
        Self::TooBright,
        Self::TooFar,
        Self::TooClose,
        Self::OffCentre,
        Self::TurnedAway,
        Self::HoldStill,
        Self::Good,
    ];
}

/// A frame in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Faces that count.
    pub faces: usize,
    /// The greatest of them.
    pub face: Option<MeasuredFace>,
}

/// A face in numbers; [`limits`] says in what units.
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
    /// Nothing, where there was no face in the frame before.
    pub moved: Option<f32>,
    pub sharpness: f32,
}

impl Measured {
    /// `before` is the face in the frame before, if any.
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

    /// 0–1, to choose among frames: sharp and frontal is best; nothing unless there is exactly one face.
    pub fn quality(&self) -> f32 {
        match (self.faces, &self.face) {
            (1, Some(face)) => face.quality(),
            (_, None | Some(_)) => 0.0,
        }
    }
}

/// The faces that count, the greatest first: what is tiny beside it is a picture on a wall or a passer-by far off.
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
        }
    }

    fn guidance(&self) -> Guidance {
        let turned = self.turn.abs() > limits::TURN_MAX
            || !(limits::NOD_MIN..=limits::NOD_MAX).contains(&self.nod)
            || self.roll_degrees.abs() > limits::ROLL_MAX_DEGREES;
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
        } else if turned {
            Guidance::TurnedAway
        } else if unsteady {
            Guidance::HoldStill
        } else {
            Guidance::Good
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

/// How the head stands, by its five points.
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
        // Along the line of the eyes, and down from it, so that a tilted head is not taken for a turned one.
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

        let planes = aligned(image, marks);
        let plane = ALIGNED_SIDE * ALIGNED_SIDE;
        let light: Vec<f32> = (0..plane)
            .map(|at| {
                0.299 * planes[at] + 0.587 * planes[plane + at] + 0.114 * planes[2 * plane + at]
            })
            .collect();
        let inner = || (TOP..BOTTOM).flat_map(|y| (LEFT..RIGHT).map(move |x| y * ALIGNED_SIDE + x));
        let laplacian = |at: usize| {
            4.0 * light[at]
                - light[at - 1]
                - light[at + 1]
                - light[at - ALIGNED_SIDE]
                - light[at + ALIGNED_SIDE]
        };
        let lights = Spread::of(inner().map(|at| light[at]));
        let edges = Spread::of(inner().map(laplacian));
        let burnt = inner().filter(|&at| light[at] > BURNT).count();
        Self {
            light: lights.mean,
            glare: burnt as f32 / inner().count() as f32,
            sharpness: edges.variance / lights.variance.max(1.0),
        }
    }
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
            r#""no-face" "several-faces" "too-dark" "too-bright" "too-far" "too-close" "off-centre" "turned-away" "hold-still" "good""#
        );
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
