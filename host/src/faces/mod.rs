//! The built-in engine: finds faces in pictures, tells whether they are live, and how like two of them are.
//!
//! What it makes of the six portraits behind demo and tests, at 1280 × 720 behind a letterbox, stands in the
//! tests. Everything here is blocking work for a processor: call it in `spawn_blocking`.

pub mod bench;
mod embedded;
mod net;
mod onnxruntime;
mod picture;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use senim_core::liveness::series::{self, FrameFacts, Verdict};
use senim_core::liveness::{self, FRAMES_MAX, FRAMES_MIN, PASSIVE_SIDE};
use senim_core::photo::{self, ALIGNED_SIDE, Canvas, Face, Heads, Image, Measured, STRIDES};
use senim_core::problem::Problem;

use net::{Answer, Net, NetError, Runtime};

/// The pictures of one check together, or one alone (BIO-2).
pub const BYTES_MAX: usize = 5 * 1024 * 1024;

/// The longer side of the detector's input. Where nothing is found, a finer look follows.
const DETECTOR_SIDE: usize = 320;
const DETECTOR_SIDE_FINE: usize = 640;

/// The verdict on a series of frames, with the index of the best.
pub type Liveness = Verdict;

pub struct Faces {
    runtime: Runtime,
    detector: Box<dyn Net>,
    recogniser: Box<dyn Net>,
    passive: Box<dyn Net>,
}

#[derive(Debug, thiserror::Error)]
pub enum FacesError {
    #[error("no model at `{}`: run `cargo xtask setup`, or name the folder with `models_dir`", .0.display())]
    Missing(PathBuf),
    #[error("can't open `{}`: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error(transparent)]
    Net(#[from] NetError),
    #[error("a picture is not fit for this: {}", .0.code())]
    Picture(Problem),
}

impl Faces {
    /// Runs the models with onnxruntime, where its library is named, and with the embedded runtime otherwise.
    pub fn open(models_dir: &Path, onnxruntime: Option<&Path>) -> Result<Self, FacesError> {
        let runtime = match onnxruntime {
            Some(library) => Runtime::onnxruntime(library)?,
            None => Runtime::embedded(),
        };
        let net = |name: &str| runtime.load(&models_dir.join(name));
        let (detector, recogniser, passive) =
            (net("yunet.onnx")?, net("sface.onnx")?, net("fr_liveness.onnx")?);
        Ok(Self { runtime, detector, recogniser, passive })
    }

    /// Whether a live person is before the camera: `frames` are JPEG or PNG in the order taken.
    ///
    /// What is wrong with the pictures themselves is a problem; a person who is not live is an answer.
    pub fn judge(&self, frames: &[Bytes]) -> Result<Liveness, Problem> {
        if frames.len() < FRAMES_MIN {
            return Err(Problem::PhotoTooFew);
        }
        if frames.len() > FRAMES_MAX {
            return Err(Problem::PhotoTooMany);
        }
        if frames.iter().map(Bytes::len).sum::<usize>() > BYTES_MAX {
            return Err(Problem::PhotoTooLarge);
        }
        let mut first = None;
        let mut facts = Vec::with_capacity(frames.len());
        for frame in frames {
            let image = picture::decode(frame, picture::FRAME)?;
            facts.push(self.facts(&image, &mut first).map_err(|it| broken(&it))?);
        }
        let verdict = series::judge(&facts);
        let problem = verdict
            .reasons
            .iter()
            .map(|it| it.problem())
            .find(|it| *it != Problem::IdentityNotLive);
        problem.map_or(Ok(verdict), Err)
    }

    /// How like two people are, 0–100; from [`liveness::DEGREE_MIN`] on they are one (PHM-2, PHM-3).
    pub fn degree(&self, probe: &[u8], reference: &[u8]) -> Result<f32, Problem> {
        let probe = self.portrait(probe)?;
        let reference = self.portrait(reference).map_err(|problem| {
            if problem == Problem::Internal { problem } else { Problem::IdentitySourcePhoto }
        })?;
        Ok(liveness::degree(cosine(&probe, &reference)))
    }

