//! Measurements of an image: the faces in it, their pose, and what the person should change.
//!
//! No model runs here. Browser and host run the nets and pass the numbers in, so that both judge in the same way.
//! Points are in pixels from the upper left one, whose centre is (0, 0).

mod alignment;
mod detector;
pub mod exif;
mod guidance;
mod image;
pub mod jpeg;
mod marks;
mod nets;
mod pose;
mod rules;
mod tone;

pub use alignment::{ALIGNED_SIDE, Placing, aligned, mirrored, placed};
pub use detector::{Canvas, Heads, STRIDES, faces};
pub use guidance::{Guidance, Measured, MeasuredClose, MeasuredFace, counted, limits};
pub(crate) use image::light;
pub use image::{Image, NotAPicture};
pub use marks::Marks;
pub use nets::{
    Answer, Close, DETECTOR_SIDE, Detector, Look, Net, Nets, close, detect, look, look_again,
};
pub use pose::{HEAD, Pose};
pub use rules::{Head, Limit, Measurement, Outline, PhotoReport, Quantity, Rule, portrait};
pub use tone::{Tone, typology_angle};

/// A detected face, in pixels of the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    pub bounds: Bounds,
    /// The detector's certainty, 0–1.
    pub score: f32,
    pub landmarks: Landmarks,
}

/// From the brows to the chin and from ear to ear; may reach over the picture's edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Bounds {
    pub fn centre(&self) -> Point {
        Point { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0 }
    }

    /// Intersection over union.
    pub fn overlap(&self, other: &Self) -> f32 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        let both = width.max(0.0) * height.max(0.0);
        both / (self.width * self.height + other.width * other.height - both)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { x: other.x - self.x, y: other.y - self.y }
    }

    pub fn length(self) -> f32 {
        self.x.hypot(self.y)
    }

    fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    #[must_use]
    pub fn middle(self, other: Self) -> Self {
        Self { x: self.x.midpoint(other.x), y: self.y.midpoint(other.y) }
    }
}

/// The five points, left and right as the viewer sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landmarks {
    pub left_eye: Point,
    pub right_eye: Point,
    pub nose: Point,
    pub left_mouth: Point,
    pub right_mouth: Point,
}

impl Landmarks {
    pub fn points(&self) -> [Point; 5] {
        [self.left_eye, self.right_eye, self.nose, self.left_mouth, self.right_mouth]
    }

    pub fn from_points([left_eye, right_eye, nose, left_mouth, right_mouth]: [Point; 5]) -> Self {
        Self { left_eye, right_eye, nose, left_mouth, right_mouth }
    }

    /// Between the eyes' centres, in pixels.
    pub fn eye_distance(&self) -> f32 {
        self.left_eye.to(self.right_eye).length()
    }
}
