//! The facts of one frame of a check: numbers only, so that a verdict can be repeated from what is kept.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use serde::{Deserialize, Serialize};

use super::passive::{CROPS, PASSIVE_SIDE, live_share, passive_input};
use super::texture::Texture;
use crate::photo::{
    self, ALIGNED_SIDE, DETECTOR_SIDE, Face, Image, Marks, Measured, Net, Nets, Point,
};

/// One frame in numbers. Absent if there is no face to measure.
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
    /// The passive net's share for "live" on crops of several widths, 0–1, as [`CROPS`].
    pub live: Vec<f32>,
    /// Cosine between this face and the first frame's.
    pub likeness: f32,
    /// Mean red, green and blue of the skin between eyes and mouth, 0–255.
    pub skin: [f32; 3],
    /// The same of [`REGIONS`], which face the screen more and less.
    pub regions: Vec<[f32; 3]>,
    pub texture: Texture,
    pub sharpness: f32,
    /// 0–1, for choosing the frames to match.
    pub quality: f32,
}

/// Measures one frame. `first` receives the first face's embedding and is then compared with.
pub fn facts<N: Nets>(
    nets: &N,
    image: &Image,
    first: &mut Option<Vec<f32>>,
) -> Result<FrameFacts, N::Error> {
    let mut look = photo::look(nets, image, DETECTOR_SIDE)?;
    if let Some(close) = &mut look.face {
        photo::look_again(nets, image, close)?;
    }
    let measured = Measured::of(image, &look.faces, None);
    let face = match (&look.face, measured.face) {
        (Some(close), Some(measured_face)) => {
            let embedding = embedding(nets, image, &close.face)?;
            let likeness = cosine(first.get_or_insert_with(|| embedding.clone()), &embedding);
            let width = image.width() as f32;
            let mut live = Vec::with_capacity(CROPS.len());
            for around in CROPS {
                let input = passive_input(image, &close.face.bounds, around);
                let answer = nets.run(Net::Passive, &input, [1, 3, PASSIVE_SIDE, PASSIVE_SIDE])?;
                live.push(answer.into_values().next().map_or(0.0, |it| live_share(&it)));
            }
            Some(FaceFacts {
                yaw: close.pose.yaw,
                pitch: close.pose.pitch,
                roll: close.pose.roll,
                eyes_open: close.eyes_open,
                eye_distance: close.marks.eye_distance() / width,
                marks: close.marks.points().iter().map(|it| [it.x / width, it.y / width]).collect(),
                live,
                likeness,
                skin: skin(image, &close.marks),
                regions: regions(image, &close.marks),
                texture: Texture::of(image, &close.marks, &close.face.bounds),
                sharpness: measured_face.sharpness,
                quality: measured.quality(),
            })
        }
        (None, _) | (_, None) => None,
    };
    let around = around(image, look.faces.first());
    Ok(FrameFacts { faces: look.faces.len(), face, around })
}

/// The embedding of one face. `SFace` takes red first, as `OpenCV` feeds it (`swapRB`); measured too: the
/// same person's cosines are .61 and .75 so, .54 and .72 with blue first.
pub fn embedding<N: Nets>(nets: &N, image: &Image, face: &Face) -> Result<Vec<f32>, N::Error> {
    let input = photo::aligned(image, &face.landmarks);
    let answer = nets.run(Net::Recogniser, &input, [1, 3, ALIGNED_SIDE, ALIGNED_SIDE])?;
    Ok(answer.into_values().next().unwrap_or_default())
}

/// The cosine of the angle between two embeddings; 0 if their lengths differ.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return 0.0;
    }
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

/// Where the face's colour is measured: forehead, nose, both cheeks, both sides beside the eyes, chin.
pub const REGIONS: usize = 7;

fn regions(image: &Image, marks: &Marks) -> Vec<[f32; 3]> {
    let points = marks.points();
    let mix = |a: usize, b: usize, share: f32| {
        let way = points[a].to(points[b]);
        Point { x: points[a].x + way.x * share, y: points[a].y + way.y * share }
    };
    let up = points[30].to(points[27]);
    let forehead = mix(21, 22, 0.5);
    let places: [Point; REGIONS] = [
        Point { x: forehead.x + up.x * 0.6, y: forehead.y + up.y * 0.6 },
        mix(28, 30, 0.3),
        marks.eye_centre(0).middle(points[48]),
        marks.eye_centre(1).middle(points[54]),
        mix(2, 36, 0.35),
        mix(14, 45, 0.35),
        mix(57, 8, 0.6),
    ];
    let side = marks.eye_distance() * 0.15;
    let places = places.iter().map(|centre| {
        mean((0..36_u8).map(|at| {
            let (x, y) = (f32::from(at % 6) / 5.0 - 0.5, f32::from(at / 6) / 5.0 - 0.5);
            image.at(centre.x + x * side, centre.y + y * side)
        }))
    });
    places.collect()
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

#[cfg(test)]
impl FaceFacts {
    /// A synthetic face, well lit and live; `synthetic.rs` fills in its geometry.
    pub(super) fn example() -> Self {
        Self {
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            eyes_open: [0.98; 2],
            eye_distance: 0.12,
            marks: Vec::new(),
            live: vec![0.97; CROPS.len()],
            likeness: 0.9,
            skin: [150.0, 120.0, 100.0],
            regions: vec![[150.0, 120.0, 100.0]; REGIONS],
            texture: Texture { pattern: 0.9, edges: [0.1; 4], bezel: [0.1; 4] },
            sharpness: 0.3,
            quality: 0.6,
        }
    }
}
