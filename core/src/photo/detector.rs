//! YuNet's input and output (`OpenCV` zoo, 2023mar): one square a stride, each with a face or none.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures are far below 2^24 and never negative"
)]

use std::cell::OnceCell;

use super::{Bounds, Face, Image, Landmarks, Point};

/// The sizes of the squares of the net's three output grids, in pixels.
pub const STRIDES: [usize; 3] = [8, 16, 32];

/// The minimum certainty of a face.
const SCORE_MIN: f32 = 0.6;

/// Two detections that overlap more are one face.
const OVERLAP_MAX: f32 = 0.3;

/// The image's placement in the detector's input: scaled into the upper left corner, black elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    /// Pixels of the canvas per pixel of the image.
    scale: f32,
}

impl Canvas {
    /// The smallest canvas for the image with its longer side at `side`, in whole squares of the coarsest grid.
    pub fn fitting(image: &Image, side: usize) -> Self {
        let longer = image.width().max(image.height());
        let scale = side as f32 / longer as f32;
        let squares = |pixels: usize| {
            let shrunk = (pixels * side).div_ceil(longer);
            shrunk.next_multiple_of(STRIDES[2])
        };
        Self { width: squares(image.width()), height: squares(image.height()), scale }
    }

    /// The net's input: planes of blue, green, red, 0–255.
    pub fn input(&self, image: &Image) -> Vec<f32> {
        self.input_by(&OnceCell::new(), image)
    }

    /// The same; `half` keeps the picture's half, for the next canvas.
    pub(super) fn input_by(&self, half: &OnceCell<Image>, image: &Image) -> Vec<f32> {
        let shrunk = |pixels: usize| ((pixels as f32 * self.scale).round() as usize).max(1);
        let (width, height) = (shrunk(image.width()), shrunk(image.height()));
        let small = image.resized_by(half, width, height);
        let area = self.width * self.height;
        let mut input = vec![0.0; 3 * area];
        let (blue, rest) = input.split_at_mut(area);
        let (green, red) = rest.split_at_mut(area);
        let planes = blue.chunks_exact_mut(self.width).zip(green.chunks_exact_mut(self.width));
        let planes = planes.zip(red.chunks_exact_mut(self.width));
        for (((blue, green), red), line) in planes.zip(small.rows()) {
            let pixels = blue.iter_mut().zip(green).zip(red);
            for (((blue, green), red), pixel) in pixels.zip(line.chunks_exact(3)) {
                *red = f32::from(pixel[0]);
                *green = f32::from(pixel[1]);
                *blue = f32::from(pixel[2]);
            }
        }
        input
    }

    /// A face that was found in the mirrored input.
    pub(super) fn unmirrored(&self, face: &Face) -> Face {
        // The canvas's last column shows what its first one did.
        let width = (self.width - 1) as f32 / self.scale;
        let [left_eye, right_eye, nose, left_mouth, right_mouth] =
            face.landmarks.points().map(|it| Point { x: width - it.x, ..it });
        Face {
            bounds: Bounds { x: width - face.bounds.x - face.bounds.width, ..face.bounds },
            landmarks: Landmarks {
                left_eye: right_eye,
                right_eye: left_eye,
                nose,
                left_mouth: right_mouth,
                right_mouth: left_mouth,
            },
            ..*face
        }
    }

    pub fn shape(&self) -> [usize; 4] {
        [1, 3, self.height, self.width]
    }
}

/// The net's answer on one grid: outputs `cls_N`, `obj_N`, `bbox_N`, `kps_N`.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// One number a square.
    pub class: &'a [f32],
    /// One number a square.
    pub object: &'a [f32],
    /// Four numbers a square.
    pub bounds: &'a [f32],
    /// Ten numbers a square.
    pub landmarks: &'a [f32],
}

