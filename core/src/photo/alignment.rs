//! Aligns a face to the position, size and rotation that a recognition net was trained on.

#![expect(clippy::cast_precision_loss, reason = "112 pixels")]

use super::{Image, Landmarks, Point};

/// The side of the square that an aligned face fills, in pixels.
pub const ALIGNED_SIDE: usize = 112;

/// Positions of eyes, nose and the mouth's corners for `ArcFace` and SFace.
const PLACES: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

const DLIB_PLACES: [Point; 5] = [
    Point { x: 47.549, y: 46.599 },
    Point { x: 100.476, y: 46.599 },
    Point { x: 74.013, y: 76.563 },
    Point { x: 50.415, y: 103.023 },
    Point { x: 97.610, y: 103.023 },
];

/// Samples along and across for one pixel.
const SAMPLES_MAX: f32 = 4.0;

/// The alignments of recognition nets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placing {
    /// 112 pixels: `ArcFace`, `SFace` and their kin.
    Arcface,
    /// 150 pixels with a quarter of the face around it: dlib's face chips. Where dlib places eyes, nose and the
    /// mouth's corners follows from the mean shape that it aligns to (`dlib/image_transforms/interpolation.h`).
    Dlib,
}

impl Placing {
    /// The side of the square, in pixels.
    pub fn side(self) -> usize {
        match self {
            Self::Arcface => ALIGNED_SIDE,
            Self::Dlib => 150,
        }
    }

    fn places(self) -> &'static [Point; 5] {
        match self {
            Self::Arcface => &PLACES,
            Self::Dlib => &DLIB_PLACES,
        }
    }
}

/// The aligned face as planes of red, green, blue, 0–255.
pub fn aligned(image: &Image, landmarks: &Landmarks) -> Vec<f32> {
    placed(image, landmarks, Placing::Arcface)
}

/// The aligned face: planes of red, green, blue, 0–255. When it shrinks, pixels in between are
/// averaged, so that a large image does not look rougher to the net than a small one.
pub fn placed(image: &Image, landmarks: &Landmarks, placing: Placing) -> Vec<f32> {
    let side = placing.side();
    let map = Similarity::between(placing.places(), &landmarks.points());
    let samples = map.a.hypot(map.b).round().clamp(1.0, SAMPLES_MAX);
    let step = 1.0 / samples;
    let share = step * step;
    let plane = side * side;
    let picture = image.samples();
    let mut planes = vec![0.0; 3 * plane];
    let along = Point { x: map.a * step, y: map.b * step };
    for place in 0..plane {
        let corner = Point {
            x: (place % side) as f32 + (step - 1.0) / 2.0,
            y: (place / side) as f32 + (step - 1.0) / 2.0,
        };
        let mut from = map.apply(corner);
        let mut sum = [0.0; 3];
        let mut row = 0.0;
        while row < samples {
            let (mut x, mut y, mut column) = (from.x, from.y, 0.0);
            while column < samples {
                for (sum, part) in sum.iter_mut().zip(picture.at(x, y)) {
                    *sum += part;
                }
                x += along.x;
                y += along.y;
                column += 1.0;
            }
            from = Point { x: from.x - along.y, y: from.y + along.x };
            row += 1.0;
        }
        for (colour, value) in sum.into_iter().enumerate() {
            planes[colour * plane + place] = value * share;
        }
    }
    planes
}

/// The same planes, mirrored.
pub fn mirrored(planes: &[f32], width: usize) -> Vec<f32> {
    planes.chunks_exact(width).flat_map(|line| line.iter().rev().copied()).collect()
}

/// Turning, scaling and moving: x' = a·x − b·y + dx, y' = b·x + a·y + dy.
#[derive(Clone, Copy, Debug)]
struct Similarity {
    a: f32,
    b: f32,
    moved: Point,
}

impl Similarity {
    /// The least-squares transform of `from` to `to` (Umeyama 1991 without mirroring).
    fn between(from: &[Point; 5], to: &[Point; 5]) -> Self {
        let (from_centre, to_centre) = (mean(from), mean(to));
        let (mut along, mut turned, mut spread) = (0.0, 0.0, 0.0);
        for (source, target) in from.iter().zip(to) {
            let (source, target) = (from_centre.to(*source), to_centre.to(*target));
            along += source.dot(target);
            turned += source.x * target.y - source.y * target.x;
            spread += source.dot(source);
        }
        let (a, b) = (along / spread, turned / spread);
        let moved = Point {
            x: to_centre.x - a * from_centre.x + b * from_centre.y,
            y: to_centre.y - b * from_centre.x - a * from_centre.y,
        };
        Self { a, b, moved }
    }

    fn apply(&self, point: Point) -> Point {
        Point {
            x: self.a * point.x - self.b * point.y + self.moved.x,
            y: self.b * point.x + self.a * point.y + self.moved.y,
        }
    }
}

fn mean(points: &[Point; 5]) -> Point {
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.x, sum.1 + it.y));
    Point { x: x / 5.0, y: y / 5.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_face_already_in_place_is_left_as_it_is() {
        let side = ALIGNED_SIDE;
        let rgb: Vec<u8> = (0..side * side * 3).map(|it| u8::try_from(it % 251).unwrap()).collect();
        let image = Image::new(side, side, rgb.clone()).unwrap();
        let planes = aligned(&image, &Landmarks::from_points(PLACES));
        for place in [0, 500, 12_000] {
            for colour in 0..3 {
                let expected = f32::from(rgb[place * 3 + colour]);
                assert!((planes[colour * side * side + place] - expected).abs() < 0.5);
            }
        }
    }

    #[test]
    fn a_face_of_any_size_is_aligned_the_same() {
        let small = striped(ALIGNED_SIDE);
        let large = striped(3 * ALIGNED_SIDE);
        let grown = PLACES.map(|it| Point { x: it.x * 3.0 + 1.0, y: it.y * 3.0 + 1.0 });
        let one = aligned(&small, &Landmarks::from_points(PLACES));
        let other = aligned(&large, &Landmarks::from_points(grown));
        for place in [60 * ALIGNED_SIDE + 50, 30 * ALIGNED_SIDE + 77] {
            assert!((one[place] - other[place]).abs() < 1.0, "{} {}", one[place], other[place]);
        }
        let dlib = placed(&small, &Landmarks::from_points(PLACES), Placing::Dlib);
        assert_eq!(dlib.len(), 3 * 150 * 150);
    }

    #[test]
    fn a_mirror_turns_every_line() {
        assert_eq!(mirrored(&[1.0, 2.0, 3.0, 4.0], 2), [2.0, 1.0, 4.0, 3.0]);
    }

    /// Light grows from left to right by one a pixel of the small one.
    fn striped(side: usize) -> Image {
        let light = |at: usize| u8::try_from(at % side * ALIGNED_SIDE / side).unwrap();
        let rgb = (0..side * side).flat_map(|at| [light(at); 3]).collect();
        Image::new(side, side, rgb).unwrap()
    }

    proptest! {
        #[test]
        fn any_turned_scaled_and_moved_face_comes_back(
            turn in -3.0_f32..3.0, scale in 0.2_f32..9.0, x in -500.0_f32..500.0, y in -500.0_f32..500.0,
        ) {
            let moved = Similarity { a: scale * turn.cos(), b: scale * turn.sin(), moved: Point { x, y } };
            let found = Similarity::between(&PLACES, &PLACES.map(|it| moved.apply(it)));
            prop_assert!((found.a - moved.a).abs() < 1e-3 && (found.b - moved.b).abs() < 1e-3);
            prop_assert!(found.moved.to(moved.moved).length() < 0.1);
        }
    }
}
