//! The head in the picture: its area, where crown and chin are, and how a camera's frame becomes a photo.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::photo::{Bounds, Close, Image, Marks, Point};

/// PHM-5 counts the pixels between the eyes at this width.
const EYES_AT_WIDTH: f32 = 360.0;

/// How the face's outline is taken, whose area PHM-5 compares with the whole picture's.
///
/// The face reaches from the chin (mark 8) to the crown, and from ear to ear (marks 0 and 16). PHM-5 names no
/// outline; the operator chooses one (`photo.face_outline`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outline {
    /// The rectangle around the face.
    #[default]
    Box,
    /// The ellipse in that rectangle: nearer to a face's own area, and so 40 % of a picture ask for a larger face.
    Ellipse,
}

impl Outline {
    /// In square pixels.
    fn area(self, head: &Head) -> f32 {
        let around = head.height() * head.width;
        match self {
            Self::Box => around,
            Self::Ellipse => around * std::f32::consts::FRAC_PI_4,
        }
    }
}

/// The head from the crown to the chin.
///
/// The crown is estimated, for hair hides it: the eyes lie half-way between crown and chin (anthropometry: pupil to
/// menton 112–120 mm of a head of 220–235 mm), so the head is twice as high as the way from the middle between the
/// eyes to the chin, which ISO/IEC 29794-5 calls T. Hair above the crown does not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Between the eyes.
    pub middle: Point,
    pub chin: Point,
    pub crown: Point,
    /// From ear to ear, in pixels.
    pub width: f32,
}

impl Head {
    pub fn of(marks: &Marks) -> Self {
        let middle = marks.eye_centre(0).middle(marks.eye_centre(1));
        let points = marks.points();
        let chin = points[8];
        let crown = Point { x: 2.0 * middle.x - chin.x, y: 2.0 * middle.y - chin.y };
        Self { middle, chin, crown, width: points[0].to(points[16]).length() }
    }

    /// From crown to chin, in pixels.
    pub fn height(&self) -> f32 {
        self.crown.to(self.chin).length()
    }

    /// From the eyes to the chin, in pixels.
    pub fn t(&self) -> f32 {
        self.middle.to(self.chin).length()
    }
}

/// How the picture is cut around the head; `picture` is the part of the image that is the photo.
pub(super) fn measures(face: &Close, picture: &Bounds, outline: Outline) -> [(Quantity, f32); 8] {
    let head = Head::of(&face.marks);
    let height = head.height().max(1.0);
    let (top, bottom) = (head.crown.y.min(head.chin.y), head.chin.y.max(head.crown.y));
    let outside = |it: &&Point| {
        it.x < picture.x
            || it.y < picture.y
            || it.x > picture.x + picture.width
            || it.y > picture.y + picture.height
    };
    let eyes = face.marks.eye_distance();
    [
        (Quantity::AboveCrownHeads, (top - picture.y) / height),
        (Quantity::BelowChinHeads, (picture.y + picture.height - bottom) / height),
        (
            Quantity::FaceAreaPercent,
            100.0 * outline.area(&head) / (picture.width * picture.height).max(1.0),
        ),
        (Quantity::YawDegrees, face.pose.yaw),
        (Quantity::PitchDegrees, face.pose.pitch),
        (Quantity::RollDegrees, face.pose.roll),
        (Quantity::EyeDistancePx, eyes * EYES_AT_WIDTH / picture.width.max(EYES_AT_WIDTH)),
        (Quantity::MarksOutside, pixels(face.marks.points().iter().filter(outside).count())),
    ]
}

/// The part of a camera's frame that is the photo: 3 wide to 4 high, as large as a face of 45 % asks for, the head in
/// the middle, and a third of the rest above the crown. Where the frame ends sooner, so does the photo, and a head too
/// near fails as in any other photo.
pub fn portrait(frame: &Image, face: &Close, outline: Outline) -> Bounds {
    const FACE_SHARE: f32 = 0.45;
    const ABOVE: f32 = 1.0 / 3.0;
    const ASPECT: f32 = 0.75;
    let head = Head::of(&face.marks);
    let height = (outline.area(&head) / (FACE_SHARE * ASPECT)).sqrt();
    let centre = head.middle.x;
    let top = head.crown.y.min(head.chin.y) - ABOVE * (height - head.height()).max(0.0);
    let whole = sides(frame);
    let (left, right) = (centre - height * ASPECT / 2.0, centre + height * ASPECT / 2.0);
    let (x, y) = (left.max(-0.5), top.max(-0.5));
    Bounds {
        x,
        y,
        width: (right.min(whole.width - 0.5) - x).max(0.0),
        height: ((top + height).min(whole.height - 0.5) - y).max(0.0),
    }
}

pub(super) fn sides(image: &Image) -> Bounds {
    Bounds { x: -0.5, y: -0.5, width: pixels(image.width()), height: pixels(image.height()) }
}

pub(super) fn pixels(count: usize) -> f32 {
    count as f32
}
