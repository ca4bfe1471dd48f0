//! A face in numbers, and how like two of them are. Kept in memory only, for as long as a match takes.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]

use std::sync::Arc;

use senim_core::liveness::facts::cosine;
use senim_core::photo::{
    self, Close, DETECTOR_SIDE, Detector, Face, Image, Landmarks, Point, mirrored, placed,
};
use senim_core::problem::Problem;

use super::net::{NetError, Ready};
use super::solution::{Colours, Embedding, Solution};
use super::{Faces, broken, only, picture};

/// What one picture's one face is to the solution. It never prints its numbers.
#[derive(Clone, PartialEq)]
pub struct Template {
    /// One a net, in the solution's order; each of length 1.
    embeddings: Vec<Vec<f32>>,
    pub stand: Stand,
}

/// What the gate asks of a portrait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stand {
    /// Degrees; see [`photo::Pose`].
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    /// The less open eye, 0–1.
    pub eyes_open: f32,
    /// Between the eyes, in pixels.
    pub eye_distance: f32,
    /// Faces that count in the picture; the template is of the foremost.
    pub faces: usize,
}

/// An embedding's net, loaded.
pub(super) struct Recogniser {
    pub(super) net: Arc<dyn Ready>,
    pub(super) embedding: Embedding,
}

impl Template {
    /// The parts that the solution weighs, for trials of other weights.
    pub fn embeddings(&self) -> &[Vec<f32>] {
        &self.embeddings
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({} nets, {:?})", self.embeddings.len(), self.stand)
    }
}

impl Solution {
    /// Whether a portrait is one that the calibration's rates hold for.
    pub fn accepts(&self, stand: &Stand) -> bool {
        stand.yaw.abs() <= self.gate.yaw_max
            && stand.pitch.abs() <= self.gate.pitch_max
            && stand.eyes_open >= self.gate.eyes_open_min
    }

    /// How like the person of `probes` is to that of `reference`: Σ weight · cosine, of the direction that each net
    /// sees the probes in together. Nothing for no probes.
    ///
    /// Frames of one clip see almost the same, so that their direction is hardly nearer to strangers than one
    /// frame's; a mean of scores would be compared with a threshold that pictures of different days have set.
    pub fn similarity(&self, probes: &[Template], reference: &Template) -> Option<f32> {
        let first = probes.first()?;
        let like = |(net, embedding): (usize, &Embedding)| {
            let mut sum = vec![0.0; first.embeddings.get(net)?.len()];
            for probe in probes {
                for (sum, part) in sum.iter_mut().zip(probe.embeddings.get(net)?) {
                    *sum += part;
                }
            }
            Some(embedding.weight * cosine(&sum, reference.embeddings.get(net)?))
        };
        self.embeddings.iter().enumerate().map(like).sum()
    }
}

impl Faces {
    /// The template of the one face in a JPEG or PNG of any size. Any number of threads may call at once; as many
    /// as there are processors, at most four, make headway.
    pub fn template(&self, bytes: &[u8]) -> Result<Template, Problem> {
        let template = self.greatest(bytes)?;
        if template.stand.faces > 1 { Err(Problem::PhotoTooManyFaces) } else { Ok(template) }
    }

    /// The template of the foremost face, whoever else is in the picture: what press photos need.
    pub fn greatest(&self, bytes: &[u8]) -> Result<Template, Problem> {
        let image = picture::decode(bytes, picture::PORTRAIT)?;
        let template = self.template_of(&image).map_err(|it| broken(&it))?;
        template.ok_or(Problem::PhotoNoFace)
    }

    pub(super) fn template_of(&self, image: &Image) -> Result<Option<Template>, NetError> {
        let mut detector = Detector::new(self, image);
        let found = Self::faces(&mut detector)?;
        let counted = photo::counted(&found);
        let Some(&face) = foremost(image, &counted) else { return Ok(None) };
        let close = photo::close(self, image, &face)?;
        let points = self.points(&mut detector, &face)?;
        let embeddings = self.recognisers.iter().map(|it| it.run(image, &points));
        let embeddings = embeddings.collect::<Result<_, _>>()?;
        let stand = Stand::of(close.as_ref(), &points, counted.len());
        Ok(Some(Template { embeddings, stand }))
    }

