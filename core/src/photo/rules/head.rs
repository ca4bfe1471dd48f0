//! The head in the picture: how high it is, where crown and chin are, and how a camera's frame becomes a photo.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use super::Quantity;
use crate::photo::{Bounds, Close, Image, Marks, Point};

/// PHM-5 counts the pixels between the eyes at this width.
const EYES_AT_WIDTH: f32 = 360.0;

/// The head from the crown to the chin.
///
/// "Face area" of PHM-5 is defined so: **the height of the head, from the chin (mark 8) to the crown, as a share of
/// the picture's height.** The crown is estimated, for hair hides it: the eyes lie half-way between crown and chin
/// (anthropometry: pupil to menton 112–120 mm of a head of 220–235 mm), so the head is twice as high as the way
/// from the middle between the eyes to the chin, which ISO/IEC 29794-5 calls T. Hair above the crown does not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Between the eyes.
    pub middle: Point,
    pub chin: Point,
    pub crown: Point,
}

impl Head {
    pub fn of(marks: &Marks) -> Self {
        let middle = marks.eye_centre(0).middle(marks.eye_centre(1));
        let chin = marks.points()[8];
        let crown = Point { x: 2.0 * middle.x - chin.x, y: 2.0 * middle.y - chin.y };
        Self { middle, chin, crown }
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
pub(super) fn measures(face: &Close, picture: &Bounds) -> [(Quantity, f32); 8] {
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
        (Quantity::HeadSharePercent, 100.0 * height / picture.height.max(1.0)),
        (Quantity::YawDegrees, face.pose.yaw),
        (Quantity::PitchDegrees, face.pose.pitch),
        (Quantity::RollDegrees, face.pose.roll),
        (Quantity::EyeDistancePx, eyes * EYES_AT_WIDTH / picture.width.max(EYES_AT_WIDTH)),
        (Quantity::MarksOutside, pixels(face.marks.points().iter().filter(outside).count())),
    ]
}

/// The part of a camera's frame that is the photo: 3 wide to 4 high, the head in the middle and three fifths of the
/// height, an eighth of it above the crown. Where the frame ends sooner, so does the photo, and a head too near
/// fails as in any other photo.
pub fn portrait(frame: &Image, face: &Close) -> Bounds {
    const HEAD_SHARE: f32 = 0.6;
    const ABOVE: f32 = 0.125;
    const ASPECT: f32 = 0.75;
    let head = Head::of(&face.marks);
    let height = head.height() / HEAD_SHARE;
    let centre = head.middle.x;
    let top = head.crown.y.min(head.chin.y) - ABOVE * height;
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
