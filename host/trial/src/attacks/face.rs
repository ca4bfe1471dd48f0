//! One person's face worn by another: masks with holes, and faces pasted over faces.

use image::RgbImage;

use super::medium::{Head, Tone, blend, matched};
use super::mesh::{Bend, Points};
use super::pixels::{self, Place, at, smooth};

/// A picture and the marks of the one face in it.
#[derive(Clone)]
pub(super) struct Portrait {
    pub(super) picture: RgbImage,
    pub(super) marks: Points,
}

impl Portrait {
    fn eye(&self, start: usize) -> Place {
        let eye = &self.marks[start..start + 6];
        let sum = eye.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        (sum.0 / 6.0, sum.1 / 6.0)
    }

    pub(super) fn unit(&self) -> f32 {
        let (left, right) = (self.eye(36), self.eye(42));
        (right.0 - left.0).hypot(right.1 - left.1)
    }

    /// Middle of the face and its radius.
    pub(super) fn disc(&self) -> (Place, f32) {
        (self.marks[30], self.unit() * 1.9)
    }

    /// The head that the face is on, from ear to ear and half as much again from chin to hair.
    pub(super) fn head(&self) -> Head {
        let (left, right) = (self.marks[0], self.marks[16]);
        let half = (right.0 - left.0).hypot(right.1 - left.1) / 2.0;
        let middle = (left.0.midpoint(right.0), self.marks[30].1);
        Head { middle, half: (half, 1.5 * half) }
    }

    fn mouth(&self) -> Place {
        (self.marks[48].0.midpoint(self.marks[54].0), self.marks[62].1.midpoint(self.marks[66].1))
    }
}

/// `victim`'s printed face with holes through which `wearer`'s own eyes and mouth are seen.
pub(super) fn cut_out(victim: &RgbImage, worn: &Portrait, wearer: &Portrait) -> RgbImage {
    let holes = [
        (worn.eye(36), wearer.eye(36), 0.36, 0.19),
        (worn.eye(42), wearer.eye(42), 0.36, 0.19),
        (worn.mouth(), wearer.mouth(), 0.56, 0.34),
    ];
    let (unit, scale) = (worn.unit(), wearer.unit() / worn.unit());
    let mut shown = victim.clone();
    pixels::changed(&mut shown, |x, y, paper| {
        for (hole, behind, across, down) in holes {
            let way = (x - hole.0, y - hole.1);
            let far = (way.0 / (across * unit)).hypot(way.1 / (down * unit));
            if far < 1.12 {
                let skin =
                    at(&wearer.picture, (behind.0 + way.0 * scale, behind.1 + way.1 * scale));
                // The sheet stands off the face and shades it along the cut.
                let skin = skin.map(|it| it * (0.62 + 0.38 * (1.0 - smooth(0.6, 1.0, far))));
                return blend(skin, paper, smooth(0.97, 1.03, far));
            }
        }
        paper
    });
    shown
}

/// `victim`'s face bent onto `wearer`'s, in the wearer's light, its rim melted into the wearer's skin.
pub(super) fn swapped(victim: &Portrait, wearer: &Portrait, melt: f32) -> RgbImage {
    let (width, height) = (wearer.picture.width(), wearer.picture.height());
    let pairs: Vec<(Place, Place)> =
        wearer.marks.iter().copied().zip(victim.marks.iter().copied()).collect();
    let bend = Bend::new(width, height, &pairs);
    let rim = rim(&wearer.marks);
    let cheeks = |it: &Points| {
        [1, 2, 3, 13, 14, 15, 31, 35, 29].map(|at| {
            (it[at].0 + (it[30].0 - it[at].0) * 0.3, it[at].1 + (it[30].1 - it[at].1) * 0.3)
        })
    };
    let from = Tone::of(&victim.picture, &cheeks(&victim.marks));
    let to = Tone::of(&wearer.picture, &cheeks(&wearer.marks));
    let unit = wearer.unit();
    let bounds =
        rim.iter().fold([f32::INFINITY, f32::INFINITY, 0.0, 0.0], |it: [f32; 4], (x, y)| {
            [it[0].min(*x), it[1].min(*y), it[2].max(*x), it[3].max(*y)]
        });
    let mut shown = wearer.picture.clone();
    pixels::changed(&mut shown, |x, y, skin| {
        if x < bounds[0] || y < bounds[1] || x > bounds[2] || y > bounds[3] {
            return skin;
        }
        let share = smooth(0.0, melt * unit, inside(&rim, (x, y)));
        if share <= 0.0 {
            return skin;
        }
        let face = matched(at(&victim.picture, bend.from(x, y)), &from, &to);
        blend(skin, face, share)
    });
    shown
}

/// Jaw and brows, as a closed line.
fn rim(marks: &Points) -> Vec<Place> {
    let brow = |it: usize| {
        let up = (marks[27].1 - marks[30].1) * 0.25;
        (marks[it].0, marks[it].1 + up)
    };
    let jaw = (0..=16).map(|it| {
        // A little within the outline, where the wearer's own cheek begins.
        let way = (marks[30].0 - marks[it].0, marks[30].1 - marks[it].1);
        (marks[it].0 + way.0 * 0.08, marks[it].1 + way.1 * 0.08)
    });
    jaw.chain([26, 25, 24, 19, 18, 17].map(brow)).collect()
}

/// How far within the closed line; nought outside.
fn inside(rim: &[Place], (x, y): Place) -> f32 {
    let (mut within, mut nearest) = (false, f32::INFINITY);
    for (index, a) in rim.iter().enumerate() {
        let b = rim[(index + 1) % rim.len()];
        if (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0 {
            within = !within;
        }
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).max(1e-6);
        let along = (((x - a.0) * dx + (y - a.1) * dy) / length).clamp(0.0, 1.0);
        let (off_x, off_y) = (x - a.0 - dx * along, y - a.1 - dy * along);
        nearest = nearest.min(off_x * off_x + off_y * off_y);
    }
    if within { nearest.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_measured_from_the_rim() {
        let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
        assert!((inside(&square, (5.0, 3.0)) - 3.0).abs() < 1e-5);
        assert!(inside(&square, (12.0, 3.0)) <= 0.0);
    }
}
