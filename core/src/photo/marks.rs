//! Sixty-eight points of a face, and measurements from them: how far eyes and mouth are open, the head's pose.
//!
//! Points are in the order of iBUG 300-W: 0–16 the jaw from the viewer's left, 17–26 the brows, 27–35 the nose,
//! 36–41 and 42–47 the eyes, 48–67 the mouth.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use super::{Bounds, Face, Image, Point, light};

#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    points: [Point; 68],
}

impl Marks {
    pub const SIDE: usize = 64;
    pub const SHAPE: [usize; 4] = [1, 1, 64, 64];
    pub const EYE_SIDE: usize = 24;
    pub const EYE_SHAPE: [usize; 4] = [1, 1, 24, 24];

    /// The marks net's input, and the square of the image that it covers.
    pub fn input(image: &Image, face: &Face) -> (Vec<f32>, Bounds) {
        let side = face.bounds.width.max(face.bounds.height).max(1.0);
        let centre = face.bounds.centre();
        let place = Bounds {
            x: centre.x - side / 2.0,
            y: centre.y - side / 2.0,
            width: side,
            height: side,
        };
        (grey_square(image, &place, Self::SIDE, 256.0), place)
    }

    /// `answer`: x and y of each point as shares of the square.
    pub fn from_answer(answer: &[f32], place: &Bounds) -> Option<Self> {
        let (pairs, rest) = answer.as_chunks::<2>();
        let points: [[f32; 2]; 68] = pairs.try_into().ok()?;
        let whole = rest.is_empty() && answer.iter().all(|it| it.is_finite());
        whole.then(|| Self {
            points: points.map(|[x, y]| Point {
                x: place.x + x * place.width,
                y: place.y + y * place.height,
            }),
        })
    }

    pub fn from_points(points: [Point; 68]) -> Self {
        Self { points }
    }

    pub fn points(&self) -> &[Point; 68] {
        &self.points
    }

    /// `eye`: 0 the viewer's left one, 1 the right one.
    pub fn eye_centre(&self, eye: usize) -> Point {
        let start = if eye == 0 { 36 } else { 42 };
        let [a, b, c, d] = [1, 2, 4, 5].map(|it| self.points[start + it]);
        a.middle(b).middle(c.middle(d))
    }

    /// Between the eyes' centres, in pixels.
    pub fn eye_distance(&self) -> f32 {
        self.eye_centre(0).to(self.eye_centre(1)).length()
    }

    pub fn eye_input(&self, image: &Image, eye: usize) -> Vec<f32> {
        /// The crop's width relative to the eye.
        const AROUND: f32 = 1.6;
        grey_square(image, &self.eye_place(eye, AROUND), Self::EYE_SIDE, 255.0)
    }

    /// The same eye with more around it, each pixel the mean of what it covers.
    pub fn eye_input_wide(&self, image: &Image, eye: usize) -> Vec<f32> {
        /// The width of this crop relative to the eye.
        const AROUND: f32 = 2.0;
        /// Samples along a pixel's side, for an eye of 240 pixels; larger ones are sampled more coarsely.
        const SAMPLES_MAX: usize = 20;
        let place = self.eye_place(eye, AROUND);
        let fits = |it: &usize| place.width <= (it * Self::EYE_SIDE) as f32;
        let samples = (1..SAMPLES_MAX).find(fits).unwrap_or(SAMPLES_MAX);
        let width = Self::EYE_SIDE * samples;
        let mut input = vec![0.0; Self::EYE_SIDE * Self::EYE_SIDE];
        for (at, light) in grey_square(image, &place, width, 255.0).into_iter().enumerate() {
            let (x, y) = (at % width / samples, at / width / samples);
            input[y * Self::EYE_SIDE + x] += light / (samples * samples) as f32;
        }
        input
    }

    fn eye_place(&self, eye: usize, around: f32) -> Bounds {
        let start = if eye == 0 { 36 } else { 42 };
        let side = (self.points[start].to(self.points[start + 3]).length() * around).max(1.0);
        let centre = self.eye_centre(eye);
        Bounds { x: centre.x - side / 2.0, y: centre.y - side / 2.0, width: side, height: side }
    }

    /// The share of "open" in the eye net's answer of closed and open.
    pub fn eye_open(answer: &[f32]) -> f32 {
        let &[closed, open] = answer else { return 0.0 };
        1.0 / (1.0 + (closed - open).exp())
    }
}

/// Light of a square of the picture, shrunk or grown to `side`, one at `full`.
fn grey_square(image: &Image, place: &Bounds, side: usize, full: f32) -> Vec<f32> {
    let step = place.width / side as f32;
    let image = image.samples();
    (0..side * side)
        .map(|at| {
            let x = place.x + ((at % side) as f32 + 0.5) * step - 0.5;
            let y = place.y + ((at / side) as f32 + 0.5) * step - 0.5;
            light(image.at(x, y)) / full
        })
        .collect()
}
