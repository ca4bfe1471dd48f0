//! Pixels: eight bits of red, green and blue each, row by row.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures are far below 2^24, and pixels are clamped before they are narrowed"
)]

use std::cell::OnceCell;
use std::fmt;

/// An image. It shows a person, so it never prints its pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number of bytes does not match the image's size")]
pub struct NotAPicture;

/// The luma of a colour, in its own unit (ITU-R BT.601).
pub(crate) fn light([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

impl Image {
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Result<Self, NotAPicture> {
        let fits = width > 0 && height > 0 && rgb.len() == width * height * 3;
        if fits { Ok(Self { width, height, rgb }) } else { Err(NotAPicture) }
    }

    /// From a browser's `ImageData`; transparency is ignored.
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Result<Self, NotAPicture> {
        if rgba.len() != width * height * 4 {
            return Err(NotAPicture);
        }
        Self::new(
            width,
            height,
            rgba.chunks_exact(4).flat_map(|it| [it[0], it[1], it[2]]).collect(),
        )
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Row by row, three bytes a pixel.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.rgb.chunks_exact(self.width * 3)
    }

    /// Red, green and blue between pixels, bilinear; beyond the edge it is black.
    pub fn at(&self, x: f32, y: f32) -> [f32; 3] {
        self.samples().at(x, y)
    }

    /// For sampling between pixels many times.
    pub(super) fn samples(&self) -> Samples<'_> {
        let (right, bottom) = ((self.width - 1) as f32, (self.height - 1) as f32);
        Samples { image: self, line: self.width * 3, right, bottom }
    }

    fn at_the_edge(&self, x: f32, y: f32) -> [f32; 3] {
        let (left, top) = (x.floor(), y.floor());
        let (to_right, to_bottom) = (x - left, y - top);
        let mut colour = [0.0; 3];
        for (down, share_y) in [(0.0, 1.0 - to_bottom), (1.0, to_bottom)] {
            for (across, share_x) in [(0.0, 1.0 - to_right), (1.0, to_right)] {
                let share = share_x * share_y;
                if share > 0.0
                    && let Some(pixel) = self.pixel(left + across, top + down)
                {
                    for (sum, part) in colour.iter_mut().zip(pixel) {
                        *sum += share * f32::from(*part);
                    }
                }
            }
        }
        colour
    }

    fn pixel(&self, x: f32, y: f32) -> Option<&[u8]> {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
        if !inside {
            return None;
        }
        let start = (y as usize * self.width + x as usize) * 3;
        self.rgb.get(start..start + 3)
    }

    /// Resizes with a triangle filter as wide as the step, so that shrinking averages all pixels; an
    /// image four times as large or more is halved first, which is nearly the same and faster.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        self.resized_by(&OnceCell::new(), width, height)
    }

    /// The same; `half` keeps the picture's half, for the next time.
    pub(super) fn resized_by(&self, half: &OnceCell<Self>, width: usize, height: usize) -> Self {
        let halves = |from: usize, to: usize| from.is_multiple_of(2) && from >= 4 * to;
        if halves(self.width, width) && halves(self.height, height) {
            return half.get_or_init(|| self.halved()).resized(width, height);
        }
        if (self.width, self.height) == (width, height) {
            return self.clone();
        }
        let columns = taps(self.width, width);
        let rows = taps(self.height, height);
        let mut across = vec![0.0_f32; self.height * width * 3];
        let mut line = vec![[0.0_f32; 3]; self.width];
        for (source, target) in self.rows().zip(across.chunks_exact_mut(width * 3)) {
            for (light, byte) in line.as_flattened_mut().iter_mut().zip(source) {
                *light = f32::from(*byte);
            }
            for (tap, pixel) in columns.iter().zip(target.as_chunks_mut::<3>().0) {
                *pixel = tap.mixed(&line);
            }
        }
        let mut rgb = vec![0; width * height * 3];
        let mut line = vec![0.0_f32; width * 3];
        for (tap, target) in rows.iter().zip(rgb.chunks_exact_mut(width * 3)) {
            line.fill(0.0);
            let reached = across[tap.first * width * 3..].chunks_exact(width * 3);
            for (share, source) in tap.shares.iter().zip(reached) {
                for (sum, part) in line.iter_mut().zip(source) {
                    *sum += share * part;
                }
            }
            for (byte, light) in target.iter_mut().zip(&line) {
                // Rounds: the cast truncates and saturates.
                *byte = (light + 0.5) as u8;
            }
        }
        Self { width, height, rgb }
    }
}

