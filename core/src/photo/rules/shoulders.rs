//! Shoulders square to the camera: whether the body reaches as far to the left of the face as to the right.
//!
//! No net sees a body here, so the body is what differs from the background beside the head. Where background and
//! clothes can't be distinguished, or the body fills the image, both sides count as equal: the rule errs towards
//! passing. Long hair and a bag on one shoulder are taken for body.

use super::Quantity;
use super::head::Head;
use crate::photo::{Bounds, Image, Marks};

/// The measured rows, below the chin, in heights of the head.
const ROWS: [f32; 6] = [0.20, 0.25, 0.30, 0.35, 0.40, 0.45];
/// Steps outwards, in heights of the head.
const STEP: f32 = 0.04;
/// A background that varies more than this in colour can't be used.
const SPREAD_MAX: f32 = 14.0;
/// Consecutive steps of background that end the body.
const GAP: usize = 4;

pub(super) fn measures(image: &Image, marks: &Marks, picture: &Bounds) -> [(Quantity, f32); 1] {
    let head = Head::of(marks);
    let height = head.height().max(1.0);
    let reach = |side: f32| {
        let edge = if side < 0.0 {
            head.middle.x - picture.x
        } else {
            picture.x + picture.width - head.middle.x
        };
        (edge / height - STEP).clamp(0.0, 1.5)
    };
    // Both sides must be searched equally far.
    let most = reach(-1.0).min(reach(1.0));
    let backgrounds = [-1.0, 1.0].map(|it| (it, Background::of(image, &head, height, it * most)));
    if backgrounds.iter().any(|(_, it)| it.spread > SPREAD_MAX) {
        return [(Quantity::ShoulderBalance, 1.0)];
    }
    let [left, right] = backgrounds.map(|(side, background)| {
        let rows = ROWS.map(|row| head.chin.y + row * height);
        let inside = rows.into_iter().filter(|it| *it < picture.y + picture.height);
        let widths: Vec<f32> =
            inside.map(|y| background.body(image, head.middle.x, y, height, side, most)).collect();
        widths.iter().sum::<f32>()
    });
    let balance = if left.max(right) > 0.0 { left.min(right) / left.max(right) } else { 1.0 };
    [(Quantity::ShoulderBalance, balance)]
}

/// The colour beside the head on one side.
struct Background {
    colour: [f32; 3],
    spread: f32,
}

impl Background {
    /// At the picture's edge, from the crown to the mouth.
    fn of(image: &Image, head: &Head, height: f32, out: f32) -> Self {
        let x = head.middle.x + out * height;
        let colours: Vec<[f32; 3]> = (0..24_u8)
            .map(|it| {
                let (down, across) = (f32::from(it / 3) / 8.0, f32::from(it % 3));
                let inwards = out.signum() * across * 0.03 * height;
                image.at(x - inwards, head.crown.y.max(0.0) + down * 0.75 * height)
            })
            .collect();
        let count = 24.0;
        let mut colour = [0.0; 3];
        for one in &colours {
            for (sum, part) in colour.iter_mut().zip(one) {
                *sum += part / count;
            }
        }
        let spread = colours.iter().map(|it| apart(it, &colour)).sum::<f32>() / count;
        Self { colour, spread }
    }

    /// How far the body reaches from the face's middle, in heights of the head.
    fn body(&self, image: &Image, from: f32, y: f32, height: f32, side: f32, most: f32) -> f32 {
        const APART_MIN: f32 = 25.0;
        let bound = APART_MIN.max(2.5 * self.spread);
        let (mut out, mut body, mut gap) = (0.0, 0.0, 0);
        while out <= most && gap < GAP {
            if apart(&image.at(from + side * out * height, y), &self.colour) > bound {
                (body, gap) = (out, 0);
            } else {
                gap += 1;
            }
            out += STEP;
        }
        body
    }
}

fn apart(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}
