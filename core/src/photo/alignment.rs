//! Brings a face to the place, size and upright stand that a recognition net was trained on.

#![expect(clippy::cast_precision_loss, reason = "112 pixels")]

use super::{Image, Landmarks, Point};

/// The side of the square that an aligned face fills, in pixels.
pub const ALIGNED_SIDE: usize = 112;

/// Where `ArcFace`, and after it SFace, want eyes, nose and the mouth's corners.
const PLACES: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// The aligned face as planes of red, green, blue, 0–255.
pub fn aligned(image: &Image, landmarks: &Landmarks) -> Vec<f32> {
    let map = Similarity::between(&PLACES, &landmarks.points());
    let plane = ALIGNED_SIDE * ALIGNED_SIDE;
    let mut planes = vec![0.0; 3 * plane];
    for place in 0..plane {
        let from =
            map.apply(Point { x: (place % ALIGNED_SIDE) as f32, y: (place / ALIGNED_SIDE) as f32 });
        for (colour, value) in image.at(from.x, from.y).into_iter().enumerate() {
            planes[colour * plane + place] = value;
        }
    }
    planes
}

/// Turning, scaling and moving: x' = a·x − b·y + dx, y' = b·x + a·y + dy.
#[derive(Clone, Copy, Debug)]
struct Similarity {
    a: f32,
    b: f32,
    moved: Point,
}

impl Similarity {
    /// The one with the least sum of squares between `to` and the moved `from` (Umeyama 1991 without mirroring).
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
