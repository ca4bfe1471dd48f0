//! What is found in one frame of a check: numbers only, so that a verdict can be made again from what is kept.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use serde::{Deserialize, Serialize};

use super::passive::{PASSIVE_SIDE, live_share, passive_input};
use crate::photo::{self, ALIGNED_SIDE, DETECTOR_SIDE, Face, Image, Marks, Measured, Net, Nets};

/// One frame in numbers. Absent where there is no face to look closely at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameFacts {
    /// Faces that count.
    pub faces: usize,
    pub face: Option<FaceFacts>,
    /// Mean red, green and blue of the picture beside the face, 0–255.
    pub around: [f32; 3],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceFacts {
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    /// 0–1, left and right as the viewer sees them.
    pub eyes_open: [f32; 2],
    /// Between the eyes' centres, as a share of the frame's width.
    pub eye_distance: f32,
    /// The 68 points as shares of the frame's width, x and y.
    pub marks: Vec<[f32; 2]>,
    /// The passive net's share for "live" on crops of several widths, 0–1.
    pub live: Vec<f32>,
    /// Cosine between this face and the first frame's.
    pub likeness: f32,
    /// Mean red, green and blue of the skin between eyes and mouth, 0–255.
    pub skin: [f32; 3],
    pub sharpness: f32,
    /// 0–1, to choose the frames to match by.
    pub quality: f32,
}

/// Looks at one frame. `first` holds the first face's embedding, and gets it.
pub fn facts<N: Nets>(
    nets: &N,
    image: &Image,
    first: &mut Option<Vec<f32>>,
) -> Result<FrameFacts, N::Error> {
    let look = photo::look(nets, image, DETECTOR_SIDE)?;
    let measured = Measured::of(image, &look.faces, None);
    let face = match (&look.face, measured.face) {
        (Some(close), Some(measured_face)) => {
            let embedding = embedding(nets, image, &close.face)?;
            let likeness = cosine(first.get_or_insert_with(|| embedding.clone()), &embedding);
            let width = image.width() as f32;
            let live = passive_input(image, &close.face.bounds);
            let live = nets.run(Net::Passive, &live, [1, 3, PASSIVE_SIDE, PASSIVE_SIDE])?;
            let live = live.into_values().next().map_or(0.0, |it| live_share(&it));
            Some(FaceFacts {
                yaw: close.pose.yaw,
                pitch: close.pose.pitch,
                roll: close.pose.roll,
                eyes_open: close.eyes_open,
                eye_distance: close.marks.eye_distance() / width,
                marks: close.marks.points().iter().map(|it| [it.x / width, it.y / width]).collect(),
                live: vec![live],
                likeness,
                skin: skin(image, &close.marks),
                sharpness: measured_face.sharpness,
                quality: measured.quality(),
            })
        }
        (None, _) | (_, None) => None,
    };
    let around = around(image, look.faces.first());
    Ok(FrameFacts { faces: look.faces.len(), face, around })
}

/// The recogniser's numbers for one face.
pub fn embedding<N: Nets>(nets: &N, image: &Image, face: &Face) -> Result<Vec<f32>, N::Error> {
    let input = photo::aligned(image, &face.landmarks);
    let answer = nets.run(Net::Recogniser, &input, [1, 3, ALIGNED_SIDE, ALIGNED_SIDE])?;
    Ok(answer.into_values().next().unwrap_or_default())
}

/// The cosine of the angle between two embeddings; of different lengths they are nothing alike.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return 0.0;
    }
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

/// Both cheeks, half-way between eye and mouth's corner.
fn skin(image: &Image, marks: &Marks) -> [f32; 3] {
    let points = marks.points();
    let side = marks.eye_distance() * 0.2;
    mean((0..2).flat_map(|cheek| {
        let corner = points[if cheek == 0 { 48 } else { 54 }];
        let centre = marks.eye_centre(cheek).middle(corner);
        (0..64_u8).map(move |at| {
            let (x, y) = (f32::from(at % 8) / 7.0 - 0.5, f32::from(at / 8) / 7.0 - 0.5);
            image.at(centre.x + x * side, centre.y + y * side)
        })
    }))
}

/// A coarse grid over the picture, without the face.
fn around(image: &Image, face: Option<&Face>) -> [f32; 3] {
    const STEPS: usize = 24;
    let inside = |x: f32, y: f32| {
        face.is_some_and(|it| {
            let bounds = it.bounds;
            x > bounds.x - bounds.width / 2.0
                && x < bounds.x + bounds.width * 1.5
                && y > bounds.y - bounds.height / 2.0
        })
    };
    mean((0..STEPS * STEPS).filter_map(|at| {
        let x = (at % STEPS) as f32 * (image.width() - 1) as f32 / (STEPS - 1) as f32;
        let y = (at / STEPS) as f32 * (image.height() - 1) as f32 / (STEPS - 1) as f32;
        (!inside(x, y)).then(|| image.at(x.floor(), y.floor()))
    }))
}

fn mean(colours: impl Iterator<Item = [f32; 3]>) -> [f32; 3] {
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for colour in colours {
        for (sum, part) in sum.iter_mut().zip(colour) {
            *sum += part;
        }
        count += 1.0;
    }
    sum.map(|it| if count > 0.0 { it / count } else { 0.0 })
}