    /// The five points, averaged over the solution's detections of the same face.
    fn points(
        &self,
        detector: &mut Detector<'_, Self>,
        face: &Face,
    ) -> Result<Landmarks, NetError> {
        /// Share of both boxes' area from which they are of one face.
        const SAME_MIN: f32 = 0.5;

        let mut sum = [Point::default(); 5];
        let mut count = 0.0;
        for look in &self.solution.looks {
            let again = match (look.side, look.mirrored) {
                // That is how it was found.
                (DETECTOR_SIDE, false) => vec![*face],
                (side, false) => detector.faces(side)?,
                (side, true) => detector.faces_mirrored(side)?,
            };
            let same = again.iter().find(|it| it.bounds.overlap(&face.bounds) >= SAME_MIN);
            if let Some(same) = same {
                for (sum, point) in sum.iter_mut().zip(same.landmarks.points()) {
                    *sum = Point { x: sum.x + point.x, y: sum.y + point.y };
                }
                count += 1.0;
            }
        }
        if count == 0.0 {
            return Ok(face.landmarks);
        }
        Ok(Landmarks::from_points(sum.map(|it| Point { x: it.x / count, y: it.y / count })))
    }
}

/// The greatest face that has the picture's middle in it; else the greatest, less what it stands off the middle:
/// bystanders at the edge may be nearer to the camera.
fn foremost<'a>(image: &Image, faces: &[&'a Face]) -> Option<&'a Face> {
    let half = |pixels: usize| pixels as f32 / 2.0;
    let middle = Point { x: half(image.width()), y: half(image.height()) };
    let off = |it: &Face| it.bounds.centre().to(middle);
    let within = |it: &Face| {
        let off = off(it);
        off.x.abs() <= it.bounds.width / 2.0 && off.y.abs() <= it.bounds.height / 2.0
    };
    let weight = |it: &Face| it.bounds.width - off(it).length();
    let best = |a: &&Face, b: &&Face| {
        within(a).cmp(&within(b)).then_with(|| weight(a).total_cmp(&weight(b)))
    };
    faces.iter().copied().max_by(best)
}

impl Stand {
    /// A face that can't be looked at closely passes no gate.
    fn of(close: Option<&Close>, points: &Landmarks, faces: usize) -> Self {
        let none = Self {
            yaw: f32::NAN,
            pitch: f32::NAN,
            roll: f32::NAN,
            eyes_open: 0.0,
            eye_distance: points.eye_distance(),
            faces,
        };
        close.map_or(none, |it| Self {
            yaw: it.pose.yaw,
            pitch: it.pose.pitch,
            roll: it.pose.roll,
            eyes_open: it.eyes_open[0].min(it.eyes_open[1]),
            ..none
        })
    }
}

impl Recogniser {
    fn run(&self, image: &Image, points: &Landmarks) -> Result<Vec<f32>, NetError> {
        let side = self.embedding.placing.side();
        let mut planes = placed(image, points, self.embedding.placing);
        if self.embedding.colours == Colours::Bgr {
            let (red, rest) = planes.split_at_mut(side * side);
            red.swap_with_slice(&mut rest[side * side..]);
        }
        let as_it_is = (self.embedding.scale - 1.0).abs() < f32::EPSILON;
        if !as_it_is || self.embedding.mean.abs() > f32::EPSILON {
            for value in &mut planes {
                *value = (*value - self.embedding.mean) * self.embedding.scale;
            }
        }
        let shape = [1, 3, side, side];
        let mut sum = unit(only(self.net.run(&planes, shape)?)?);
        if self.embedding.mirrored {
            let other = unit(only(self.net.run(&mirrored(&planes, side), shape)?)?);
            for (sum, part) in sum.iter_mut().zip(other) {
                *sum += part;
            }
        }
        Ok(unit(sum))
    }
}

/// The same direction, of length 1.
fn unit(mut numbers: Vec<f32>) -> Vec<f32> {
    let length = numbers.iter().map(|it| it * it).sum::<f32>().sqrt();
    for it in &mut numbers {
        *it /= length;
    }
    numbers
}