    /// `ort` or `rten`.
    pub fn runtime(&self) -> &'static str {
        self.runtime.name()
    }

    /// The embedding of the one face in a picture of any size.
    fn portrait(&self, bytes: &[u8]) -> Result<Vec<f32>, Problem> {
        let image = picture::decode(bytes, picture::PORTRAIT)?;
        let faces = self.faces(&image).map_err(|it| broken(&it))?;
        match photo::counted(&faces).as_slice() {
            [] => Err(Problem::PhotoNoFace),
            [face] => self.embedding(&image, face).map_err(|it| broken(&it)),
            [_, _, ..] => Err(Problem::PhotoTooManyFaces),
        }
    }

    /// `first` holds the first embedding of the series, and gets it.
    fn facts(&self, image: &Image, first: &mut Option<Vec<f32>>) -> Result<FrameFacts, NetError> {
        let faces = self.faces(image)?;
        let measured = Measured::of(image, &faces, None);
        let (mut live, mut likeness) = (0.0, 0.0);
        if let [face] = photo::counted(&faces).as_slice() {
            let embedding = self.embedding(image, face)?;
            live = self.live(image, face)?;
            likeness = cosine(first.get_or_insert_with(|| embedding.clone()), &embedding);
        }
        Ok(FrameFacts {
            faces: measured.faces,
            guidance: measured.guidance(),
            quality: measured.quality(),
            live,
            likeness,
        })
    }

    fn faces(&self, image: &Image) -> Result<Vec<Face>, NetError> {
        let coarse = self.faces_at(image, DETECTOR_SIDE)?;
        if coarse.is_empty() { self.faces_at(image, DETECTOR_SIDE_FINE) } else { Ok(coarse) }
    }

    fn faces_at(&self, image: &Image, side: usize) -> Result<Vec<Face>, NetError> {
        let canvas = Canvas::fitting(image, side);
        let answer = self.detector.run(&canvas.input(image), canvas.shape())?;
        let [eight, sixteen, thirty_two] = STRIDES.map(|stride| heads(&answer, stride));
        Ok(photo::faces(&canvas, &[eight?, sixteen?, thirty_two?]))
    }

    /// SFace takes red first, as `OpenCV` feeds it (`swapRB`); measured too: the same person's cosines are
    /// .61 and .75 so, .54 and .72 with blue first.
    fn embedding(&self, image: &Image, face: &Face) -> Result<Vec<f32>, NetError> {
        let input = photo::aligned(image, &face.landmarks);
        let answer = self.recogniser.run(&input, [1, 3, ALIGNED_SIDE, ALIGNED_SIDE])?;
        only(answer)
    }

    fn live(&self, image: &Image, face: &Face) -> Result<f32, NetError> {
        let input = liveness::passive_input(image, &face.bounds);
        let answer = self.passive.run(&input, [1, 3, PASSIVE_SIDE, PASSIVE_SIDE])?;
        Ok(liveness::live_share(&only(answer)?))
    }
}

fn heads(answer: &Answer, stride: usize) -> Result<Heads<'_>, NetError> {
    let named = |name: &str| {
        let name = format!("{name}_{stride}");
        answer.get(&name).map(Vec::as_slice).ok_or_else(|| NetError(format!("no output `{name}`")))
    };
    Ok(Heads {
        class: named("cls")?,
        object: named("obj")?,
        bounds: named("bbox")?,
        landmarks: named("kps")?,
    })
}

fn only(answer: Answer) -> Result<Vec<f32>, NetError> {
    answer.into_values().next().ok_or_else(|| NetError("no output".to_owned()))
}

/// The cosine of the angle between two embeddings; of different lengths they are nothing alike.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return 0.0;
    }
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

fn broken(error: &NetError) -> Problem {
    tracing::error!(error = %error, "a face model could not be run");
    Problem::Internal
}

#[cfg(test)]
mod tests;