/// The faces, the most certain first. `heads` are in the order of [`STRIDES`]; missing numbers mean no face.
pub fn faces(canvas: &Canvas, heads: &[Heads<'_>; 3]) -> Vec<Face> {
    let mut found: Vec<Face> = STRIDES
        .iter()
        .zip(heads)
        .flat_map(|(&stride, heads)| found_on(canvas, stride, heads))
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in found {
        if kept.iter().all(|it| it.bounds.overlap(&face.bounds) <= OVERLAP_MAX) {
            kept.push(face);
        }
    }
    kept
}

fn found_on(canvas: &Canvas, stride: usize, heads: &Heads<'_>) -> Vec<Face> {
    let across = canvas.width / stride;
    let scores = heads.class.iter().zip(heads.object);
    let shapes = heads.bounds.chunks_exact(4).zip(heads.landmarks.chunks_exact(10));
    scores
        .zip(shapes)
        .enumerate()
        .filter_map(|(square, ((class, object), (bounds, points)))| {
            let score = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
            let (column, row) = ((square % across) as f32, (square / across) as f32);
            let unit = stride as f32 / canvas.scale;
            let (width, height) = (bounds[2].exp() * unit, bounds[3].exp() * unit);
            let face = Face {
                bounds: Bounds {
                    x: (column + bounds[0]) * unit - width / 2.0,
                    y: (row + bounds[1]) * unit - height / 2.0,
                    width,
                    height,
                },
                score,
                landmarks: Landmarks::from_points([0, 1, 2, 3, 4].map(|point| Point {
                    x: (column + points[2 * point]) * unit,
                    y: (row + points[2 * point + 1]) * unit,
                })),
            };
            // NaN from a broken net is not a face.
            (score >= SCORE_MIN && width.is_finite() && height.is_finite()).then_some(face)
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_canvas_is_whole_squares_and_no_larger_than_needed() {
        let canvas = Canvas::fitting(&plain(1280, 720), 320);
        assert_eq!(canvas.shape(), [1, 3, 192, 320]);
        assert_eq!(Canvas::fitting(&plain(600, 800), 320).shape(), [1, 3, 320, 256]);
        assert_eq!(canvas.input(&plain(1280, 720)).len(), 3 * 192 * 320);
    }

    #[test]
    fn the_input_is_blue_green_red_and_black_beside_the_picture() {
        let image = Image::new(4, 2, [200, 100, 50].repeat(8)).unwrap();
        let canvas = Canvas::fitting(&image, 32);
        let input = canvas.input(&image);
        let plane = 32 * 32;
        assert_eq!([input[0], input[plane], input[2 * plane]], [50.0, 100.0, 200.0]);
        assert_eq!([input[31], input[16 * 32]], [50.0, 0.0], "right end is picture, below is none");
    }

    #[test]
    fn a_detection_is_in_pixels_of_the_image() {
        let canvas = Canvas::fitting(&plain(640, 640), 320);
        let found = faces(&canvas, &answer(&canvas, &[(16, 5, 3, 0.9)]));
        assert_eq!(found.len(), 1);
        let face = found[0];
        assert!((face.score - 0.9).abs() < 1e-6);
        // Square (5, 3) of 16 pixels begins at (80, 48) on the canvas, which is (160, 96) in the picture.
        assert_eq!(face.bounds, Bounds { x: 144.0, y: 80.0, width: 32.0, height: 32.0 });
        assert_eq!(face.landmarks.nose, Point { x: 160.0, y: 96.0 });
    }

    #[test]
    fn finds_that_overlap_are_one_face_and_the_surest_stays() {
        let canvas = Canvas::fitting(&plain(320, 320), 320);
        let found =
            faces(&canvas, &answer(&canvas, &[(32, 4, 4, 0.8), (32, 4, 4, 0.95), (32, 8, 4, 0.7)]));
        let scores: Vec<_> = found.iter().map(|it| (it.score * 100.0).round()).collect();
        assert_eq!(scores, [95.0, 70.0]);
        assert!(faces(&canvas, &answer(&canvas, &[(8, 1, 1, 0.5)])).is_empty());
    }

    proptest! {
        #[test]
        fn no_answer_breaks_the_reading(numbers in proptest::collection::vec(any::<f32>(), 0..400)) {
            let canvas = Canvas::fitting(&plain(64, 64), 64);
            let heads = Heads { class: &numbers, object: &numbers, bounds: &numbers, landmarks: &numbers };
            for face in faces(&canvas, &[heads; 3]) {
                prop_assert!(face.bounds.width.is_finite() && face.score <= 1.0);
            }
        }
    }

    fn plain(width: usize, height: usize) -> Image {
        Image::new(width, height, vec![0; width * height * 3]).unwrap()
    }

    /// An answer that finds faces of one square's size at (stride, column, row) with a score.
    fn answer(canvas: &Canvas, finds: &[(usize, usize, usize, f32)]) -> [Heads<'static>; 3] {
        STRIDES.map(|stride| {
            let squares = canvas.width / stride * (canvas.height / stride);
            let mut scores = vec![0.0; squares];
            for &(_, column, row, score) in finds.iter().filter(|it| it.0 == stride) {
                let square = &mut scores[row * (canvas.width / stride) + column];
                *square = score.max(*square);
            }
            let scores: &'static [f32] = scores.leak();
            Heads {
                class: scores,
                object: scores,
                bounds: vec![0.0; squares * 4].leak(),
                landmarks: vec![0.0; squares * 10].leak(),
            }
        })
    }
}