impl Image {
    /// Each pixel is the mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut rgb = vec![0; width * height * 3];
        for (lines, target) in
            self.rgb.chunks_exact(self.width * 6).zip(rgb.chunks_exact_mut(width * 3))
        {
            let (upper, lower) = lines.split_at(self.width * 3);
            let pairs = upper.as_chunks::<6>().0.iter().zip(lower.as_chunks::<6>().0);
            for ((upper, lower), target) in pairs.zip(target.as_chunks_mut::<3>().0) {
                let mean = |at: usize| {
                    let sum = u16::from(upper[at])
                        + u16::from(upper[at + 3])
                        + u16::from(lower[at])
                        + u16::from(lower[at + 3]);
                    ((sum + 2) / 4) as u8
                };
                *target = [mean(0), mean(1), mean(2)];
            }
        }
        Self { width, height, rgb }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({} × {})", self.width, self.height)
    }
}

/// For sampling between pixels, which takes most of the time of aligning a face.
#[derive(Clone, Copy, Debug)]
pub(super) struct Samples<'a> {
    image: &'a Image,
    /// Bytes from one line to the next.
    line: usize,
    /// The last column's and line's place.
    right: f32,
    bottom: f32,
}

impl Samples<'_> {
    /// Like [`Image::at`].
    pub(super) fn at(&self, x: f32, y: f32) -> [f32; 3] {
        self.inside(x, y).unwrap_or_else(|| self.image.at_the_edge(x, y))
    }

    /// For points whose four pixels all exist.
    fn inside(&self, x: f32, y: f32) -> Option<[f32; 3]> {
        let within = x >= 0.0 && y >= 0.0 && x < self.right && y < self.bottom;
        if !within {
            return None;
        }
        // Via `i32`: converting it to a float takes one instruction, `usize` several.
        let (left, top) = (x as i32, y as i32);
        let (to_right, to_bottom) = (x - left as f32, y - top as f32);
        let start = top as usize * self.line + left as usize * 3;
        let upper = self.image.rgb.get(start..)?.first_chunk::<6>()?;
        let lower = self.image.rgb.get(start + self.line..)?.first_chunk::<6>()?;
        let shares = [
            (1.0 - to_right) * (1.0 - to_bottom),
            to_right * (1.0 - to_bottom),
            (1.0 - to_right) * to_bottom,
            to_right * to_bottom,
        ];
        // A loop: a closure would be called for each pixel.
        let mut colour = [0.0; 3];
        for (at, sum) in colour.iter_mut().enumerate() {
            *sum = shares[0] * f32::from(upper[at])
                + shares[1] * f32::from(upper[at + 3])
                + shares[2] * f32::from(lower[at])
                + shares[3] * f32::from(lower[at + 3]);
        }
        Some(colour)
    }
}

/// The source pixels of one new pixel.
struct Tap {
    first: usize,
    shares: Vec<f32>,
}

impl Tap {
    fn mixed(&self, line: &[[f32; 3]]) -> [f32; 3] {
        let [mut red, mut green, mut blue] = [0.0; 3];
        for (share, part) in self.shares.iter().zip(&line[self.first..]) {
            red += share * part[0];
            green += share * part[1];
            blue += share * part[2];
        }
        [red, green, blue]
    }
}

fn taps(from: usize, to: usize) -> Vec<Tap> {
    let step = from as f32 / to as f32;
    let reach = step.max(1.0);
    (0..to)
        .map(|index| {
            let centre = (index as f32 + 0.5) * step - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(from - 1);
            let mut shares: Vec<f32> = (first..=last)
                .map(|at| (1.0 - (at as f32 - centre).abs() / reach).max(0.0))
                .collect();
            let sum: f32 = shares.iter().sum();
            for share in &mut shares {
                *share /= sum;
            }
            Tap { first, shares }
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "numbers that floats hold exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_must_fit_the_sides() {
        assert_eq!(Image::new(2, 2, vec![0; 11]), Err(NotAPicture));
        assert_eq!(Image::new(0, 0, vec![]), Err(NotAPicture));
        assert_eq!(Image::from_rgba(2, 1, &[0; 7]), Err(NotAPicture));
        let image = Image::from_rgba(2, 1, &[1, 2, 3, 255, 4, 5, 6, 255]).unwrap();
        assert_eq!(image, Image::new(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap());
    }

    #[test]
    fn between_pixels_lies_their_mean_and_beyond_the_edge_nothing() {
        let image = Image::new(2, 1, vec![10, 20, 30, 30, 40, 50]).unwrap();
        assert_eq!(image.at(0.5, 0.0), [20.0, 30.0, 40.0]);
        assert_eq!(image.at(1.0, 0.0), [30.0, 40.0, 50.0]);
        assert_eq!(image.at(-0.5, 0.0), [5.0, 10.0, 15.0]);
        assert_eq!(image.at(7.0, 7.0), [0.0; 3]);
    }

    /// Found by fuzzing: marks that a broken net puts at 1e30 overflowed the index.
    #[test]
    fn however_far_beyond_the_edge_there_is_nothing() {
        let image = Image::new(2, 1, vec![255; 6]).unwrap();
        for far in [1e9, 1e19, 1e30, f32::MAX, f32::INFINITY, f32::NAN] {
            assert_eq!(image.at(far, far), [0.0; 3], "{far}");
            assert_eq!(image.at(-far, -far), [0.0; 3], "-{far}");
            assert_eq!(image.at(0.0, far), [0.0; 3], "{far} down");
        }
    }

    #[test]
    fn a_picture_never_prints_its_pixels() {
        assert_eq!(format!("{:?}", Image::new(1, 1, vec![7; 3]).unwrap()), "Image(1 × 1)");
    }

    proptest! {
        #[test]
        fn a_plain_picture_stays_plain_at_any_size(
            grey: u8, from in (1..40_usize, 1..40_usize), to in (1..40_usize, 1..40_usize),
        ) {
            let image = Image::new(from.0, from.1, vec![grey; from.0 * from.1 * 3]).unwrap();
            let other = image.resized(to.0, to.1);
            prop_assert_eq!(other, Image::new(to.0, to.1, vec![grey; to.0 * to.1 * 3]).unwrap());
        }

        #[test]
        fn inside_a_picture_both_ways_of_looking_agree(x in 0.0_f32..3.9, y in 0.0_f32..2.9) {
            let image = Image::new(5, 4, (0..60).map(|it| it * 4).collect()).unwrap();
            let (fast, slow) = (image.samples().inside(x, y).unwrap(), image.at_the_edge(x, y));
            prop_assert!(fast.iter().zip(slow).all(|(a, b)| (a - b).abs() < 1e-3), "{:?} {:?}", fast, slow);
        }

        /// The fast path equals the filter, pixel by pixel, rounded to the nearest.
        #[test]
        fn a_shrunk_picture_is_the_filters(rgb in proptest::collection::vec(any::<u8>(), 31 * 17 * 3), to in (1..40_usize, 1..40_usize)) {
            let image = Image::new(31, 17, rgb.clone()).unwrap();
            let (columns, rows) = (taps(31, to.0), taps(17, to.1));
            let small = image.resized(to.0, to.1);
            for (at, byte) in small.rgb.iter().enumerate() {
                let (x, y, colour) = (at / 3 % to.0, at / 3 / to.0, at % 3);
                let across = |line: usize| {
                    let shares = (columns[x].first..).zip(&columns[x].shares);
                    shares.fold(0.0, |sum, (it, share)| sum + share * f32::from(rgb[(line * 31 + it) * 3 + colour]))
                };
                let sum = (rows[y].first..).zip(&rows[y].shares).fold(0.0, |sum, (it, share)| sum + share * across(it));
                prop_assert_eq!(*byte, sum.round().clamp(0.0, 255.0) as u8);
            }
        }

        #[test]
        fn the_same_size_is_the_same_picture(rgb in proptest::collection::vec(any::<u8>(), 5 * 4 * 3)) {
            let image = Image::new(5, 4, rgb).unwrap();
            prop_assert_eq!(image.resized(5, 4), image);
        }
    }
}
